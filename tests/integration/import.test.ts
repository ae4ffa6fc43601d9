import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openDuckDb, raw } from '../../sync/index.ts'
import { cli, cliJson, root, startCli } from '../support/cli.ts'
import { sharedData } from '../support/shared-data.ts'

const retail = join(sharedData, 'online_retail.csv.gz')
const cdnow = join(sharedData, 'CDNOW_master.txt.gz')
if (!existsSync(retail) || !existsSync(cdnow))
  console.warn(`SKIPPED: the real data sets are not at ${sharedData}; their counts and sums are not checked`)

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'winback-import-cli-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

interface Document {
  tables: { table: string; rows: number; rejected: number }[]
  seconds: number
}

const shop = () => join(dir, 'shop')
const env = { KLAVIYO_API_KEY: 'pk_sandbox' }
const init = (...flags: string[]) =>
  cli(['init', 'shop', '--brand', 'acme', '--currency', 'GBP', '--timezone', 'Europe/London', '--yes', ...flags], {
    cwd: dir,
  })
const runImport = () => cliJson<Document>(['--project-dir', shop(), 'import'], { env })

async function rows(sql: string) {
  const file = { path: join(shop(), '.winback', 'raw.duckdb'), as: 'raw', readOnly: true }
  const warehouse = await openDuckDb({ main: file, attach: [] })
  try {
    return await warehouse.query(raw(sql), z.record(z.string(), z.unknown()), {
      tag: { runId: 'test', purpose: 'looking' },
    })
  } finally {
    await warehouse.close()
  }
}

function bigOrders(name: string, count: number, amount: number): void {
  const lines = Array.from({ length: count }, (_, i) => `${i},2024-01-01 10:00:00,${amount}.00,${i % 1000}`)
  writeFileSync(join(dir, name), `order_id,ordered_at,total_amount,customer_id\n${lines.join('\n')}\n`)
}

describe('the command line', () => {
  it.skipIf(!existsSync(retail))(
    'imports the raw Online Retail, exact to the published sums',
    async () => {
      await init('--file', `order_lines=${retail}`)
      const { exitCode, json } = await runImport()
      expect(exitCode).toBe(0)
      expect(json.tables).toMatchObject([{ table: 'csv_order_lines', rows: 541_909, rejected: 0 }])
      // science.md §1.7
      expect(
        await rows(`select count(distinct order_id) as invoices, count(distinct customer_id) as ids,
        count(*) filter (customer_id is null) as nobody, count(*) filter (order_id like 'C%') as cancelled,
        count(*) filter (quantity <= 0) as taken, count(*) filter (unit_price <= 0) as free,
        cast(sum(quantity * unit_price) as decimal(18, 3)) as gross,
        sum(quantity * unit_price) filter (customer_id is not null and order_id not like 'C%' and quantity > 0 and unit_price > 0)::decimal(18, 3) as clean,
        strftime(timezone('Europe/London', timezone('UTC', max(ordered_at))), '%Y-%m-%d %H:%M') as last
        from raw.winback_raw.csv_order_lines`),
      ).toEqual([
        {
          invoices: 25_900,
          ids: 4_372,
          nobody: 135_080,
          cancelled: 9_288,
          taken: 10_624,
          free: 2_517,
          gross: '9747747.934',
          clean: '8911407.904',
          last: '2011-12-09 12:50',
        },
      ])
    },
    60_000,
  )

  it.skipIf(!existsSync(cdnow))(
    'imports the space-aligned CDNOW master as it is',
    async () => {
      const made = await init('--file', `orders=${cdnow}`, '--currency', 'USD')
      expect(made.stdout).toContain('%Y%m%d')
      const { json } = await runImport()
      expect(json.tables).toMatchObject([{ table: 'csv_orders', rows: 69_659, rejected: 0 }])
      expect(
        await rows(
          'select count(distinct customer_id) as people, min(ordered_at) as first, max(ordered_at) as last from raw.winback_raw.csv_orders',
        ),
      ).toEqual([{ people: 23_570, first: '1997-01-01T00:00:00.000Z', last: '1998-06-29T23:00:00.000Z' }])
    },
    60_000,
  )

  it('ends with the rejects and their reasons, and with 1 when nothing of a file was good', async () => {
    writeFileSync(join(dir, 'o.csv'), 'order_id,ordered_at,total_amount\n1,2024-01-01,1\n2,2024-01-01,x\n')
    await init('--file', 'orders=o.csv')
    const mixed = await cli(['--project-dir', shop(), 'import'], { env })
    expect(mixed.exitCode).toBe(0)
    expect(mixed.stdout).toMatch(/1 row in raw\.winback_raw, 1 record rejected/)
    expect(mixed.stdout).toMatch(/1 {2,}\.\.\/o\.csv {2,}3 {2,}total_amount {2,}is no number or amount in GBP/)
    writeFileSync(join(dir, 'o.csv'), 'order_id,ordered_at,total_amount\n2,2024-01-01,x\n')
    expect(await runImport()).toMatchObject({ exitCode: 1, json: { tables: [{ rows: 0, rejected: 1 }] } })
  }, 60_000)

  it('answers a wrong file with exit code 2 and one JSON document', async () => {
    writeFileSync(join(dir, 'o.csv'), 'order_id,ordered_at,total_amount\n1,2024-01-01,1\n')
    await init('--file', 'orders=o.csv')
    rmSync(join(dir, 'o.csv'))
    expect(await runImport()).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'import.file_missing', message: '../o.csv does not exist' } },
    })
  }, 60_000)
})

describe('an import that is stopped', () => {
  const state = () => rows('select count(*) as n, sum(total_amount) as sum from raw.winback_raw.csv_orders')
  const before = [{ n: 1000, sum: '1000.0000' }]

  beforeEach(async () => {
    bigOrders('o.csv', 1000, 1)
    await init('--file', 'orders=o.csv')
    await runImport()
    bigOrders('o.csv', 600_000, 2)
  })

  const afterwards = async () => {
    expect(await state()).toEqual(before)
    expect(await runImport()).toMatchObject({ exitCode: 0, json: { tables: [{ rows: 600_000, rejected: 0 }] } })
    expect(await state()).toEqual([{ n: 600_000, sum: '1200000.0000' }])
    expect(readdirSync(join(shop(), '.winback'))).not.toContain('import')
  }

  /** Waits until segments are being written. */
  const underWay = async () => {
    for (let i = 0; i < 400 && !existsSync(join(shop(), '.winback', 'import')); i++) await sleep(25)
    await sleep(200)
  }

  it('by Ctrl-C leaves the rows of before, exit code 130', async () => {
    const child = startCli(['--project-dir', shop(), 'import'], { env })
    await underWay()
    child.kill('SIGINT')
    expect((await child).exitCode).toBe(130)
    await afterwards()
  }, 90_000)

  it('by kill -9 leaves the rows of before', async () => {
    const child = startCli(['--project-dir', shop(), 'import'], { env })
    await underWay()
    const { pid } = child
    // The launcher hands over to a child of its own: end the whole family.
    await execa('bash', ['-c', `pkill -9 -P ${pid}; kill -9 ${pid}`], { reject: false })
    await child
    await afterwards()
  }, 90_000)

  it('by a file system that takes no more leaves the rows of before, exit code 1', async () => {
    // No file may grow beyond 2 MB: a segment cannot be written.
    const command = `ulimit -f 2048; exec "${process.execPath}" "${join(root, 'bin', 'winback.cjs')}" --project-dir "${shop()}" import --json`
    const { exitCode, stdout } = await execa('bash', ['-c', command], { env, reject: false })
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'import.disk_full' } })
    await afterwards()
  }, 90_000)
})
