import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cdnow, onlineRetail } from '../support/dbt-raw-files.ts'
import { openWorkbench, sharedData, type Workbench } from '../support/dbt-workbench.ts'

const hasData = existsSync(join(sharedData, 'online_retail.csv.gz'))
if (!hasData) console.warn(`SKIPPED: the real data sets are not at ${sharedData}; their values are not checked`)

const retail = { slug: 'retail', currency: 'GBP', timezone: 'Europe/London', gross_margin_share: 0.4 }
const master = { slug: 'cdnow', currency: 'USD', timezone: 'UTC' }
const sample = { slug: 'cdnow_sample', currency: 'USD', timezone: 'UTC' }
const brands = [retail, master, sample]

/** Purchases of a brand's customers as the published data sets count them: known customer, not free, not taken back. */
const clean = `warehouse.winback.order_lines where brand = 'retail' and customer_id is not null and is_purchase and line_amount > 0`

/** Customers of a CDNOW file, one `id days first last cents` each, counted by awk: money in whole cents, so that sums are exact. */
function countByAwk(cat: string, fields: readonly [number, number, number]): string[] {
  const [id, day, money] = fields
  const program = `$${id} ~ /^[0-9]+$/ {
    c[$${id}] += int($${money} * 100 + 0.5)
    if (!seen[$${id}, $${day}]++) n[$${id}]++
    if (!($${id} in first) || $${day} < first[$${id}]) first[$${id}] = $${day}
    if ($${day} > last[$${id}]) last[$${id}] = $${day}
  } END { for (i in n) print i, n[i], first[i], last[i], c[i] }`
  const out = execFileSync('bash', ['-c', `${cat} | awk '${program}'`], { cwd: sharedData, maxBuffer: 64 << 20 })
  return out.toString().trim().split('\n').sort()
}

describe.skipIf(!hasData)('the values of the real data sets', () => {
  let bench: Workbench
  const one = async (sql: string) => Object.values((await bench.rows(sql))[0] ?? {})

  beforeAll(async () => {
    bench = await openWorkbench()
    await bench.load(...onlineRetail('retail'), ...cdnow('cdnow', 'cdnow_sample'))
    await bench.build({ asOf: '2011-12-10', brands })
  }, 240_000)
  afterAll(() => bench.remove())

  // science.md §1.7: published by the course and computed again there
  it('keeps every raw line of Online Retail, exact to the third decimal', async () => {
    const kept = await one(`select count(*), sum(line_amount), count(*) filter (where is_duplicate)
      from warehouse.winback_staging.stg_csv__order_lines where brand = 'retail'`)
    expect(kept).toEqual(['541909', '9747747.9340', '5268'])
  })

  it('turns each line that takes back into a refund and loses no penny between orders and refunds', async () => {
    const [refunds, cancelled] = await one(`select count(*), count(*) filter (where reason = 'cancelling invoice')
      from warehouse.winback_contract.in_refunds where brand = 'retail'`)
    expect(cancelled).toBe('9288')
    expect(refunds).toBe('10626') // 10,624 with quantity ≤ 0 and two bookings of a negative price ("Adjust bad debt")
    const net = await one(`select (select sum(gross_amount) from warehouse.winback.orders where brand = 'retail')
      - (select sum(amount) from warehouse.winback_contract.in_refunds where brand = 'retail')`)
    expect(net).toEqual(['9747747.9340'])
  })

  it('finds the clean rows, customers, invoices and revenue', async () => {
    expect(
      await one(
        `select count(*), count(distinct customer_id), count(distinct order_id), sum(line_amount) from ${clean}`,
      ),
    ).toEqual(['397884', '4338', '18532', '8911407.9040'])
    expect(
      await one(`select count(*), count(distinct customer_id), round(sum(gross_amount), 2) from warehouse.winback.orders
        where brand = 'retail' and is_purchase and customer_id is not null`),
    ).toEqual(['18532', '4338', '8911407.90'])
    expect(
      await one(
        `select sum(order_count), round(sum(revenue), 2) from warehouse.winback.customers where brand = 'retail'`,
      ),
    ).toEqual(['18532', '8911407.90'])
  })

  it('gives the published recency, frequency and gross revenue', async () => {
    const named = await bench.rows(`select customer_id, days_since_order, order_count, round(revenue, 2) as revenue
      from warehouse.winback.customers where brand = 'retail' and customer_id between '12346' and '12350' order by customer_id`)
    expect(named.map(row => Object.values(row))).toEqual([
      ['12346', '326', '1', '77183.60'],
      ['12347', '3', '7', '4310.00'],
      ['12348', '76', '4', '1797.24'],
      ['12349', '19', '1', '1757.55'],
      ['12350', '311', '1', '334.40'],
    ])
    const summary =
      await one(`select round(avg(days_since_order), 4), round(avg(order_count), 5), round(avg(revenue), 4),
        median(days_since_order), median(order_count), median(revenue), max(days_since_order), max(order_count), max(revenue),
        count(*) filter (where order_count = 1)
      from warehouse.winback.customers where brand = 'retail' and order_count > 0`)
    expect(summary.map(Number)).toEqual([93.0595, 4.27201, 2054.2665, 51, 2, 674.485, 374, 209, 280206.02, 1493])
  })

  it('reproduces the segment counts of the course with its own rule', async () => {
    // the course: R by percent_rank of recency, cut .2/.4/.6/.8 right-closed; F by ntile over (value, id); snapshot 2011-12-11
    const counts = await bench.rows(`
      with buyers as (
        select customer_id, date '2011-12-11' - max(ordered_on) as recency, count(distinct order_id) as frequency
        from ${clean} group by customer_id
      ),
      scored as (
        select 5 - least(greatest(ceil(percent_rank() over (order by recency) * 5) - 1, 0), 4) as r,
          ntile(5) over (order by frequency, customer_id) as f
        from buyers
      )
      select case
        when regexp_matches(rf, '[1-2][1-2]') then 'hibernating' when regexp_matches(rf, '[1-2][3-4]') then 'at_risk'
        when regexp_matches(rf, '[1-2]5') then 'cant_lose' when regexp_matches(rf, '3[1-2]') then 'about_to_sleep'
        when rf = '33' then 'need_attention' when regexp_matches(rf, '[3-4][4-5]') then 'loyal' when rf = '41' then 'promising'
        when rf = '51' then 'new' when regexp_matches(rf, '[4-5][2-3]') then 'potential_loyalist' else 'champions' end as segment,
        cast(count(*) as integer) as customers
      from (select cast(cast(r as integer) as text) || cast(f as text) as rf from scored) as pairs group by 1`)
    expect(Object.fromEntries(counts.map(row => [row.segment, row.customers]))).toEqual({
      hibernating: 1071,
      loyal: 819,
      champions: 633,
      at_risk: 593,
      potential_loyalist: 484,
      about_to_sleep: 352,
      need_attention: 187,
      promising: 94,
      cant_lose: 63,
      new: 42,
    })
  })

  it('counts days from the last purchase to the data date, for everybody', async () => {
    const wrong = await one(`select count(*) from warehouse.winback.customers join warehouse.winback.build_info on true
      where days_since_order <> as_of_date - last_order_on or tenure_days <> as_of_date - first_order_on`)
    expect(wrong).toEqual(['0'])
  })

  it('agrees with awk about every customer of CDNOW', async () => {
    // 69,659 rows of 23,570 customers, 2,357 in the sample: data/README.md
    for (const [brand, cat, fields, customers] of [
      ['cdnow', 'zcat CDNOW_master.txt.gz', [1, 2, 4], 23_570],
      ['cdnow_sample', 'cat CDNOW_sample.txt', [1, 3, 5], 2_357],
    ] as const) {
      const expected = countByAwk(cat, fields)
      expect(expected).toHaveLength(customers)
      const found =
        await bench.rows(`select customer_id || ' ' || order_count || ' ' || strftime(first_order_on, '%Y%m%d') || ' '
          || strftime(last_order_on, '%Y%m%d') || ' ' || cast(revenue * 100 as bigint) as line
        from warehouse.winback.customers where brand = '${brand}' order by 1`)
      expect(found.map(row => row.line)).toEqual(expected)
    }
    const raw = await one(`select count(*) from raw.winback_raw.csv_orders where brand = 'cdnow'`)
    expect(raw).toEqual(['69659'])
  })

  it('counts repeat purchases, recency and age of CDNOW at 1997-10-01 as the BG/NBD paper does', async () => {
    // the same warehouse, its data date moved back by fourteen years
    await bench.build({
      asOf: '1997-10-01',
      brands,
      flags: ['--select', '+customers', '--exclude-resource-type', 'unit_test', 'test'],
    })
    // customer 1 of Fader, Hardie & Lee (2005), published as x = 2, t_x = 30.43 and T = 38.86 weeks
    const [row] = await bench.rows(`select purchase_days - 1 as x, round((last_order_on - first_order_on) / 7, 2) as tx,
        round((tenure_days - 1) / 7, 3) as t
      from warehouse.winback.customers where brand = 'cdnow_sample' and customer_id = '00004'`)
    expect(row).toEqual({ x: '2', tx: 30.43, t: 38.857 })
    expect(await one(`select count(*) from warehouse.winback.orders where brand = 'retail'`)).toEqual(['0'])
  }, 120_000)
})
