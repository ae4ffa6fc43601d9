import { existsSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadProject, type Project } from '../../src/config/project.ts'
import { closeAppDb } from '../../src/db/client.ts'
import { BuildFailed } from '../../src/dbt/build.ts'
import { resolveBuildDate } from '../../src/dbt/data-date.ts'
import type { DbtEvent } from '../../src/dbt/events.ts'
import { readLastBuild } from '../../src/dbt/last-build.ts'
import { findModel, loadManifest } from '../../src/dbt/models.ts'
import { showFailingRows, showInline, showModel } from '../../src/dbt/show.ts'
import { buildFixture, createFixtureProject, readWarehouse, writeDbtFile } from '../support/dbt-fixture.ts'

// A busy machine makes dbt ten times slower.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let project: Project
const shown = { limit: 5, signal: new AbortController().signal }
const failedBuild = (select?: string[]) =>
  buildFixture(project, select === undefined ? {} : { select }).then(
    () => expect.unreachable('the build should fail'),
    (error: unknown) => error as BuildFailed,
  )

beforeAll(async () => {
  project = await createFixtureProject()
  // A secret that neither the profile nor dbt asks for: it must not reach a model.
  await writeFile(join(project.dir, '.env'), 'STRAY_SECRET=leaked\n')
  await writeDbtFile(project, 'models/marts/strays.sql', "select '{{ env_var('STRAY_SECRET', 'none') }}' as found")
  project = loadProject({ projectDir: project.dir })
})

afterAll(async () => {
  await closeAppDb(project.paths)
  await rm(project.dir, { recursive: true, force: true })
})

describe('one project, build after build', () => {
  it('builds on a copy, swaps it in and leaves nothing else', async () => {
    const events: DbtEvent[] = []
    const result = await buildFixture(project, { onEvent: event => events.push(event) })
    expect(result).toMatchObject({
      status: 'success',
      asOf: '2026-11-22',
      models: { success: 4, error: 0, skipped: 0 },
      tests: { pass: 3, warn: 0, fail: 0, error: 0 }, // the data tests of marts.yml; its unit test is for `winback test`
      failures: [],
    })
    expect(result.invocationId).toMatch(/^[0-9a-f-]{36}$/)
    expect(await readWarehouse(project, 'select count(*), min(seen_on) from warehouse.winback.customers')).toEqual([
      ['20', '2026-11-22'],
    ])
    expect(await readWarehouse(project, 'select found from warehouse.winback.strays')).toEqual([['none']])
    expect(await readdir(join(project.paths.state, 'build'))).toEqual([])
    expect(existsSync(`${project.paths.warehouse}.wal`)).toBe(false)
    expect(
      events
        .filter(event => event.type === 'finished')
        .map(event => [event.done, event.total])
        .at(-1),
    ).toEqual([7, 7])
    expect(await readLastBuild(project)).toMatchObject({
      status: 'success',
      invocationId: result.invocationId,
      asOf: '2026-11-22',
      historical: false,
      failures: [],
    })
  })

  it('reads models and queries of the build without dbt', async () => {
    const model = findModel(await loadManifest(project), 'customers')
    expect(model).toMatchObject({
      relation: '"warehouse"."winback"."customers"',
      hasContract: true,
      access: 'public',
      materialized: 'table',
    })
    expect(model?.tests.map(test => [test.kind, test.columns]).sort()).toEqual([
      ['not_null', ['customer_id']],
      ['unique', ['customer_id']],
    ])
    expect(await showModel(project, 'customers', { ...shown, limit: 1 })).toEqual({
      columns: ['brand', 'customer_id', 'revenue', 'seen_on'],
      rows: [{ brand: 'acme', customer_id: '1', revenue: 1.5, seen_on: '2026-11-22' }],
      total: 20,
    })
    // 1.5 × (1 + … + 20) = 315
    const query =
      "select brand, count(*) as customers, sum(revenue) as revenue from {{ ref('customers') }} group by 1; -- all"
    expect(await showInline(project, query, shown)).toEqual({
      columns: ['brand', 'customers', 'revenue'],
      rows: [{ brand: 'acme', customers: 20, revenue: 315 }],
      total: 1,
    })
    expect((await showModel(project, 'recent_customers', shown))?.total).toBe(10)
    // A brand's rows alone, by whatever name the query has for them; that brand has none.
    const named =
      "select customers.brand, c.customer_id from {{ ref('customers') }} join {{ ref('customers') }} c using (customer_id);"
    expect((await showInline(project, named, { ...shown, brand: 'acme' })).total).toBe(20)
    expect((await showInline(project, named, { ...shown, brand: 'zen' })).total).toBe(0)
    expect((await showInline(project, "select * from {{ ref('strays') }} s", { ...shown, brand: 'zen' })).rows).toEqual(
      [{ found: 'none' }],
    )
    expect(await showModel(project, 'nothing', shown)).toBeNull()
  })

  it.each([
    ["delete from {{ ref('customers') }}", 'The query is not one SELECT: it is another kind of statement'],
    ['select 1; select 2', 'The query is not one SELECT: there are 2 statements'],
    ["with gone as (delete from {{ ref('customers') }} returning *) select * from gone", 'The query is not one SELECT'],
    ["copy (select 1) to '/tmp/x.csv'", 'The query is not one SELECT: it is another kind of statement'],
    ["select * from read_csv('/etc/passwd')", 'file system operations are disabled'],
    ["attach '/tmp/x.duckdb'", 'The query is not one SELECT: it is another kind of statement'],
    ["select * from {{ ref('custmers') }}", "No model 'custmers'"],
    ["select '{{ env_var('HOME') }}'", 'Only {{ ref('],
  ])('refuses to show: %s', async (query, message) => {
    await expect(showInline(project, query, shown)).rejects.toThrow(message)
    expect(await readWarehouse(project, 'select count(*) from warehouse.winback.customers')).toEqual([['20']])
  })

  it('says which model broke, where and in the database’s words, and keeps the last good build', async () => {
    const text = "select\n    brand,\n    cast('bob@example.com' as date) as born_on\nfrom {{ ref('customers') }}\n"
    await writeDbtFile(project, 'models/marts/broken.sql', text)
    const error = await failedBuild()
    expect(error).toBeInstanceOf(BuildFailed)
    expect(error.code).toBe('build.model_failed')
    expect(error.message).toContain('model broken (models/marts/broken.sql:3) failed: Conversion Error: invalid date')
    expect(error.message).not.toContain('bob@example.com')
    expect(error.result).toMatchObject({ status: 'error', models: { success: 4, error: 1, skipped: 0 } })
    const compiled = error.result.failures[0]?.compiledPath ?? ''
    expect(error.hint).toBe(`The SQL as it was sent: ${compiled}`)
    expect(await readFile(compiled, 'utf8')).toContain('from "warehouse"."winback"."customers"')
    const results = await readFile(join(compiled, '..', 'run_results.json'), 'utf8')
    expect(results).not.toContain('field format: \\"bob@example.com')
    expect(await readWarehouse(project, "select table_name from duckdb_tables() where table_name = 'broken'")).toEqual(
      [],
    )
    expect(await readdir(join(project.paths.state, 'build'))).toEqual([])
    expect(await readLastBuild(project)).toMatchObject({ status: 'error', failures: [{ name: 'broken' }] })
    await rm(join(project.dbtProject, 'models/marts/broken.sql'))
  })

  it('names a test that failed, counts its rows, keeps them to look at, and swaps nothing', async () => {
    const file = 'models/marts/customers.sql'
    const good = await readFile(join(project.dbtProject, file), 'utf8')
    await writeDbtFile(project, file, good.replace('cast(i as varchar)', 'cast(nullif(i, 3) as varchar)'))
    const error = await failedBuild()
    expect(error.code).toBe('build.test_failed')
    expect(error.message).toBe('test not_null_customers_customer_id (models/marts/marts.yml) failed: 1 row')
    expect(error.hint).toBe('See the rows: winback show not_null_customers_customer_id')
    expect(error.result.tests).toMatchObject({ pass: 1, fail: 1 })
    expect(await showFailingRows(project, 'not_null_customers_customer_id', shown)).toEqual({
      columns: ['customer_id'],
      rows: [{ customer_id: null }],
      total: 1,
    })
    expect(
      await readWarehouse(project, 'select count(*) from warehouse.winback.customers where customer_id is null'),
    ).toEqual([['0']])
    expect(await readLastBuild(project)).toMatchObject({
      status: 'error',
      failures: [
        {
          name: 'not_null_customers_customer_id',
          message: 'test not_null_customers_customer_id (models/marts/marts.yml) failed: 1 row',
        },
      ],
    })
    await writeDbtFile(project, file, good)
  })

  it('is not cleared by a build of something else, only by one that runs the test', async () => {
    await buildFixture(project, { select: ['strays'] })
    expect(await readLastBuild(project)).toMatchObject({
      status: 'error',
      failures: [{ name: 'not_null_customers_customer_id' }],
    })
    await buildFixture(project, { select: ['customers'] })
    expect(await readLastBuild(project)).toMatchObject({ status: 'success', failures: [] })
    expect(await showFailingRows(project, 'not_null_customers_customer_id', shown)).toBeNull()
  })

  it('keeps the data date of the build that a selection becomes part of', async () => {
    const now = new Date('2026-12-24T12:00:00Z')
    const selection = { select: ['customers'], exclude: [] }
    const asOf = await resolveBuildDate(project, { asOf: undefined, selection, now })
    expect(asOf).toEqual({ date: '2026-11-22', isHistorical: false })
    await buildFixture(project, { select: selection.select, asOf: asOf.date })
    expect(await readWarehouse(project, 'select distinct seen_on from warehouse.winback.customers')).toEqual([
      ['2026-11-22'],
    ])
    await expect(resolveBuildDate(project, { asOf: '2026-12-01', selection, now })).rejects.toMatchObject({
      code: 'build.partial_as_of',
    })
  })

  it('calls an empty selection an error, though dbt calls it a success', async () => {
    await expect(buildFixture(project, { select: ['nothing_here'] })).rejects.toMatchObject({
      code: 'build.nothing_selected',
      exitCode: 2,
      message: 'Nothing matches --select nothing_here',
    })
  })

  it('names the file that cannot be parsed', async () => {
    await writeDbtFile(project, 'models/marts/bad.sql', 'select 1\nfrom {{ ref("nope" }}')
    await expect(buildFixture(project)).rejects.toMatchObject({
      code: 'model.parse',
      message: expect.stringMatching(/^models\/marts\/bad\.sql:2 cannot be parsed: /),
    })
    await rm(join(project.dbtProject, 'models/marts/bad.sql'))
  })

  it('fits between the two halves when a fit is due, from what the first half built', async () => {
    const seen: string[] = []
    const fitStep = {
      isDue: async () => true,
      fit: async (_: Project, copy: { warehouse: string }) => {
        const at = { ...project, paths: { ...project.paths, warehouse: copy.warehouse } }
        const tables = await readWarehouse(
          at,
          "select table_name || ' ' || estimated_size from duckdb_tables() where table_name = 'customers'",
        )
        seen.push(`fit on ${tables[0]?.[0]}`)
      },
    }
    const onEvent = (event: DbtEvent) => {
      if (event.type === 'finished' && event.node.startsWith('model.')) seen.push(event.name)
    }
    const result = await buildFixture(project, { fitStep, onEvent, asOf: '2026-11-01' })
    expect(seen.slice(0, 3).sort()).toEqual(['customers', 'recent_customers', 'strays'])
    expect(seen.slice(3)).toEqual(['fit on customers 20', 'customer_scores'])
    expect(result).toMatchObject({ asOf: '2026-11-01', models: { success: 4 }, tests: { pass: 3 } })
    expect(await readLastBuild(project)).toMatchObject({ asOf: '2026-11-01', historical: true })
  })
})

it('refuses a profile whose warehouse path is its own, before dbt could write to it', async () => {
  const other = await createFixtureProject()
  const text = await readFile(join(other.dir, 'profiles.yml'), 'utf8')
  await writeFile(
    join(other.dir, 'profiles.yml'),
    text.replace(/path: "\{\{ env_var\('WINBACK_WAREHOUSE_PATH'.*/, 'path: warehouse.duckdb'),
  )
  const wrong = loadProject({ projectDir: other.dir })
  await expect(buildFixture(wrong)).rejects.toMatchObject({ code: 'profile.paths', exitCode: 2 })
  expect(existsSync(wrong.paths.warehouse)).toBe(false)
  await closeAppDb(other.paths)
  await rm(other.dir, { recursive: true })
})
