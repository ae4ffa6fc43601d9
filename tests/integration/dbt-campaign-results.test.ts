import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JsonRow, openWorkbench, type Workbench } from '../support/dbt-workbench.ts'

const dataDay = 60 // D, in days since 2026-01-01
const windowDays = 21
const share = 0.25

/** A day as text, so many days after 2026-01-01. */
const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10)

/** A linear congruential generator (Numerical Recipes), 0 to 1: the same shop every time. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

interface Event {
  customer: number
  on: number
  amount: number
  kind: 'order' | 'refund'
}

const random = numbers(7)
const members = Array.from({ length: 120 }, (_, customer) => ({
  customer,
  arm: random() < 0.3 ? 'control' : 'treatment',
  assignedOn: random() < 0.6 ? 30 : 48, // the later ones have 12 complete days of 21
}))
const events: Event[] = Array.from({ length: 900 }, () => ({
  customer: Math.floor(random() * 150),
  on: Math.floor(random() * 70),
  amount: Math.floor(random() * 10_000) / 100,
  kind: random() < 0.85 ? 'order' : 'refund',
}))

/** The sums of one arm through day d, straight from the definition: one member after the other, one event after the other. */
function expected(arm: string, d: number) {
  const sums = {
    customers: 0,
    converters: 0,
    orders: 0,
    orders_sq: 0,
    revenue: 0,
    revenue_sq: 0,
    pre_revenue: 0,
    pre_revenue_sq: 0,
    revenue_pre_revenue: 0,
  }
  for (const member of members) {
    if (member.arm !== arm || member.assignedOn + d >= dataDay) continue
    const own = events.filter(event => event.customer === member.customer && event.on < dataDay)
    const net = (from: number, to: number) =>
      own
        .filter(({ on }) => on >= from && on < to)
        .reduce((sum, { kind, amount }) => sum + (kind === 'order' ? amount : -amount), 0)
    const y = net(member.assignedOn, member.assignedOn + d + 1)
    const x = net(member.assignedOn - windowDays, member.assignedOn)
    const orders = own.filter(
      ({ on, kind }) => kind === 'order' && on >= member.assignedOn && on <= member.assignedOn + d,
    ).length
    sums.customers += 1
    sums.converters += orders > 0 ? 1 : 0
    sums.orders += orders
    sums.orders_sq += orders * orders
    sums.revenue += y
    sums.revenue_sq += y * y
    sums.pre_revenue += x
    sums.pre_revenue_sq += x * x
    sums.revenue_pre_revenue += x * y
  }
  return sums
}

const values = (rows: readonly string[]) => `values ${rows.join(', ')}`

describe('campaign_results', () => {
  let bench: Workbench
  let results: JsonRow[]
  beforeAll(async () => {
    bench = await openWorkbench()
    const of = (kind: Event['kind']) =>
      events.flatMap((event, i) =>
        event.kind === kind
          ? [`('${i}', 'c${event.customer}', timestamp '${day(event.on)} 12:00:00', ${event.amount})`]
          : [],
      )
    await bench.load(
      `create table raw.winback_raw.csv_orders as select 'acme' as brand, 'csv' as source, id as order_id, customer_id, ordered_at,
        cast(total as decimal(18, 4)) as total_amount, timestamp '2026-01-01 00:00:00' as _loaded_at
      from (${values(of('order'))}) as t(id, customer_id, ordered_at, total)`,
      `create table raw.winback_raw.csv_refunds as select 'acme' as brand, 'csv' as source, id as refund_id, customer_id, refunded_at,
        cast(total as decimal(18, 4)) as amount, timestamp '2026-01-01 00:00:00' as _loaded_at
      from (${values(of('refund'))}) as t(id, customer_id, refunded_at, total)`,
      'create schema ledger.winback_sync',
      `create table ledger.winback_sync.campaigns as select 'acme' as brand, 'c' as campaign_id, 'c' as slug, 'C' as label, ${windowDays} as window_days,
        'conversion' as outcome, 0.3 as holdout_share, 'c' as salt, date '${day(30)}' as launched_on, timestamp '2026-02-01 00:00:00' as recorded_at`,
      `create table ledger.winback_sync.assignments as select 'acme' as brand, 'c' as campaign_id, customer_id, arm, 'v1' as salt_version, assigned_on,
        cast(assigned_on as timestamp) as assigned_at
      from (${values(members.map(m => `('c${m.customer}', '${m.arm}', date '${day(m.assignedOn)}')`))}) as t(customer_id, arm, assigned_on)`,
    )
    await bench.build({
      asOf: day(dataDay),
      brands: [{ slug: 'acme', currency: 'GBP', timezone: 'UTC', gross_margin_share: share }],
      flags: ['--exclude-resource-type', 'unit_test', 'test', '--select', '+campaign_results'],
    })
    results = await bench.rows('select * from warehouse.winback.campaign_results')
  }, 120_000)
  afterAll(() => bench.remove())

  it('has one row for each arm and each day that is complete for somebody', () => {
    const found = results.map(row => `${row.arm} ${row.day}`).sort()
    const wanted = ['control', 'treatment']
      .flatMap(arm => Array.from({ length: windowDays }, (_, d) => `${arm} ${d}`))
      .sort()
    expect(found).toEqual(wanted)
  })

  it('equals the sums computed from the rows one by one', () => {
    for (const row of results) {
      const sums = expected(String(row.arm), Number(row.day))
      for (const [column, value] of Object.entries(sums)) {
        expect.soft(Number(row[column]), `${row.arm} day ${row.day} ${column}`).toBeCloseTo(value, 4)
      }
    }
  })

  it('takes the brand’s share of revenue for margin where no cost is known', () => {
    for (const row of results) {
      const sums = expected(String(row.arm), Number(row.day))
      // margins are kept to four decimals, so 900 events may differ by half of the last one each
      expect(Math.abs(Number(row.margin) - sums.revenue * share)).toBeLessThan(0.05)
      expect(Math.abs(Number(row.pre_margin) - sums.pre_revenue * share)).toBeLessThan(0.05)
      expect(Number(row.margin_sq)).toBeCloseTo(sums.revenue_sq * share * share, 0)
    }
  })
})
