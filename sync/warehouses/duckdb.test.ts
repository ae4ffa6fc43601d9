import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { raw, sql } from '../core/sql.ts'
import { openDuckDb } from './duckdb.ts'
import type { Row, Warehouse } from './warehouse.ts'

let folder: string
let warehouse: Warehouse
const call = { tag: { runId: 'test', purpose: 'a test' } }
const open = () => openDuckDb({ main: { path: join(folder, 'any name.duckdb'), as: 'ledger' }, attach: [] })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winback-duckdb-'))
  warehouse = await open()
})
afterEach(async () => {
  await warehouse.close()
  await rm(folder, { recursive: true, force: true })
})

async function* list(rows: Row[]) {
  yield* rows
}

it('gives rows with lower-case keys, exact decimals as text, days and instants as ISO text', async () => {
  const rows = await warehouse.query(
    sql`select 12.3400::decimal(18,4) as "Money", date '2026-11-20' as "DAY", timestamp '2026-11-20 10:00:00.123456' as at,
      9007199254740993 as big, 7::bigint as small, [1, 2] as many, {'a': 1.5::decimal(4,2)} as part, ${'it’s'} as bound, null as nothing`,
    z.record(z.string(), z.unknown()),
    call,
  )
  expect(rows).toEqual([
    {
      money: '12.3400',
      day: '2026-11-20',
      at: '2026-11-20T10:00:00.123456Z',
      big: 9007199254740993n,
      small: 7,
      many: [1, 2],
      part: { a: '1.50' },
      bound: 'it’s',
      nothing: null,
    },
  ])
})

it('refuses a row of another shape without showing its value', async () => {
  const query = warehouse.query(raw(`select 'zoe@example.com' as n`), z.object({ n: z.number() }), call)
  await expect(query).rejects.toMatchObject({ code: 'warehouse.row' })
  await expect(query).rejects.not.toThrow(/zoe/)
})

it('loads typed columns from text, and says how many', async () => {
  await warehouse.execute(
    raw(
      'create table ledger.main.t(id text, amount decimal(18,4), day date, at_time timestamp, n bigint, ok boolean, x double)',
    ),
    call,
  )
  const rows = list([
    { id: 'a', amount: '-0.0500', day: '2026-02-28', at_time: '2026-11-20T12:00:00.5+02:00', n: 5, ok: true, x: 1.5 },
    { id: 'b', amount: 3, day: null, at_time: '2026-11-20 10:00:00', n: null },
  ])
  expect(await warehouse.load('ledger.main.t', rows, call)).toBe(2)
  expect(
    await warehouse.query(raw('select * from ledger.main.t order by id'), z.record(z.string(), z.unknown()), call),
  ).toEqual([
    { id: 'a', amount: '-0.0500', day: '2026-02-28', at_time: '2026-11-20T10:00:00.500Z', n: 5, ok: true, x: 1.5 },
    { id: 'b', amount: '3.0000', day: null, at_time: '2026-11-20T10:00:00.000Z', n: null, ok: null, x: null },
  ])
})

it('streams in chunks, and a half-read stream locks nothing', async () => {
  const seen: number[] = []
  for await (const chunk of warehouse.stream(
    raw('select i from range(100000) t(i)'),
    z.object({ i: z.number() }),
    call,
  )) {
    expect(chunk.length).toBeLessThanOrEqual(2048)
    seen.push(...chunk.map(row => row.i))
    if (seen.length > 5_000) break
  }
  await warehouse.execute(raw('create table ledger.main.after(n int)'), call)
})

it('interrupts a statement when the caller aborts, and works on', async () => {
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 50)
  const long = warehouse.query(
    raw('select count(*) as n from range(1000000000) a, range(1000) b'),
    z.object({ n: z.number() }),
    { ...call, signal: stop.signal },
  )
  await expect(long).rejects.toMatchObject({ code: 'run.cancelled' })
  await expect(warehouse.query(raw('select 1 as n'), z.object({ n: z.number() }), call)).resolves.toEqual([{ n: 1 }])
})

it('ends a statement at its deadline', async () => {
  const long = warehouse.execute(
    raw('create temp table t as select count(*) from range(1000000000) a, range(1000) b'),
    { ...call, timeoutMs: 50 },
  )
  await expect(long).rejects.toMatchObject({ code: 'warehouse.timeout' })
})

it('says what broke without row values', async () => {
  const query = warehouse.query(raw(`select 'zoe@example.com'::int as n`), z.object({ n: z.number() }), call)
  await expect(query).rejects.toMatchObject({ code: 'warehouse.conversion' })
  await expect(query).rejects.not.toThrow(/zoe/)
  await expect(warehouse.execute(raw('select nope from range(3) t(i)'), call)).rejects.toMatchObject({
    code: 'warehouse.missing',
  })
})

it('shares one instance per path, and keeps it until the last holder closes', async () => {
  const other = await open()
  await other.execute(raw('create table ledger.main.shared(n int)'), call)
  await other.close()
  expect(await warehouse.columns('ledger.main.shared')).toEqual([{ name: 'n', type: 'INTEGER' }])
  expect(await warehouse.columns('ledger.main.nothing')).toEqual([])
})

it('lets locked SQL read tables and nothing else', async () => {
  await warehouse.execute(raw('create table ledger.main.t as select 1 as n'), call)
  await warehouse.close()
  const locked = await openDuckDb({
    main: { path: join(folder, 'any name.duckdb'), as: 'ledger', readOnly: true },
    attach: [],
    locked: true,
  })
  await expect(locked.query(raw('select n from t'), z.object({ n: z.number() }), call)).resolves.toEqual([{ n: 1 }])
  for (const text of [
    `select * from read_csv('/etc/passwd')`,
    `attach '/tmp/x.duckdb' as x`,
    'set threads = 4',
    `copy t to '/tmp/t.csv'`,
    'create table u(n int)',
  ]) {
    await expect(locked.execute(raw(text), call)).rejects.toThrow()
  }
  await locked.close()
})
