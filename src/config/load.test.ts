import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../sync/index.ts'
import { loadConfig } from './load.ts'

const good = `version: 1
brands:
  - slug: acme
    label: Acme Gifts
    currency: GBP
    timezone: Europe/London
    sources:
      - connector: csv
        files: { orders: data/orders.csv }
        columns: { orders: { ordered_at: "InvoiceDate:%Y%m%d" } }
    destinations:
      - { slug: klaviyo, type: klaviyo, settings: { apiKey: "\${KLAVIYO_API_KEY}" }, endpoint: "\${KLAVIYO_ENDPOINT:-http://127.0.0.1:4010}" }
`

function write(text: string): { file: string; dir: string } {
  const dir = mkdtempSync(join(tmpdir(), 'winback-config-'))
  writeFileSync(join(dir, 'winback.yml'), text)
  return { file: join(dir, 'winback.yml'), dir }
}

function failure(text: string): ConfigError {
  const { file, dir } = write(text)
  try {
    loadConfig(file, {}, dir)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('no error was thrown')
}

describe('winback.yml', () => {
  it('fills ${NAME} from the environment and ${NAME:-default} when it is not set', () => {
    const { file, dir } = write(good)
    const destination = loadConfig(file, { KLAVIYO_API_KEY: 'pk_test' }, dir).brands[0]?.destinations[0]
    expect(destination?.settings).toEqual({ apiKey: 'pk_test' })
    expect(destination?.endpoint).toBe('http://127.0.0.1:4010')
  })

  it('gives every guard and the consent policy their defaults', () => {
    const { file, dir } = write(good)
    const brand = loadConfig(file, {}, dir).brands[0]
    expect(brand?.guards.maxRemoveShare).toBe(0.2)
    expect(brand?.consentPolicy.email).toBe('opt_in')
  })

  const cases: [string, string, string, string][] = [
    [
      'an unknown key, with its line and the nearest known one',
      good.replace('timezone:', 'timezon:'),
      "winback.yml:6: unknown key 'timezon'",
      "Did you mean 'timezone'?",
    ],
    [
      'a literal secret, without printing it',
      good.replace('${KLAVIYO_API_KEY}', 'pk_live_123'),
      "winback.yml:12: 'apiKey' is a secret and must not stand in the file",
      'Write apiKey: "${KLAVIYO_API_KEY}" and set that variable, or put it into .env.',
    ],
    [
      'a currency that is none',
      good.replace('GBP', 'pounds'),
      "winback.yml:5: 'brands.0.currency': must be an ISO 4217 code such as GBP",
      'See docs/config.md for what belongs there.',
    ],
    [
      'an unknown destination type, with the nearest known one',
      good.replace('type: klaviyo', 'type: klavyo'),
      "winback.yml:12: unknown destination type 'klavyo'",
      "Did you mean 'klaviyo'?",
    ],
    [
      'a key given twice',
      good.replace('    currency: GBP', '    currency: GBP\n    currency: USD'),
      'winback.yml:6: Map keys must be unique',
      'Correct the YAML there.',
    ],
  ]
  it.each(cases)('refuses %s', (_, text, message, hint) => {
    const error = failure(text)
    expect(error.message).toBe(message)
    expect(error.hint).toBe(hint)
    expect(error.exitCode).toBe(2)
    expect(`${error.message} ${error.hint}`).not.toContain('pk_live_123')
  })

  it('says how to make a project when the file does not exist', () => {
    const dir = mkdtempSync(join(tmpdir(), 'winback-config-'))
    expect(() => loadConfig(join(dir, 'winback.yml'), {}, dir)).toThrow('winback.yml does not exist')
  })

  it('refuses two brands of one slug', () => {
    const second = good.slice(good.indexOf('  - slug'))
    expect(failure(good + second).message).toBe("winback.yml:13: 'acme' stands twice")
  })
})
