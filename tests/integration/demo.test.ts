import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startPlatform } from '../../src/demo/platform.ts'
import { type DemoResult, runDemo } from '../../src/demo/story.ts'
import { openDuckDb, raw, type Warehouse } from '../../sync/index.ts'

// One whole demo, and then everything it says computed again from its files and the rule of the data model, by SQL written here.

const root = mkdtempSync(join(tmpdir(), 'winback-demo-'))
const dir = join(root, 'shop')
const said: string[] = []
let first: DemoResult
let duck: Warehouse

const options = { p: 0.15, salt: 'demo' }
const out = {
  line: (text = '') => void said.push(text),
  note: () => {},
  progress: () => ({ update: () => {}, end: () => {} }),
}
const run = () => runDemo(dir, options, { fresh: false, now: new Date(), signal: new AbortController().signal, out })

async function rows(text: string): Promise<Record<string, string>[]> {
  const call = { tag: { runId: 'test', purpose: 'test' } }
  return duck.query(raw(text), z.record(z.string(), z.coerce.string()), call)
}

// Every line of the shop as it stands on 21 November, and every arm drawn anew: bucket = first 8 hex digits of
// sha256('holdout:v1:<salt>|<customer>') mod 10000, held out below 3000.
const world = `
  with
  lines as (
    select "InvoiceNo" as invoice, "Quantity" as quantity, "InvoiceDate" as ordered_at, cast("UnitPrice" as double) as price, "CustomerID" as customer
    from read_parquet('${dir}/data/order_lines/*.parquet')
    union all
    select "InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID" from read_csv('${dir}/data/order_lines/world.csv')
  ),
  purchases as (
    select customer, ordered_at from lines where customer is not null and invoice not like 'C%' and quantity > 0 and price > 0
  ),
  consents as (
    select customer_id as customer, arg_max(state, captured_at) as state from read_csv('${dir}/data/consents.csv')
    where captured_at < timestamp '2026-10-24' group by 1
  ),
  population as (
    select customer, cast(concat('0x', left(sha256('holdout:v1:demo|' || customer), 8)) as bigint) % 10000 < 3000 as is_held_out
    from purchases
    join read_csv('${dir}/data/customers.csv') as people on people.customer_id = purchases.customer
    join consents using (customer)
    where consents.state = 'granted' and contains(people.email, '@') and ordered_at < timestamp '2026-10-24'
    group by customer
    having max(ordered_at) < timestamp '2026-08-25'
  ),
  buyers as (
    select distinct customer from purchases where ordered_at >= timestamp '2026-10-24' and ordered_at < timestamp '2026-11-21'
  )`

beforeAll(async () => {
  duck = await openDuckDb({ main: { path: ':memory:', as: 'memory' }, attach: [] })
  first = await run()
}, 400_000)
afterAll(async () => {
  await duck.close()
  rmSync(root, { recursive: true, force: true })
})

describe('the demo', () => {
  it('judges the arms that the rows give: customers and converters of each', async () => {
    const counted = await rows(`${world}
      select is_held_out, count(*) as customers, count(buyers.customer) as converters
      from population left join buyers using (customer) group by 1 order by 1`)
    const { treated, heldOut } = first.readout
    expect(counted).toEqual([
      { is_held_out: 'false', customers: String(treated.customers), converters: String(treated.converters) },
      { is_held_out: 'true', customers: String(heldOut.customers), converters: String(heldOut.converters) },
    ])
    expect(treated.customers + heldOut.customers).toBeGreaterThan(1000)
  })

  it('knows the truth: one extra order each, only of treated people who did not buy by themselves, inside the window', async () => {
    const counted = await rows(`${world}
      select count(*) as orders, count(distinct "CustomerID") as people,
        count(*) filter (where "CustomerID" in (select customer from population where not is_held_out)) as treated,
        count(*) filter (where "CustomerID" in (
          select customer from lines where invoice not like 'W%' and invoice not like 'C%' and quantity > 0 and price > 0
            and ordered_at >= timestamp '2026-10-24' and ordered_at < timestamp '2026-11-21')) as buyers,
        min("InvoiceDate") >= timestamp '2026-10-25' as after_delivery, max("InvoiceDate") < timestamp '2026-11-21' as in_window
      from read_csv('${dir}/data/order_lines/world.csv')`)
    const caused = String(first.truth.caused)
    expect(counted).toEqual([
      { orders: caused, people: caused, treated: caused, buyers: '0', after_delivery: 'true', in_window: 'true' },
    ])
    // Binomial: the non-buyers among about 1,000 treated answer with p = 0.15; 4 standard deviations are 4 × sqrt(800 × 0.15 × 0.85) = 40.
    const asked = first.truth.delivered - first.truth.boughtAnyway
    expect(Math.abs(first.truth.caused - 0.15 * asked)).toBeLessThan(40)
  })

  it('sees the effect, and its interval holds the truth', () => {
    const { low, high } = first.readout.conversion
    const truth = first.truth.caused / first.readout.treated.customers
    expect(first.readout.verdict.kind).toBe('win')
    expect(low).toBeLessThan(truth)
    expect(high).toBeGreaterThan(truth)
  })

  it('leaves on the platform’s list the treated who neither bought nor objected', async () => {
    const wanted = await rows(`${world}
      select customer from population where not is_held_out and customer not in (select customer from buyers)
        and customer not in (select customer_id from read_csv('${dir}/data/consents.csv')
          where state = 'denied' and captured_at < timestamp '2026-11-21')`)
    const platform = await startPlatform(dir)
    const members = platform.membership('Winback – Autumn win-back')
    await platform.stop()
    expect([...members].sort()).toEqual(wanted.map(row => row.customer).sort())
    expect(members.size).toBeLessThan(first.readout.treated.customers)
  })

  it('tells its story in about 40 lines of at most 80 characters', () => {
    expect(said.filter(line => line.length > 80)).toEqual([])
    expect(said.length).toBeLessThan(45)
    for (const number of '12345678') expect(said.some(line => line.startsWith(`${number}  `))).toBe(true)
  })

  it('tells the same again in seconds when all is done', async () => {
    const before = said.splice(0)
    const started = performance.now()
    const again = await run()
    expect((performance.now() - started) / 1000).toBeLessThan(5)
    expect(said).toEqual(before)
    expect(again.wasDone).toBe(true)
    expect(again.readout).toEqual(first.readout)
  })

  it('keeps identities out of its notes', () => {
    expect(readFileSync(join(dir, '.winback/demo.json'), 'utf8')).not.toMatch(/@|c\d{5}/)
  })
})

describe('a folder for the demo', () => {
  const go = (to: string, o: { p?: number; fresh?: boolean } = {}) =>
    runDemo(
      to,
      { p: o.p ?? 0.15, salt: 'demo' },
      { fresh: o.fresh ?? false, now: new Date(), signal: new AbortController().signal, out },
    )

  it('is refused when it holds something else, and left as it was', async () => {
    await expect(go(join(import.meta.dirname))).rejects.toMatchObject({ code: 'demo.folder', exitCode: 2 })
    await expect(go(join(import.meta.dirname), { fresh: true })).rejects.toMatchObject({ code: 'demo.folder' })
  })

  it('is refused when it holds a demo with other options', async () => {
    await expect(go(dir, { p: 0 })).rejects.toMatchObject({ code: 'demo.options', exitCode: 2 })
  })
})
