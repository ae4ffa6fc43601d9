import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ImportFixture, openFixture } from './import-fixture.ts'

let at: ImportFixture
beforeEach(async () => {
  at = await openFixture()
})
afterEach(() => at.close())

const orders = (...amounts: number[]) =>
  `order_id,ordered_at,total_amount\n${amounts.map((amount, i) => `${i},2024-01-01,${amount}`).join('\n')}\n`
const amounts = () => at.rows('select total_amount as t, _file as f from raw.winback_raw.csv_orders order by f, t')

describe('importing again', () => {
  it('skips a file whose bytes are the same, and says when it looked', async () => {
    at.write('a.csv', orders(1, 2))
    await at.load({ files: { orders: 'a.csv' } })
    const again = await at.load({ files: { orders: 'a.csv' } }, { now: '2026-11-23T10:00:00.000Z' })
    expect(again).toEqual([{ entity: 'orders', file: 'a.csv', rows: 2, rejected: 0, state: 'unchanged' }])
    expect(await at.rows('select distinct _loaded_at as t from raw.winback_raw.csv_orders')).toEqual([
      { t: '2026-11-22T10:00:00.000Z' },
    ])
    expect(await at.rows('select loaded_at, checked_at from raw.winback_raw.imports')).toEqual([
      { loaded_at: '2026-11-22T10:00:00.000Z', checked_at: '2026-11-23T10:00:00.000Z' },
    ])
  })

  it('replaces the rows and rejects of a file that changed, and no others', async () => {
    at.write('a.csv', `${orders(1, 2)}x,never,3\n`)
    at.write('b.csv', orders(5))
    await at.load({ files: { orders: '[ab].csv' } })
    at.write('a.csv', orders(7))
    expect(await at.load({ files: { orders: '[ab].csv' } })).toMatchObject([
      { file: 'a.csv', state: 'loaded', rows: 1 },
      { file: 'b.csv', state: 'unchanged', rows: 1 },
    ])
    expect(await amounts()).toEqual([
      { t: '7.0000', f: 'a.csv' },
      { t: '5.0000', f: 'b.csv' },
    ])
    expect(await at.rows('select count(*) as n from raw.winback_raw.rejects')).toEqual([{ n: 0 }])
  })

  it('reads the same bytes again when a column, the currency or the zone is another', async () => {
    at.write('a.csv', 'order_id,ordered_at,total_amount,gross\n1,2024-07-01 00:30,1,2\n')
    const files = { files: { orders: 'a.csv' } }
    await at.load(files)
    const states = []
    for (const [source, brand] of [
      [{ ...files, columns: { orders: { total_amount: 'gross' } } }, {}],
      [files, { currency: 'EUR' }],
      [files, { timezone: 'UTC' }],
      [files, { timezone: 'UTC' }],
    ] as const) {
      const more = { brand: { slug: 'acme', currency: 'GBP', timezone: 'Europe/London', ...brand } }
      states.push((await at.load(source, more))[0]?.state)
    }
    expect(states).toEqual(['loaded', 'loaded', 'loaded', 'unchanged'])
    expect(await at.rows('select ordered_at as t from raw.winback_raw.csv_orders')).toEqual([
      { t: '2024-07-01T00:30:00.000Z' },
    ])
  })

  it('removes the rows of a file that left winback.yml', async () => {
    at.write('a.csv', orders(1))
    at.write('c.csv', 'customer_id\n1\n')
    await at.load({ files: { orders: 'a.csv', customers: 'c.csv' } })
    expect(await at.load({ files: { orders: 'a.csv' } })).toMatchObject([
      { entity: 'orders', state: 'unchanged' },
      { entity: 'customers', file: 'c.csv', state: 'removed' },
    ])
    expect(await at.rows('select count(*) as n from raw.winback_raw.csv_customers')).toEqual([{ n: 0 }])
  })

  it('keeps brands with the same file names apart', async () => {
    at.write('a.csv', orders(1))
    await at.load({ files: { orders: 'a.csv' } })
    await at.load({ files: { orders: 'a.csv' } }, { brand: { slug: 'zen', currency: 'EUR', timezone: 'UTC' } })
    at.write('a.csv', orders(2, 3))
    await at.load({ files: { orders: 'a.csv' } }, { brand: { slug: 'zen', currency: 'EUR', timezone: 'UTC' } })
    expect(await at.rows('select brand, count(*) as n from raw.winback_raw.csv_orders group by 1 order by 1')).toEqual([
      { brand: 'acme', n: 1 },
      { brand: 'zen', n: 2 },
    ])
  })

  it('stops before the first row when it is aborted while looking at the files', async () => {
    at.write('a.csv', orders(1))
    const call = { tag: { runId: 'run_test', purpose: 'importing' }, signal: AbortSignal.abort() }
    await expect(at.load({ files: { orders: 'a.csv' } }, { call })).rejects.toMatchObject({ name: 'Cancelled' })
    expect(await at.everything()).toEqual([])
  })

  it('stops on abort with the raw tables as they were, and leaves no segment behind', async () => {
    at.write('a.csv', orders(1))
    await at.load({ files: { orders: 'a.csv' } })
    const before = await at.everything()
    const rest = Array.from({ length: 300_000 }, (_, i) => `${i},2024-01-01,1`).join('\n')
    at.write('a.csv', `order_id,ordered_at,total_amount\n${rest}\n`)
    const stop = new AbortController()
    const call = { tag: { runId: 'run_test', purpose: 'importing' }, signal: stop.signal }
    const work = at.load({ files: { orders: 'a.csv' } }, { call }, () => stop.abort())
    await expect(work).rejects.toMatchObject({ name: 'Cancelled' })
    expect(await at.everything()).toEqual(before)
    expect(existsSync(join(at.dir, 'spool'))).toBe(false)
    expect(await at.load({ files: { orders: 'a.csv' } })).toMatchObject([{ rows: 300_000, state: 'loaded' }])
  })
})
