import examples from 'libphonenumber-js/examples.mobile.json' with { type: 'json' }
import { type CountryCode, getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorkbench, type Workbench } from '../support/dbt-workbench.ts'

/** Written numbers with their country, and what libphonenumber makes of them. */
const written = getCountries().flatMap(country => {
  const example = getExampleNumber(country, examples)
  if (!example) return []

  return [
    { country, form: 'e164', text: example.number, expected: example.number },
    { country, form: 'international', text: example.formatInternational(), expected: example.number },
    { country, form: 'national', text: example.formatNational(), expected: example.number },
    { country, form: 'bare', text: example.nationalNumber, expected: parsed(example.nationalNumber, country) },
  ]
})

function parsed(text: string, country: CountryCode): string | null {
  const number = parsePhoneNumberFromString(text, country)
  return number?.isPossible() ? number.number : null
}

const nonsense = ['', '12', 'call me', '+', '+0123456789', '+1234567890123456', '00']

describe('phone_e164', () => {
  let bench: Workbench
  const found = new Map<string, unknown>()
  beforeAll(async () => {
    bench = await openWorkbench()
    const rows = [
      ...written.map(({ country, text }, i) => `('w${i}', '${country}', '${text}')`),
      ...nonsense.map((text, i) => `('n${i}', 'GB', '${text}')`),
    ]
    await bench.load(`create table raw.winback_raw.csv_customers as
      select 'acme' as brand, 'csv' as source, id as customer_id, country_code, phone_e164
      from (values ${rows.join(', ')}) as t(id, country_code, phone_e164)`)
    await bench.build({
      brands: [{ slug: 'acme', currency: 'GBP', timezone: 'UTC' }],
      flags: ['--exclude-resource-type', 'unit_test', 'test', '--select', '+in_customers'],
    })
    for (const row of await bench.rows('select customer_id, phone_e164 from warehouse.winback_contract.in_customers')) {
      found.set(String(row.customer_id), row.phone_e164)
    }
  }, 120_000)
  afterAll(() => bench.remove())

  it('agrees with libphonenumber about the mobile numbers of every country, however they are written', () => {
    const differs = written
      .map((number, i) => ({ ...number, ours: found.get(`w${i}`) }))
      .filter(({ expected, ours }) => ours !== expected)
      .map(({ country, form, ours }) => `${country} ${form} ${ours === null ? 'refused' : 'other'}`)
    // Argentina writes 15 into its national mobile numbers and moves a 9 to the front abroad: refused rather than guessed
    expect(differs).toEqual(['AR national refused'])
  })

  it('refuses what cannot be a number', () => {
    expect(nonsense.map((_, i) => found.get(`n${i}`))).toEqual(nonsense.map(() => null))
  })
})
