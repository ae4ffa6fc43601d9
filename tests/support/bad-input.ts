import { appendFile, cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import Database from 'better-sqlite3'
import type { KlaviyoOptions, SandboxKlaviyo } from '../../src/sandbox/klaviyo/types.ts'
import { startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { type CliResult, root, startCli } from './cli.ts'
import { writeGeneratedShop } from './generated-shop.ts'

/** Customers of the shop. */
export const CUSTOMERS = 100

/** The data date of the base's build: everybody is lapsed, nobody has come back yet. */
export const AS_OF = '2026-06-10'

/** The list that the base's sync filled. */
export const LIST = 'Winback – Lapsed'

/** A shop that was imported, built and synced once (c1, c10 to c18 and the odd ones): every case breaks a copy of it. */
export interface Base {
  dir: string
}

/** One copy of the base, with the command line pointed at it. */
export interface Shop {
  dir: string
  file(...path: string[]): string
  /** Starts a command in this shop; it can be stopped. */
  start(...args: string[]): ReturnType<typeof startCli>
  /** Runs a command in this shop to its end. */
  run(...args: string[]): Promise<CliResult>
  write(name: string, text: string | Uint8Array): Promise<void>
  /** Replaces text of a file, which must stand in it. */
  edit(name: string, from: string, to: string): Promise<void>
  counts(): Promise<Counts>
  /** Starts the platform as the base's sync left it; the shop's commands then reach it. */
  platform(options?: KlaviyoOptions): Promise<SandboxKlaviyo>
  close(): Promise<void>
}

/** Rows by table: `app.syncs`, `raw.csv_orders`, `ledger.ledger`. */
export type Counts = Record<string, number>

// They record the attempt itself.
const attempts = new Set(['runs', 'run_events', 'leases', 'sync_runs'])

/** Without the plan of the last run: a table of its own for each run. */
export const lasting = (counts: Counts): Counts =>
  Object.fromEntries(Object.entries(counts).filter(([table]) => !table.startsWith('ledger.plan_')))

/** Makes the base: one import, one dbt build and one sync, about 20 s. */
export async function makeBase(): Promise<Base> {
  const dir = await mkdtemp(join(tmpdir(), 'winback-bad-input-'))
  writeGeneratedShop(dir, { customers: CUSTOMERS, endpoint: '${KLAVIYO_ENDPOINT}' })
  await cp(join(root, 'dbt', 'profiles', 'profiles.yml'), join(dir, 'profiles.yml'))
  await cp(join(root, 'dbt'), join(dir, 'dbt'), { recursive: true, filter: path => !path.includes('/target') })
  const yml = await readFile(join(dir, 'winback.yml'), 'utf8')
  await writeFile(join(dir, 'winback.yml'), yml.replace('version: 1', 'version: 1\ndbt: { project: dbt }'))
  await writeFile(join(dir, 'models-sql', 'lapsed.sql'), audience("customer_id like 'c1%'"))
  await appendOdd(dir)
  const shop = openShop(dir)
  await shop.platform()
  for (const args of [['import'], ['build', '--as-of', AS_OF], ['sync', 'lapsed']]) {
    const { exitCode, stdout, stderr } = await shop.run(...args)
    if (exitCode !== 0) throw new Error(`winback ${args.join(' ')}: exit ${exitCode}\n${stdout}\n${stderr}`)
  }
  await shop.close()
  return { dir }
}

/** Names that break programs, by the customer who bears them. */
export const oddNames: Readonly<Record<string, string>> = {
  c100: 'x'.repeat(10_000),
  c101: '👩‍🚀 Zoë',
  c102: 'שלום, עולם',
  c103: 'two\nlines',
}

/** Odd but good rows: the names above, a customer without orders, orders without a customer, the same order line twice. */
async function appendOdd(dir: string): Promise<void> {
  const lines = { orders: '', customers: '', consents: '' }
  for (const [id, name] of Object.entries(oddNames)) {
    lines.orders += `o${id},${id},2025-01-02 10:00:00,20.00,paid,GBP\n`
    lines.customers += `${id},${id}@example.com,"${name}",GB,2025-01-01 00:00:00\n`
    lines.consents += `${id},email,granted,2025-01-01 00:00:00\n`
  }
  lines.orders += 'og,ghost,2025-01-02 10:00:00,20.00,paid,GBP\non,,2025-01-02 10:00:00,20.00,paid,GBP\n'
  lines.customers += 'alone,alone@example.com,Alone,GB,2025-01-01 00:00:00\n'
  for (const [name, text] of Object.entries(lines)) await appendFile(join(dir, 'data', `${name}.csv`), text)
  await writeFile(join(dir, 'data', 'lines.csv'), 'order_id,product_id,quantity,unit_price\no1,p1,1,5\no1,p1,1,5\n')
  const yml = await readFile(join(dir, 'winback.yml'), 'utf8')
  await writeFile(join(dir, 'winback.yml'), yml.replace('{ orders:', '{ order_lines: data/lines.csv, orders:'))
}

/** An audience file of the shop with that condition. */
export const audience = (where: string) => `/*
label: Lapsed
fields: [first_name]
*/
select customer_id, first_name
from {{ ref('customers') }}
where ${where}
`

/** A copy of the base in a folder of its own, or in `parent`. */
export async function copyShop(base: Base, parent = tmpdir()): Promise<Shop> {
  const dir = await mkdtemp(join(parent, 'winback-bad-input-'))
  await cp(base.dir, dir, { recursive: true, filter: path => !path.includes('/.winback/runs/') })
  return openShop(dir)
}

function openShop(dir: string): Shop {
  const platforms: SandboxKlaviyo[] = []
  const env = { KLAVIYO_API_KEY: 'pk_sandbox', KLAVIYO_ENDPOINT: 'http://127.0.0.1:9' }
  const file = (...path: string[]) => join(dir, ...path)
  const start = (...args: string[]) => startCli(['--project-dir', dir, ...args], { cwd: dir, env })
  return {
    dir,
    file,
    start,
    run: async (...args) => {
      const { exitCode, stdout, stderr } = await start(...args)
      return { exitCode, stdout, stderr }
    },
    write: (name, text) => writeFile(file(name), text),
    edit: async (name, from, to) => {
      const text = await readFile(file(name), 'utf8')
      if (!text.includes(from)) throw new Error(`${name} does not hold ${from}`)
      await writeFile(
        file(name),
        text.replace(from, () => to),
      )
    },
    counts: () => countRows(file('.winback')),
    platform: async options => {
      const jobs = { queuedMs: 0, processingMs: 0 }
      const platform = await startKlaviyo({ stateFile: file('account.journal'), quotas: false, jobs, ...options })
      platforms.push(platform)
      env.KLAVIYO_ENDPOINT = platform.endpoint
      return platform
    },
    close: async () => {
      await Promise.all(platforms.map(platform => platform.stop()))
    },
  }
}

/** Rows of every table of app database, raw file and ledger, read by drivers of the test's own. */
async function countRows(state: string): Promise<Counts> {
  const counts: Counts = {}
  const app = new Database(join(state, 'app.sqlite'), { readonly: true })
  const tables = app.prepare<[], { name: string }>("select name from sqlite_master where type = 'table'").all()
  for (const { name } of tables) {
    if (attempts.has(name)) continue
    const row = app.prepare<[], { n: number }>(`select count(*) as n from "${name}"`).get()
    counts[`app.${name}`] = row?.n ?? 0
  }
  app.close()
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  const rows = async (text: string) => (await db.runAndReadAll(text)).getRowsJson().map(row => row.map(String))
  for (const name of ['raw', 'ledger']) {
    await db.run(`attach '${join(state, `${name}.duckdb`)}' as ${name} (read_only)`)
    const found = await rows(`select schema_name, table_name from duckdb_tables() where database_name = '${name}'`)
    for (const [schema, table] of found) {
      const [row] = await rows(`select count(*) from ${name}."${schema}"."${table}"`)
      counts[`${name}.${table}`] = Number(row?.[0])
    }
  }
  db.closeSync()
  instance.closeSync()
  return counts
}
