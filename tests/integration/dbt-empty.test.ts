import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorkbench, type Workbench } from '../support/dbt-workbench.ts'

const entities = [
  'customers',
  'orders',
  'order_lines',
  'refunds',
  'consents',
  'products',
  'messages',
  'touchpoints',
  'ad_spend',
  'subscriptions',
]

describe('a plain dbt build on an empty database', () => {
  let bench: Workbench
  let printed: string
  beforeAll(async () => {
    bench = await openWorkbench()
    // everything, unit tests too, without a data date, a brand or a table
    printed = await bench.build({ brands: [], flags: [] })
  }, 180_000)
  afterAll(() => bench.remove())

  it('passes every model, test and unit test', () => {
    expect(printed).toMatch(/Done\. PASS=\d+ WARN=0 ERROR=0 SKIP=0/)
  })

  it('leaves every entity of the contract empty and typed, brand first and _loaded_at last', async () => {
    for (const entity of entities) {
      const columns = await bench.rows(`select column_name from information_schema.columns
        where table_schema = 'winback_contract' and table_name = 'in_${entity}' order by ordinal_position`)
      expect(columns.at(0)?.column_name).toBe('brand')
      expect(columns.at(-1)?.column_name).toBe('_loaded_at')
      if (entity !== 'order_lines') {
        // in_order_lines is a view over staging
        const [count] = await bench.rows(`select count(*) as n from warehouse.winback_contract.in_${entity}`)
        expect(count?.n).toBe('0')
      }
    }
  })

  it('creates the tables of S_sync and S_params as the engine does', async () => {
    const columns =
      await bench.ledger(`select table_schema || '.' || table_name || '(' || string_agg(column_name || ' ' || lower(data_type), ', ' order by ordinal_position) || ')' as t
      from information_schema.columns where table_catalog = 'ledger' group by table_schema, table_name order by 1`)
    expect(columns.map(row => row.t)).toEqual([
      'winback_params.model_parameters(brand varchar, model varchar, version varchar, as_of_date date, param varchar, value double)',
      'winback_sync.assignments(brand varchar, campaign_id varchar, customer_id varchar, arm varchar, salt_version varchar, assigned_on date, assigned_at timestamp)',
      'winback_sync.audience_sizes(brand varchar, audience varchar, data_date date, selected bigint, reachable bigint)',
      'winback_sync.campaigns(brand varchar, campaign_id varchar, slug varchar, label varchar, window_days integer, outcome varchar, holdout_share double, salt varchar, launched_on date, recorded_at timestamp)',
      'winback_sync.customer_aliases(brand varchar, alias_id varchar, customer_id varchar, since timestamp)',
      'winback_sync.ledger(brand varchar, sync_id varchar, run_no bigint, seq bigint, step integer, entry_key uhugeint, customer_id varchar, person_key varchar, email varchar, phone varchar, external_id varchar, other varchar, kind varchar, row_hash uhugeint, recorded_at timestamp)',
      'winback_sync.plans(brand varchar, sync_id varchar, run_no bigint, run_id varchar, plan_table varchar, plan_hash varchar, data_date date, created_at timestamp, acknowledged_at timestamp)',
      'winback_sync.suppressions(brand varchar, person_key varchar, channel varchar, reason varchar, recorded_at timestamp)',
    ])
  })

  it('says its own data date: the day the run started', async () => {
    const [row] = await bench.rows(
      `select as_of_date = cast(built_at as date) as same from warehouse.winback.build_info`,
    )
    expect(row).toEqual({ same: true })
  })
})
