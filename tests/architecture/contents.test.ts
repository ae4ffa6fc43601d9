import { describe, expect, it } from 'vitest'
import { checkPackages, checkWords } from './contents.ts'

describe('the check of packages', () => {
  it.each([
    ['src/campaigns/list.ts', `import type { Knex } from 'knex'`],
    ['src/campaigns/store-rows.ts', `import knex from 'knex'`],
    ['sync/engine/plan.ts', `import Database from 'better-sqlite3'`],
    ['src/import/land.ts', `import { DuckDBInstance } from '@duckdb/node-api'`],
  ])('refuses in %s: %s', (path, text) => {
    expect(checkPackages({ path, text })).toMatchObject([{ file: path, line: 1, text }])
  })

  it.each([
    ['src/campaigns/store.ts', `import type { Knex } from 'knex'`],
    ['src/db/migrations/0001_runs.ts', `import type { Knex } from 'knex'`],
    ['src/campaigns/list.test.ts', `import knex from 'knex'`],
    ['sync/warehouses/duckdb.ts', `import { DuckDBInstance } from '@duckdb/node-api'`],
  ])('allows in %s: %s', (path, text) => {
    expect(checkPackages({ path, text })).toEqual([])
  })
})

describe('the check of words', () => {
  it.each([
    ['sync/engine/push.ts', 'const started = Date.now()'],
    ['sync/engine/push.ts', 'const at = new Date()'],
    ['sync/engine/push.ts', 'if (Math.random() < 0.5) retry()'],
    ['sync/engine/push.ts', `import { setTimeout } from 'node:timers/promises'`],
    ['sync/engine/push.ts', 'const reply = await fetch(url)'],
    ['src/dbt/run.ts', 'const path = process.env.PATH'],
    ['sync/core/http.ts', 'const path = `${process.env.PATH}`'],
    ['src/dbt/run.test.ts', `vi.mock('./run.ts')`],
  ])('refuses in %s: %s', (path, text) => {
    expect(checkWords({ path, text })).toMatchObject([{ file: path, line: 1, text }])
  })

  it.each([
    ['sync/engine/push.ts', 'const reply = await effects.http.fetch(url, new Date(at))'],
    ['sync/engine/push.ts', '// unlike Date.now(), which a simulation cannot replay'],
    ['sync/core/system-effects.ts', 'export const now = () => Date.now()'],
    ['src/config/env.ts', 'return process.env'],
    ['src/dbt/run.ts', `throw new Error('never read process.env here')`],
    ['src/dbt/run.test.ts', `process.env.TZ = 'UTC'`],
  ])('allows in %s: %s', (path, text) => {
    expect(checkWords({ path, text })).toEqual([])
  })
})
