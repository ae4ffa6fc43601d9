import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWorkbench, type Workbench } from '../support/dbt-workbench.ts'

/** Four dollar orders of a pound brand: an order and its return, and two orders that only lines know. Euros and pounds stand beside them rightly. */
const orders = (rate: string) => `create or replace table raw.winback_raw.csv_orders as
  select 'acme' as brand, 'csv' as source, order_id, timestamp '2026-01-01 12:00:00' as ordered_at, 'c1' as customer_id, currency,
    cast(total_amount as decimal(18, 4)) as total_amount, cast(fx_rate as decimal(18, 6)) as fx_rate
  from (values ('none', null, 10, null), ('blank', ' ', 10, null), ('pounds', 'gbp', 10, null), ('euros', 'EUR', 10, 0.5),
    ('dollars', 'USD', 10, ${rate}), ('dollars', 'USD', -4, ${rate})) as t(order_id, currency, total_amount, fx_rate)`

const lines = (currency: string) => `create or replace table raw.winback_raw.csv_order_lines as
  select 'acme' as brand, 'csv' as source, order_id, timestamp '2026-01-01 12:00:00' as ordered_at, 'c1' as customer_id, currency,
    cast(1 as decimal(18, 4)) as quantity, cast(line_amount as decimal(18, 6)) as line_amount, 'lines.csv' as _file, line as _line
  from (values ('only_lines', '${currency}', 3, 2), ('half_lines', null, 3, 3), ('half_lines', '${currency}', 3, 4),
    ('dollars', 'USD', 10, 5)) as t(order_id, currency, line_amount, line)`

let bench: Workbench
const build = () =>
  bench.build({
    asOf: '2026-07-01',
    brands: [{ slug: 'acme', currency: 'GBP', timezone: 'UTC' }],
    flags: ['--exclude-resource-type', 'unit_test', '--select', '+in_orders', '+in_refunds'],
  })

beforeAll(async () => {
  bench = await openWorkbench()
})
afterAll(() => bench.remove())

it('never counts money of another currency one to one', async () => {
  await bench.load(orders('null'), lines('GBP'))
  await expect(build()).rejects.toThrow(/FAIL 1 negative_orders_in_another_currency_need_an_fx_rate/)
  await bench.load(orders('0.8'), lines('USD'))
  await expect(build()).rejects.toThrow(/FAIL 1 order_lines_in_another_currency_need_an_orders_file_with_fx_rate/)

  await bench.load(orders('0.8'), lines('GBP'))
  await build()
  const rows = await bench.rows(
    `select order_id, currency, total_amount from warehouse.winback_contract.in_orders order by 1`,
  )
  expect(rows.map(row => Object.values(row).join(' '))).toEqual([
    'blank GBP 10.0000',
    'dollars USD 8.0000',
    'euros EUR 5.0000',
    'half_lines GBP 6.0000',
    'none GBP 10.0000',
    'only_lines GBP 3.0000',
    'pounds GBP 10.0000',
  ])
  // the return has the rate of its own row: 4 dollars at 0.8
  const refunds = await bench.rows(`select order_id, amount from warehouse.winback_contract.in_refunds`)
  expect(refunds).toEqual([{ order_id: 'dollars', amount: '3.2000' }])
}, 120_000)

it('names the orders of the contract too, whichever connector they came by', async () => {
  await bench.load(`${orders('null')} where total_amount > 0`, lines('GBP'))
  await expect(build()).rejects.toThrow(/FAIL 1 orders_in_another_currency_need_an_fx_rate/)
}, 60_000)
