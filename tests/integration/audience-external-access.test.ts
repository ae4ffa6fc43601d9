import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { openDuckDb, raw, type Warehouse } from '../../sync/index.ts'

// What plan, launch and sync rely on when they run a person's SQL on the connection that writes the ledger.
const call = { tag: { runId: 'test', purpose: 'test' } }
const dir = mkdtempSync(join(tmpdir(), 'winback-external-'))
const [ledger, warehouse, leak] = ['ledger.duckdb', 'warehouse.duckdb', 'leak.csv'].map(name => join(dir, name)) as [
  string,
  string,
  string,
]
let db: Warehouse

beforeAll(async () => {
  writeFileSync(leak, 'customer_id\n1\n')
  const built = await openDuckDb({ main: { path: warehouse, as: 'warehouse' }, attach: [] })
  await built.execute(
    raw("create table warehouse.main.wide as select repeat('x', 100) || hash(i) as s from range(600000) t(i)"),
    call,
  )
  await built.close()
  const attach = [{ path: warehouse, as: 'warehouse', readOnly: true }]
  db = await openDuckDb({ main: { path: ledger, as: 'ledger' }, attach, memoryLimitMb: 80 })
  await db.execute(raw('set enable_external_access = false'), call)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

it('still writes the ledger without access to other files, sorting more than fits into memory', async () => {
  // 600,000 rows of about 120 bytes are 72 MB before the sort's own memory: it has to spill beside the ledger.
  await db.tune?.({ kind: 'usual' }, call)
  await db.execute(raw('create table ledger.main.sorted as select s from warehouse.main.wide order by s desc'), call)
  await db.execute(raw("insert into ledger.main.sorted values ('a')"), call)
  await db.execute(raw('checkpoint ledger'), call)
  const count = () =>
    db.query(raw('select count(*) as n from ledger.main.sorted'), z.object({ n: z.coerce.number() }), call)
  expect(await count()).toEqual([{ n: 600_001 }])
})

it.each([
  `select * from '${leak}'`,
  `select * from read_csv('${leak}')`,
  `copy (select 1) to '${leak}'`,
  `attach '${leak}.duckdb'`,
  'set enable_external_access = true',
])('refuses: %s', async text => {
  await expect(db.execute(raw(text), call)).rejects.toThrow(/disabled by configuration|Cannot enable external access/)
})

it('closes with everything in the file', async () => {
  await db.close()
  const again = await openDuckDb({ main: { path: ledger, as: 'ledger', readOnly: true }, attach: [] })
  const rows = await again.query(raw('select min(s) as s from ledger.main.sorted'), z.object({ s: z.string() }), call)
  await again.close()
  expect(rows).toEqual([{ s: 'a' }])
})
