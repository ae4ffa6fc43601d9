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
    // everybody bought, and refuses text messages by the number as it is dialled at home
    await bench.load(
      `create table raw.winback_raw.csv_orders as
        select brand, source, 'o' || customer_id as order_id, customer_id, timestamp '2026-01-01 00:00:00' as ordered_at,
          cast(1 as decimal(18, 4)) as total_amount
        from raw.winback_raw.csv_customers`,
      `create table raw.winback_raw.csv_consents as
        select 'acme' as brand, 'csv' as source, phone, 'sms' as channel, 'denied' as state, timestamp '2026-01-02 00:00:00' as captured_at
        from (values ${written
          .filter(({ form }) => form === 'national')
          .map(({ text }) => `('${text}')`)
          .join(', ')}) as t(phone)`,
    )
    const policy = 'soft_opt_in_customers'
    await bench.build({
      asOf: '2026-07-01',
      brands: [{ slug: 'acme', currency: 'GBP', timezone: 'UTC', consent_policy: { sms: policy, mail: policy } }],
      flags: ['--exclude-resource-type', 'unit_test', 'test', '--select', '+customer_consents'],
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

  it('finds whose a number without a country code is, and heeds the refusal it came with', async () => {
    const consents = await bench.rows(`select customer_id, channel, is_granted from warehouse.winback.customer_consents
      where channel in ('sms', 'mail')`)
    const granted = new Map(consents.map(row => [`${row.customer_id} ${row.channel}`, row.is_granted]))
    const reached = written.filter((_, i) => found.get(`w${i}`) && granted.get(`w${i} sms`))
    expect(reached.map(({ country, form }) => `${country} ${form}`)).toEqual(
      // Argentina's 15 again: what cannot be read cannot be heeded
      written.filter(({ country, form }) => country === 'AR' && form !== 'national').map(({ form }) => `AR ${form}`),
    )
    // they bought: nothing but the refusal keeps text messages from them
    expect(written.every((_, i) => granted.get(`w${i} mail`))).toBe(true)
  })

  it('refuses what cannot be a number', () => {
    expect(nonsense.map((_, i) => found.get(`n${i}`))).toEqual(nonsense.map(() => null))
  })
})
