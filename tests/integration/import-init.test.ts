import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { editColumns } from '../../src/import/init/edit-columns.ts'
import { cli, cliJson, root } from '../support/cli.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'winback-init-'))
  writeFileSync(join(dir, 'orders.csv'), 'id,date,amount\n00001,19970101,11.77\n')
  writeFileSync(join(dir, 'customers.csv'), 'customer_id,email,phone\n00001,ann@example.com,+15550001\n')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const maps = ['orders.customer_id=id', 'orders.ordered_at=date:%Y%m%d', 'orders.total_amount=amount']
const full = [
  ...['init', 'shop', '--connector', 'csv', '--file', 'orders=orders.csv', '--file', 'customers=customers.csv'],
  ...maps.flatMap(map => ['--map', map]),
  ...['--destination', 'klaviyo', '--endpoint', 'klaviyo=http://127.0.0.1:4010'],
  ...['--brand', 'acme', '--currency', 'USD', '--timezone', 'UTC', '--yes'],
]
const run = (args: string[]) => cli(args, { cwd: dir })
const text = (name: string) => readFileSync(join(dir, 'shop', name), 'utf8')

describe('winback init', () => {
  it('makes the project of the manual’s example, which imports', async () => {
    const { exitCode, stdout } = await run(full)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('as you said')
    expect(stdout).not.toContain('ann@example.com')
    expect(parse(text('winback.yml'))).toMatchObject({
      version: 1,
      warehouse: { profile: 'winback', target: 'duckdb' },
      brands: [
        {
          slug: 'acme',
          currency: 'USD',
          timezone: 'UTC',
          sources: [
            {
              connector: 'csv',
              files: { orders: '../orders.csv', customers: '../customers.csv' },
              columns: { orders: { customer_id: 'id', ordered_at: 'date:%Y%m%d', total_amount: 'amount' } },
            },
          ],
          destinations: [
            {
              slug: 'klaviyo',
              type: 'klaviyo',
              settings: { apiKey: '$' + '{KLAVIYO_API_KEY}' },
              endpoint: 'http://127.0.0.1:4010',
            },
          ],
        },
      ],
    })
    expect(text('profiles.yml')).toBe(readFileSync(join(root, 'dbt', 'profiles', 'profiles.yml'), 'utf8'))
    expect(text('.gitignore').split('\n')).toEqual(expect.arrayContaining(['.winback/', '.env']))
    expect(existsSync(join(dir, 'shop', 'models-sql', 'lapsed_vips.sql'))).toBe(true)
    expect(existsSync(join(dir, 'shop', 'campaigns'))).toBe(true)
    const done = await cliJson(['--project-dir', 'shop', 'import'], { cwd: dir })
    expect(done).toMatchObject({ exitCode: 0, json: { tables: [{ rows: 1 }, { rows: 1 }] } })
  }, 60_000)

  it('never overwrites a project', async () => {
    await run(full)
    const before = text('winback.yml')
    const again = await run(full)
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toContain('exists already')
    expect(text('winback.yml')).toBe(before)
  }, 60_000)

  it('asks for --yes where there is no terminal, and writes nothing', async () => {
    const { exitCode, stderr } = await run(full.filter(word => word !== '--yes'))
    expect(exitCode).toBe(2)
    expect(stderr).toContain('add --yes')
    expect(existsSync(join(dir, 'shop'))).toBe(false)
  }, 60_000)

  const wrong: [string, string[], string][] = [
    ['an unknown connector', ['--connector', 'shopfy'], "There is no connector 'shopfy'"],
    ['an unknown entity', ['--file', 'order=orders.csv'], "there is no entity 'order'"],
    ['an unknown destination', ['--destination', 'klavyo'], "There is no destination 'klavyo'"],
    ['a wrong currency', ['--currency', 'dollars'], 'currency: must be an ISO 4217 code'],
    ['a wrong time zone', ['--timezone', 'Mars/Base'], 'timezone: must be an IANA time zone'],
    ['a missing file', ['--file', 'products=none.csv'], 'none.csv does not exist'],
    ['a map without a field', ['--map', 'orders=id'], 'names no field'],
    ['a map of an entity without a file', ['--map', 'refunds.amount=x'], 'of which no file is given'],
  ]
  for (const [name, flags, message] of wrong) {
    it(`refuses ${name} and writes nothing`, async () => {
      const { exitCode, stderr } = await run([...full, ...flags])
      expect([exitCode, existsSync(join(dir, 'shop'))]).toEqual([2, false])
      expect(stderr).toContain(message)
    }, 60_000)
  }
})

describe('correcting the guess', () => {
  it('takes lines until Enter, and says what a wrong one should be', async () => {
    const answers = ['totl_amount=amount', 'total_amount=amonut', 'total_amount=amount', 'customer_id=-', '']
    const said: string[] = []
    const given = await editColumns({
      entity: 'orders',
      header: ['id', 'date', 'amount'],
      given: { ordered_at: 'date' },
      show: () => [],
      ask: async () => answers.shift() ?? '',
      say: line => said.push(line),
    })
    expect(given).toEqual({ ordered_at: 'date', total_amount: 'amount', customer_id: '-' })
    expect(said).toEqual([
      "orders has no field 'totl_amount'; did you mean 'total_amount'?",
      "the file has no column 'amonut'; did you mean 'amount'?",
    ])
  })
})
