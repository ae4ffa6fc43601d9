import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type Call, raw, type Sql, sql, type Warehouse } from '../../sync/index.ts'
import { CAMPAIGN_END, CAMPAIGN_START, campaignDays } from './calendar.ts'
import { type Consent, type Contact, consentsOf, contactOf, type DemoCustomer } from './contacts.ts'

/** Online Retail as shipped: every line and column, dates moved (data/ATTRIBUTION.md). */
export const shippedLines = join(dirname(fileURLToPath(import.meta.url)), 'data', 'online_retail.parquet')

/** The shop's files within the project folder. */
export const files = {
  history: 'data/order_lines/before-campaign.parquet',
  window: 'data/order_lines/during-campaign.parquet',
  world: 'data/order_lines/world.csv',
  customers: 'data/customers.csv',
  consents: 'data/consents.csv',
} as const

// An invoice line that is a purchase; the same rule as the clean rows of science.md §1.7.
const purchase = raw(`"CustomerID" is not null and "InvoiceNo" not like 'C%' and "Quantity" > 0 and "UnitPrice" > 0`)
const call: Call = { tag: { runId: 'demo', purpose: 'demo data' } }

/** Writes what the shop knew on the morning of the campaign: order lines before it, customers and consents so far. */
export async function writeHistory(duck: Warehouse, dir: string): Promise<void> {
  mkdirSync(dirname(join(dir, files.history)), { recursive: true })
  for (const later of [files.window, files.world]) rmSync(join(dir, later), { force: true })
  await copyLines(duck, join(dir, files.history), sql`"InvoiceDate" < cast(${CAMPAIGN_START} as timestamp)`)
  await writePeople(duck, dir, CAMPAIGN_START)
}

/** Adds what the shop learned by the end of the window: its real order lines, new customers, later answers to "may we e-mail you?". */
export async function writeWindow(duck: Warehouse, dir: string): Promise<void> {
  await copyLines(duck, join(dir, files.window), sql`"InvoiceDate" >= cast(${CAMPAIGN_START} as timestamp)`)
  await writePeople(duck, dir, CAMPAIGN_END)
}

/** Customers who really bought within the window. */
export async function listBuyers(duck: Warehouse): Promise<Set<string>> {
  const rows = await duck.query(
    sql`select distinct cast("CustomerID" as varchar) as id from read_parquet(${shippedLines})
      where ${purchase} and "InvoiceDate" >= cast(${CAMPAIGN_START} as timestamp) and "InvoiceDate" < cast(${CAMPAIGN_END} as timestamp)`,
    z.object({ id: z.string() }),
    call,
  )
  return new Set(rows.map(row => row.id))
}

/** Amounts of each customer's orders before the campaign, in pounds, ascending. */
export async function listPastAmounts(duck: Warehouse): Promise<Map<string, number[]>> {
  const rows = await duck.query(
    sql`select cast("CustomerID" as varchar) as id, cast(sum("Quantity" * "UnitPrice") as double) as amount
      from read_parquet(${shippedLines})
      where ${purchase} and "InvoiceDate" < cast(${CAMPAIGN_START} as timestamp)
      group by "CustomerID", "InvoiceNo"
      order by 1, 2`,
    z.object({ id: z.string(), amount: z.number() }),
    call,
  )
  const amounts = new Map<string, number[]>()
  for (const { id, amount } of rows) amounts.set(id, [...(amounts.get(id) ?? []), amount])
  return amounts
}

/** Number of shipped order lines before and from the campaign's start. */
export async function countLines(duck: Warehouse): Promise<{ before: number; during: number }> {
  const rows = await duck.query(
    sql`select
        cast(count(*) filter (where "InvoiceDate" < cast(${CAMPAIGN_START} as timestamp)) as integer) as before,
        cast(count(*) filter (where "InvoiceDate" >= cast(${CAMPAIGN_START} as timestamp)) as integer) as during
      from read_parquet(${shippedLines})`,
    z.object({ before: z.number(), during: z.number() }),
    call,
  )
  return rows[0] ?? { before: 0, during: 0 }
}

/** Customers whose first invoice is before `day`, by number; the country is the one of most of their lines. */
export async function listCustomers(duck: Warehouse, day: string): Promise<DemoCustomer[]> {
  return duck.query(
    sql`select
        cast("CustomerID" as varchar) as "customerId",
        mode("Country" order by "Country") as country,
        strftime(min("InvoiceDate"), '%Y-%m-%d %H:%M:%S') as "firstOrderAt"
      from read_parquet(${shippedLines})
      where "CustomerID" is not null
      group by "CustomerID"
      having min("InvoiceDate") < cast(${day} as timestamp)
      order by "CustomerID"`,
    z
      .object({ customerid: z.string(), country: z.string(), firstorderat: z.string() })
      .transform(row => ({ customerId: row.customerid, country: row.country, firstOrderAt: row.firstorderat })),
    call,
  )
}

async function writePeople(duck: Warehouse, dir: string, day: string): Promise<void> {
  const customers = await listCustomers(duck, day)
  const contacts = customers.map(contactOf)
  const consents = customers.flatMap(c => consentsOf(c, campaignDays)).filter(c => c.captured_at < day)
  const contactColumns = ['customer_id', 'email', 'first_name', 'country_code', 'created_at'] as const
  const consentColumns = ['customer_id', 'channel', 'state', 'captured_at'] as const
  replace(join(dir, files.customers), csv<Contact>(contactColumns, contacts))
  replace(join(dir, files.consents), csv<Consent>(consentColumns, consents))
}

async function copyLines(duck: Warehouse, to: string, where: Sql): Promise<void> {
  const part = `${to}.part`
  if (existsSync(part)) rmSync(part)
  const target = raw(`'${part.replaceAll("'", "''")}'`)
  await duck.execute(
    sql`copy (select * from read_parquet(${shippedLines}) where ${where}) to ${target} (format parquet, compression zstd)`,
    call,
  )
  renameSync(part, to)
}

// No value of ours holds a comma, a quote or a line break.
function csv<T extends object>(columns: readonly (keyof T & string)[], rows: readonly T[]): string {
  return `${[columns.join(','), ...rows.map(row => columns.map(name => row[name]).join(','))].join('\n')}\n`
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.part`, text)
  renameSync(`${file}.part`, file)
}
