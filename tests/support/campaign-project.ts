import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { loadProject, type Project } from '../../src/config/project.ts'

/** One customer of the small warehouse: a lapsed one with an address and a consent unless it says otherwise. */
export interface Person {
  brand: string
  id: string
  /** Days since the last order. */
  away?: number
  /** Null: no identity row at all. */
  email?: string | null
  isValid?: boolean
  /** Null: nobody asked. */
  consent?: 'granted' | 'denied' | null
}

/** What a build of the small warehouse holds. */
export interface SmallBuild {
  /** D. */
  asOf: string
  people: readonly Person[]
  /** Orders beyond the last one of each person: brand, customer, day. */
  orders?: readonly (readonly [string, string, string])[]
  /** Rows of campaign_results as SQL values, in the mart's order up to margin_sq. */
  results?: readonly string[]
  /** Default success. */
  status?: 'success' | 'error'
  historical?: boolean
  /** When the marts were built; default now. */
  builtAt?: Date
  /** When the record beside them was written; default `builtAt`. A partial build rewrites the record alone. */
  recordedAt?: Date
  /** When acme's newest order was loaded; without it the build has no in_orders. */
  loadedAt?: Date
}

/** What of the project differs from the plain one. */
export interface ProjectOptions {
  /** More destinations of acme: slug and endpoint. */
  more?: Readonly<Record<string, string>>
  /** acme imports a file. */
  hasSource?: boolean
}

/** A project folder with brands acme and zen, each with a Klaviyo destination at its own endpoint. */
export function createCampaignProject(endpoints: { acme: string; zen: string }, o: ProjectOptions = {}): Project {
  const dir = mkdtempSync(join(tmpdir(), 'winback-campaign-'))
  for (const folder of ['models-sql', 'campaigns', '.winback']) mkdirSync(join(dir, folder))
  const brand = (slug: string, label: string, endpoint: string) => `  - slug: ${slug}
    label: ${label}
    currency: GBP
    timezone: UTC
    destinations:
      - { slug: klaviyo, type: klaviyo, settings: { apiKey: "\${KLAVIYO_API_KEY}" }, endpoint: "${endpoint}" }
`
  const more = Object.entries(o.more ?? {}).map(
    ([slug, endpoint]) =>
      `      - { slug: ${slug}, type: klaviyo, settings: { apiKey: "\${KLAVIYO_API_KEY}" }, endpoint: "${endpoint}" }\n`,
  )
  const source = o.hasSource ? '    sources: [{ connector: csv, files: { orders: data/orders.csv } }]\n' : ''
  const acme = brand('acme', 'Acme', endpoints.acme) + more.join('') + source
  writeFileSync(join(dir, 'winback.yml'), `version: 1\nbrands:\n${acme}${brand('zen', 'Zen', endpoints.zen)}`)
  writeFileSync(join(dir, '.env'), 'KLAVIYO_API_KEY=pk_sandbox\n')
  writeFileSync(
    join(dir, 'profiles.yml'),
    'winback:\n  target: dev\n  outputs:\n    dev: { type: duckdb, schema: winback }\n',
  )
  writeFileSync(
    join(dir, 'models-sql', 'lapsed.sql'),
    "/*\nlabel: Lapsed\nfields: [first_name, days_since_order]\n*/\nselect customer_id, first_name, days_since_order\nfrom {{ ref('customers') }}\nwhere days_since_order > 60\n",
  )
  return loadProject({ projectDir: dir, profilesDir: dir })
}

/** Writes warehouse.duckdb, the manifest and the last build's record as a build would leave them: the marts by hand, no dbt. */
export async function writeSmallBuild(project: Project, build: SmallBuild): Promise<void> {
  const file = project.paths.warehouse
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  await db.run(`attach '${file}' as warehouse`)
  for (const text of ['create schema if not exists warehouse.winback', ...statements(build)]) await db.run(text)
  await db.run('detach warehouse')
  db.closeSync()
  instance.closeSync()
  writeFileSync(join(project.paths.state, 'manifest.json'), JSON.stringify(manifest))
  writeFileSync(
    join(project.paths.state, 'last-build.json'),
    JSON.stringify({
      status: build.status ?? 'success',
      runId: 'run_test',
      invocationId: 'inv_test',
      asOf: build.asOf,
      at: (build.recordedAt ?? build.builtAt ?? new Date()).toISOString(),
      failures:
        build.status === 'error'
          ? [{ node: 'test.x', name: 'unique_customers', message: 'Got 3 results, expected 0' }]
          : [],
      historical: build.historical ?? false,
    }),
  )
}

function statements(build: SmallBuild): string[] {
  const text = (value: string | null | undefined) => (value == null ? 'null::varchar' : `'${value}'`)
  const people = build.people.map(p => ({
    away: 100,
    isValid: true,
    consent: 'granted' as const,
    email: `${p.brand}${p.id}@example.com`,
    ...p,
  }))
  const values = (rows: string[], none: string) =>
    rows.length === 0
      ? `select * from (values ${none}) as t where false`
      : `select * from (values ${rows.join(', ')}) as t`
  const create = (name: string, columns: string, rows: string[], none: string) =>
    `create or replace table warehouse.winback.${name} as select * from (${values(rows, none)}) as t(${columns})`
  const lastOrder = people.map(p => `('${p.brand}', '${p.id}', date '${build.asOf}' - ${p.away}, true)`)
  const more = (build.orders ?? []).map(([brand, id, day]) => `('${brand}', '${id}', date '${day}', true)`)
  const known = people.filter(p => p.email !== null)
  return [
    create(
      'customers',
      'brand, customer_id, first_name, days_since_order, state',
      people.map(
        p => `('${p.brand}', '${p.id}', 'Zoë ${p.id}', ${p.away}::bigint, '${p.away > 60 ? 'lapsed' : 'active'}')`,
      ),
      "('', '', '', 0::bigint, '')",
    ),
    create(
      'orders',
      'brand, customer_id, ordered_on, is_purchase',
      [...lastOrder, ...more],
      "('', '', date '2026-01-01', true)",
    ),
    create(
      'identities_klaviyo',
      'brand, customer_id, person_key, email, phone, external_id, is_valid, invalid_reason',
      known.map(
        p =>
          `('${p.brand}', '${p.id}', sha256('${p.email}'), '${p.email}', null::varchar, '${p.id}', ${p.isValid}, ${text(p.isValid ? null : 'malformed_email')})`,
      ),
      "('', '', '', '', null::varchar, '', true, null::varchar)",
    ),
    create(
      'customer_consents',
      'brand, customer_id, channel, is_granted, state, captured_at, policy',
      people.map(
        p =>
          `('${p.brand}', '${p.id}', 'email', ${p.consent === 'granted'}, '${p.consent ?? 'unknown'}', ${p.consent === null ? 'null::timestamp' : "timestamp '2026-01-02 03:04:00'"}, 'opt_in')`,
      ),
      "('', '', '', true, '', null::timestamp, '')",
    ),
    create(
      'campaign_results',
      'brand, campaign_id, arm, day, customers, converters, orders, orders_sq, revenue, revenue_sq, margin, margin_sq',
      [...(build.results ?? [])],
      "('', '', '', 0, 0, 0, 0, 0.0::double, 0.0::decimal(18,4), 0.0::double, 0.0::decimal(18,4), 0.0::double)",
    ),
    `create or replace table warehouse.winback.build_info as select date '${build.asOf}' as as_of_date, timestamp '${instant(build.builtAt ?? new Date())}' as built_at, 'inv_test' as invocation_id`,
    'create schema if not exists warehouse.winback_contract',
    'drop table if exists warehouse.winback_contract.in_orders',
    ...(build.loadedAt === undefined
      ? []
      : [
          `create table warehouse.winback_contract.in_orders as select 'acme' as brand, timestamp '${instant(build.loadedAt)}' as _loaded_at`,
        ]),
  ]
}

/** As DuckDB reads a naive UTC timestamp. */
const instant = (at: Date) => at.toISOString().replace('T', ' ').replace('Z', '')

const columnsOf: Record<string, string[]> = {
  customers: ['brand', 'customer_id', 'first_name', 'days_since_order', 'state'],
  orders: ['brand', 'customer_id', 'ordered_on', 'is_purchase'],
}

const manifest = {
  metadata: {
    dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
    invocation_id: 'inv_test',
    generated_at: new Date().toISOString(),
  },
  nodes: Object.fromEntries(
    Object.entries(columnsOf).map(([name, columns]) => [
      `model.winback.${name}`,
      {
        unique_id: `model.winback.${name}`,
        name,
        resource_type: 'model',
        relation_name: `"warehouse"."winback"."${name}"`,
        access: 'public',
        contract: { enforced: true },
        columns: Object.fromEntries(columns.map(column => [column, { name: column, data_type: null }])),
      },
    ]),
  ),
}
