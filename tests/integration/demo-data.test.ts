import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { categoryOf } from '../../scripts/demo-data.ts'
import { packageDir } from '../../src/config/project.ts'
import { CAMPAIGN_END, CAMPAIGN_START } from '../../src/demo/calendar.ts'
import { countLines, files, listBuyers, shippedLines, writeHistory, writeWindow } from '../../src/demo/shop.ts'
import { openDuckDb, raw, type Warehouse } from '../../sync/index.ts'

const call = { tag: { runId: 'test', purpose: 'test' } }
let duck: Warehouse

beforeAll(async () => {
  duck = await openDuckDb({ main: { path: ':memory:', as: 'memory' }, attach: [] })
})
afterAll(() => duck.close())

async function one(text: string): Promise<Record<string, string>> {
  const rows = await duck.query(raw(text), z.record(z.string(), z.coerce.string()), call)
  return rows[0] ?? {}
}

describe('the shipped order lines', () => {
  it('are Online Retail, whole: counts and sums of science.md §1.7', async () => {
    expect(
      await one(`
        select count(*) as lines, count(distinct "InvoiceNo") as invoices, count(distinct "StockCode") as products,
          count(distinct "CustomerID") as customers, count(*) filter (where "CustomerID" is null) as without_customer,
          count(*) filter (where "InvoiceNo" like 'C%') as cancelled, count(*) filter (where "Quantity" <= 0) as not_positive,
          count(*) filter (where "UnitPrice" <= 0) as unpriced, count(distinct "Country") as countries,
          sum("Quantity" * "UnitPrice") as gross
        from read_parquet('${shippedLines}')`),
    ).toEqual({
      lines: '541909',
      invoices: '25900',
      products: '4070',
      customers: '4372',
      without_customer: '135080',
      cancelled: '9288',
      not_positive: '10624',
      unpriced: '2517',
      countries: '38',
      gross: '9747747.934',
    })
    expect(
      await one(`
        select count(*) as lines, count(distinct "CustomerID") as customers, count(distinct "InvoiceNo") as invoices,
          sum("Quantity" * "UnitPrice") as gross
        from read_parquet('${shippedLines}')
        where "CustomerID" is not null and "InvoiceNo" not like 'C%' and "Quantity" > 0 and "UnitPrice" > 0`),
    ).toEqual({ lines: '397884', customers: '4338', invoices: '18532', gross: '8911407.904' })
  })

  it('keep their exact duplicates: 5,268 lines stand at least a second time', async () => {
    const counted = await one(`
      select cast((select count(*) from read_parquet('${shippedLines}')) - (select count(*) from (select distinct * from read_parquet('${shippedLines}'))) as integer) as repeats`)
    expect(counted).toEqual({ repeats: '5268' })
  })

  it('are moved by 780 weeks: 2010-12-01 08:26 became 2025-11-12, 2011-12-09 12:50 became 2026-11-20', async () => {
    expect(
      await one(`select cast(min("InvoiceDate") as varchar) as first, cast(max("InvoiceDate") as varchar) as last,
        date_diff('day', timestamp '2010-12-01', date_trunc('day', min("InvoiceDate"))) as days
        from read_parquet('${shippedLines}')`),
    ).toEqual({ first: '2025-11-12 08:26:00', last: '2026-11-20 12:50:00', days: String(780 * 7) })
  })

  it('and the seed take less than 5 MB', () => {
    const seed = join(packageDir, 'dbt/seeds/product_categories.csv')
    expect(statSync(shippedLines).size + statSync(seed).size).toBeLessThan(5_000_000)
  })

  it.skipIf(!existsSync(join(packageDir, '../shared/data/online_retail.csv.gz')))(
    'equal the original file line by line',
    async () => {
      const source = join(packageDir, '../shared/data/online_retail.csv.gz')
      const original = `select "InvoiceNo", "StockCode", "Description", cast("Quantity" as integer) as q,
        cast("InvoiceDate" as timestamp) + interval 780 week as at, cast("UnitPrice" as decimal(18, 6)) as price,
        cast("CustomerID" as integer) as customer, "Country" from read_csv('${source}', all_varchar = true, header = true)`
      const shipped = `select "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate",
        cast("UnitPrice" as decimal(18, 6)), "CustomerID", "Country" from read_parquet('${shippedLines}')`
      expect(
        await one(`select (select count(*) from (${original} except all ${shipped})) as lost,
          (select count(*) from (${shipped} except all ${original})) as added`),
      ).toEqual({ lost: '0', added: '0' })
    },
  )
})

describe('the product categories', () => {
  it('name each stock code of the order lines once', async () => {
    const seed = join(packageDir, 'dbt/seeds/product_categories.csv')
    expect(
      await one(`
        with seed as (select * from read_csv('${seed}', all_varchar = true, header = true)),
        codes as (select distinct "StockCode" as product_id from read_parquet('${shippedLines}'))
        select (select count(*) from seed) as rows, (select count(distinct product_id) from seed) as ids,
          (select count(*) from seed join codes using (product_id)) as known,
          (select count(distinct category) from seed) as categories`),
    ).toEqual({ rows: '4070', ids: '4070', known: '4070', categories: '12' })
  })

  it.each([
    ['WHITE HANGING HEART T-LIGHT HOLDER', 'Candles and lights'],
    ['JUMBO BAG RED RETROSPOT', 'Bags and travel'],
    ['REGENCY CAKESTAND 3 TIER', 'Kitchen and dining'],
    ["PAPER CHAIN KIT 50'S CHRISTMAS ", 'Christmas and easter'],
    ['POSTAGE', 'Other'],
    ['?', 'Other'],
    [null, 'Other'],
  ])('put %s under %s', (description, category) => {
    expect(categoryOf(description)).toBe(category)
  })
})

describe('the files of the demo project', () => {
  let dir: string
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'winback-demo-data-'))
    await writeHistory(duck, dir)
  })

  it('hold nothing that the shop could not know when the campaign starts, and everything afterwards', async () => {
    const newest = () =>
      one(`select
        (select cast(max("InvoiceDate") as varchar) from read_parquet('${dir}/data/order_lines/*.parquet')) < '${CAMPAIGN_START}' as lines,
        (select max(created_at) from read_csv('${dir}/${files.customers}', all_varchar = true)) < '${CAMPAIGN_START}' as customers,
        (select max(captured_at) from read_csv('${dir}/${files.consents}', all_varchar = true)) < '${CAMPAIGN_START}' as consents,
        (select count(*) from read_parquet('${dir}/data/order_lines/*.parquet')) as n`)
    const { before, during } = await countLines(duck)
    expect(before + during).toBe(541_909)
    expect(await newest()).toEqual({ lines: 'true', customers: 'true', consents: 'true', n: String(before) })

    await writeWindow(duck, dir)
    expect(await newest()).toEqual({ lines: 'false', customers: 'false', consents: 'false', n: '541909' })
    expect(CAMPAIGN_END).toBe('2026-11-21')
  })

  it('give each customer an address at example.com, a broken one or none, and no phone number', () => {
    const lines = readFileSync(join(dir, files.customers), 'utf8').trimEnd().split('\n').slice(1)
    const emails = lines.map(line => line.split(',')[1] ?? '')
    expect(emails.filter(e => !/^(c\d{5}@example\.com|c\d{5}\.example\.com|)$/i.test(e))).toEqual([])
    expect(emails.filter(e => e === '').length / emails.length).toBeCloseTo(0.04, 1)
    expect(lines[0]?.split(',')).toHaveLength(5)
  })

  it('are the same at every writing', async () => {
    const digest = () =>
      Object.values(files)
        .filter(file => existsSync(join(dir, file)))
        .map(file =>
          createHash('sha256')
            .update(readFileSync(join(dir, file)))
            .digest('hex'),
        )
    const first = digest()
    await writeWindow(duck, dir)
    expect(digest()).toEqual(first)
  })

  it('know the real buyers of the window by the rule of the clean rows', async () => {
    // Counted independently: distinct customers of lines of 2011-11-12 up to and with 2011-12-09 in the original calendar.
    const counted = await one(`
      select count(distinct "CustomerID") as buyers from read_parquet('${shippedLines}')
      where "InvoiceDate" - interval 5460 day between timestamp '2011-11-12' and timestamp '2011-12-09 23:59'
        and "CustomerID" is not null and not starts_with("InvoiceNo", 'C') and "Quantity" > 0 and "UnitPrice" > 0`)
    expect(String((await listBuyers(duck)).size)).toBe(counted.buyers)
  })
})
