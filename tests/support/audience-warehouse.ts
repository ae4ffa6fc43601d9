import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type Audience, compileAudience } from '../../src/audiences/compile.ts'
import { parseAudience } from '../../src/audiences/parse.ts'
import type { Model } from '../../src/dbt/models.ts'
import { openDuckDb, raw, sql, type Warehouse } from '../../sync/index.ts'

/** A locked, read-only warehouse of two brands with marts that have an e-mail column, and what the manifest says of them. */
export interface AudienceWarehouse {
  warehouse: Warehouse
  /** Compiles `body` under a front-matter of 3 lines, so that the first line of `body` is line 4. */
  compile(body: string, fields?: string[], brand?: string): Promise<Audience>
  /** Whom an audience selects, in order. */
  ids(audience: Audience): Promise<string[]>
}

/** `{{ ref('name') }}` */
export const ref = (name: string) => `{{ ref('${name}') }}`

const call = { tag: { runId: 'test', purpose: 'test' } }
const customers = [
  ...['brand', 'customer_id', 'first_name', 'segment', 'days_since_order', 'has_email', 'email'],
  ...['is_email_address', 'email1'],
]
const orders = ['brand', 'customer_id', 'order_id', 'net_amount', 'email']

const models = [
  model('customers', customers),
  model('orders', orders),
  model('identities_klaviyo', ['brand', 'customer_id', 'email']),
  model('in_customers', customers),
  model('secret', ['brand', 'customer_id'], { access: 'protected' }),
  model('loose', ['brand', 'customer_id'], { hasContract: false }),
]

const tables = [
  'create schema warehouse.winback',
  `create table warehouse.winback.customers as select * from (values
    ('acme', '1', 'Ada', 'cant_lose', 120, true, 'ada@example.com', 'ada@example.com', null),
    ('acme', '2', 'Bob; drop', 'champions', 3, true, 'bob@example.com', 'bob@example.com', null),
    ('acme', '3', null, 'cant_lose', 95, false, null, null, null),
    ('zen', '1', 'Zoë', 'cant_lose', 200, true, 'zoe@example.com', 'zoe@example.com', null)) t(${customers.join(', ')})`,
  `create table warehouse.winback.orders as select * from (values
    ('acme', '1', 'o1', 12.5, 'ada@example.com'), ('zen', '1', 'o1', 99, 'zoe@example.com')) t(${orders.join(', ')})`,
]

/** Makes the warehouse in a folder of its own and opens it as a preview does. */
export async function openAudienceWarehouse(): Promise<AudienceWarehouse> {
  const path = join(mkdtempSync(join(tmpdir(), 'winback-audience-')), 'warehouse.duckdb')
  const writable = await openDuckDb({ main: { path, as: 'warehouse' }, attach: [] })
  for (const text of tables) await writable.execute(raw(text), call)
  await writable.close()
  const warehouse = await openDuckDb({ main: { path, as: 'warehouse', readOnly: true }, attach: [], locked: true })
  return {
    warehouse,
    compile: (body, fields = [], brand = 'acme') => {
      const source = parseAudience('a.sql', `/*\nlabel: x\nfields: [${fields.join(', ')}] */\n${body}`)
      return compileAudience(source, brand, {
        parser: warehouse,
        findModel: name => models.find(m => m.name === name) ?? null,
      })
    },
    ids: async audience => {
      const rows = await warehouse.query(
        sql`select customer_id from (${audience.sql}) as a order by 1`,
        z.object({ customer_id: z.string() }),
        call,
      )
      return rows.map(row => row.customer_id)
    },
  }
}

function model(name: string, columns: string[], more: Partial<Model> = {}): Model {
  return {
    name,
    id: `model.winback.${name}`,
    relation: `"warehouse"."winback"."${name}"`,
    description: '',
    columns: columns.map(column => ({
      name: column,
      type: column === 'has_email' ? 'boolean' : 'text',
      description: '',
      meta: {},
    })),
    hasContract: true,
    access: 'public',
    materialized: 'table',
    meta: {},
    tests: [],
    ...more,
  }
}
