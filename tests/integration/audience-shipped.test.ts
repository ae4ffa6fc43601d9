import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileAudience } from '../../src/audiences/compile.ts'
import { listAudiences } from '../../src/audiences/list.ts'
import type { AudienceSource } from '../../src/audiences/parse.ts'
import { packageDir } from '../../src/config/project.ts'
import type { Model } from '../../src/dbt/models.ts'
import { openDuckDb, render, type Warehouse } from '../../sync/index.ts'
import { onlineRetail } from '../support/dbt-raw-files.ts'
import { openWorkbench, sharedData, type Workbench } from '../support/dbt-workbench.ts'

const hasData = existsSync(join(sharedData, 'online_retail.csv.gz'))
const shipped = [
  'about_to_lapse',
  'high_value_at_risk',
  'lapsed_vips',
  'one_time_buyers_gone_quiet',
  'win_back_by_category',
]

describe.skipIf(!hasData)('the shipped audiences on Online Retail', () => {
  let bench: Workbench
  let parser: Warehouse
  let sources: Map<string, AudienceSource>
  let customers: Model

  beforeAll(async () => {
    bench = await openWorkbench()
    await bench.load(...onlineRetail('retail'))
    const brands = [{ slug: 'retail', currency: 'GBP', timezone: 'Europe/London' }]
    const models = ['--select', '+customers', '--exclude-resource-type', 'unit_test', '--exclude-resource-type', 'test']
    await bench.build({ asOf: '2011-12-10', brands, flags: models })
    parser = await openDuckDb({ main: { path: ':memory:', as: 'parser' }, attach: [] })
    const listed = await listAudiences({ dir: packageDir })
    sources = new Map(listed.flatMap(one => ('source' in one ? [[one.slug, one.source] as const] : [])))
    const columns = await bench.rows(
      "select column_name from duckdb_columns() where table_name = 'customers' and schema_name = 'winback'",
    )
    customers = {
      ...{ name: 'customers', id: 'model.winback.customers', relation: 'warehouse.winback.customers', description: '' },
      columns: columns.map(row => ({ name: String(row.column_name), type: null, description: '', meta: {} })),
      ...{ hasContract: true, access: 'public', materialized: 'table', meta: {}, tests: [] },
    }
  }, 240_000)
  afterAll(async () => {
    await parser.close()
    bench.remove()
  })

  it('are these five', () => {
    expect([...sources.keys()].sort()).toEqual(shipped)
  })

  it.each(shipped)('%s selects somebody, and less than half of all customers', async slug => {
    const source = sources.get(slug)
    if (source === undefined) throw new Error(`${slug} is not listed`)
    const findModel = (name: string) => (name === 'customers' ? customers : null)
    const audience = await compileAudience(source, 'retail', { parser, findModel })
    const [row] = await bench.rows(`
      select count(*)::int as n, count(distinct customer_id)::int as people,
        (select count(*)::int from warehouse.winback.customers where brand = 'retail') as everybody
      from (${render(audience.sql, i => `$${i}`)}) as a`)
    const [n, people, everybody] = [Number(row?.n), Number(row?.people), Number(row?.everybody)]
    expect(n).toBeGreaterThan(0)
    expect(n).toBeLessThan(everybody / 2)
    expect(people).toBe(n)
  })
})
