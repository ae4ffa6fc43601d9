import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorkbench, type Workbench } from '../support/dbt-workbench.ts'

const brand = { slug: 'acme', currency: 'GBP', timezone: 'Europe/London', gross_margin_share: 0.5 }

/** 40 customers, an order every 1 to 12 days each through 2026 with one to three lines; everything derives from the numbers. */
const orderLines = `create or replace table raw.winback_raw.csv_order_lines as
  select 'acme' as brand, 'csv' as source, 'o' || c || '_' || n as order_id, cast(null as text) as line_id,
    cast(1 + (c * n + l) % 4 as decimal(18, 4)) as quantity, 'p' || (c + l) % 7 as product_id, 'c' || c as customer_id,
    timestamp '2026-01-01 12:00:00' + to_days(cast(n * (1 + c % 12) as integer)) as ordered_at,
    cast(2.5 + l as decimal(18, 6)) as unit_price, 'lines.csv' as _file, c * 10000 + n * 10 + l as _line,
    timestamp '2026-02-01 00:00:00' as _loaded_at
  from range(40) as customers(c), range(20) as orders(n), range(3) as lines(l)
  where l <= (c + n) % 3`

const refunds = (count: number) => `create or replace table raw.winback_raw.csv_refunds as
  select 'acme' as brand, 'csv' as source, 'r' || n as refund_id, timestamp '2026-03-01 12:00:00' + to_days(cast(n as integer)) as refunded_at,
    cast(1 as decimal(18, 4)) as amount, 'o' || n || '_0' as order_id, timestamp '2026-02-01 00:00:00' as _loaded_at
  from range(${count}) as refunds(n)`

const products = (cost: number) => `create or replace table raw.winback_raw.csv_products as
  select 'acme' as brand, 'csv' as source, 'p1' as product_id, 'Mugs' as category, cast(${cost} as decimal(18, 6)) as cost,
    timestamp '2026-02-01 00:00:00' as _loaded_at`

/** Every row of the incremental tables. */
async function rowsOf(bench: Workbench) {
  return {
    orders: await bench.rows('select * from warehouse.winback.orders order by all'),
    lines: await bench.rows('select * from warehouse.winback.order_lines order by all'),
    history: await bench.rows('select * from warehouse.winback.segment_history order by all'),
  }
}

describe('incremental models', () => {
  let bench: Workbench
  let first: Awaited<ReturnType<typeof rowsOf>>
  const build = (asOf: string, ...flags: string[]) =>
    bench.build({
      asOf,
      brands: [brand],
      flags: ['--exclude-resource-type', 'unit_test', '--select', '+order_lines', '+customer_segments', ...flags],
    })

  beforeAll(async () => {
    bench = await openWorkbench()
    await bench.load(orderLines, refunds(20), products(1))
    await build('2026-07-01')
    first = await rowsOf(bench)
  }, 120_000)
  afterAll(() => bench.remove())

  it('equal a full refresh after the data date moved back, files shrank and refunds and costs changed', async () => {
    // nothing gets a newer _loaded_at: what has to change is found by what it says
    await bench.load(
      `delete from raw.winback_raw.csv_order_lines where customer_id in ('c3', 'c30')`,
      `delete from raw.winback_raw.csv_order_lines where order_id = 'o5_2' and unit_price > 2.5`,
      `update raw.winback_raw.csv_order_lines set unit_price = 9 where order_id = 'o7_1'`,
      refunds(4),
      products(2),
    )
    const printed = await build('2026-04-15')
    const merged = await rowsOf(bench)
    await build('2026-04-15', '--full-refresh')
    const refreshed = await rowsOf(bench)

    expect(merged).toEqual(refreshed)
    expect(merged.orders.length).toBeGreaterThan(100)
    expect(merged.orders.length).toBeLessThan(first.orders.length)
    expect(merged.orders.some(row => row.customer_id === 'c3')).toBe(false)
    // the history is left alone with a warning by an earlier day, and by a full refresh
    expect(first.history).toHaveLength(40)
    expect(refreshed.history).toEqual(first.history)
    expect(printed).toContain('WARN 1 segment_history_is_not_ahead')
  }, 120_000)

  it('hold every order of the raw table when the data date moves on, and the history grows', async () => {
    const printed = await build('2026-08-01')
    const forward = await rowsOf(bench)
    // counted apart from dbt: noon in London is the same day in UTC
    const [count] = await bench.rows(`select count(distinct order_id) as orders, sum(quantity * unit_price) as revenue
      from raw.winback_raw.csv_order_lines where ordered_at < timestamp '2026-08-01 00:00:00'`)
    expect(String(forward.orders.length)).toBe(count?.orders)
    expect(forward.orders.reduce((sum, row) => sum + Number(row.gross_amount), 0)).toBe(Number(count?.revenue))

    expect(printed).toContain('PASS segment_history_is_not_ahead')
    expect(forward.history.length).toBeGreaterThan(first.history.length)
    expect(forward.history.filter(row => row.segment_since_on === '2026-07-01')).toEqual(first.history)
  }, 120_000)
})
