import { describe, expect, it } from 'vitest'
import { checkLayering } from './layering.ts'

const broken = (path: string, text: string) => checkLayering({ path, text })

describe('the check of layers', () => {
  it.each([
    ['sync/engine/plan.ts', `import { openAppDb } from '../../src/db/client.ts'`],
    ['sync/engine/plan.ts', `import { openDuckDb } from '../warehouses/duckdb.ts'`],
    ['sync/engine/plan.ts', `import { type Warehouse, connect } from '../warehouses/warehouse.ts'`],
    ['sync/engine/plan.ts', `import { klaviyo } from '../destinations/klaviyo/index.ts'`],
    ['sync/destinations/klaviyo/api.ts', `import type { Warehouse } from '../../warehouses/warehouse.ts'`],
    ['sync/warehouses/duckdb.ts', `export { x } from '../engine/plan.ts'`],
    ['sync/core/http.ts', `const x = await import('../engine/plan.ts')`],
    ['sync/index.ts', `import '../src/worker.ts'`],
    ['src/audiences/list.ts', `import { sql } from '../../sync/core/sql.ts'`],
    ['src/cli/commands/sync.ts', `import { runSync } from '../../../sync/index.ts'`],
    ['src/worker.ts', `import { runSync } from '../sync/index.ts'`],
    ['src/sandbox/klaviyo.ts', `import { bucket } from '../../sync/index.ts'`],
    ['src/audiences/list.ts', `import { makeClone } from '../../tests/support/bootstrap-clone.ts'`],
    ['app/nav.ts', `import { readout } from '../src/experiments/readout.ts'`],
  ])('refuses in %s: %s', (path, text) => {
    expect(broken(path, text)).toMatchObject([{ file: path, line: 1, text }])
  })

  it.each([
    ['sync/engine/plan.ts', `import type { Warehouse } from '../warehouses/warehouse.ts'`],
    ['sync/engine/plan.ts', `import { type Outcome, type Member } from '../destinations/destination.ts'`],
    ['sync/engine/plan.ts', `import { sql } from '../core/sql.ts'\nimport { z } from 'zod'`],
    ['sync/destinations/klaviyo/api.ts', `import { request } from '../../core/http.ts'`],
    ['sync/index.ts', `export * from './core/errors.ts'`],
    ['src/audiences/list.ts', `import { sql } from '../../sync/index.ts'\nimport { paths } from '../config/paths.ts'`],
    ['src/cli/main.ts', `import { WinbackError } from '../errors.ts'`],
    ['src/api/caller.ts', `import { list } from '../campaigns/list.ts'`],
    ['app/nav.ts', `import { caller } from '../src/api/caller.ts'`],
    ['src/audiences/list.test.ts', `import { makeClone } from '../../tests/support/bootstrap-clone.ts'`],
    ['src/audiences/list.ts', `// import { x } from '../../sync/core/sql.ts'\nimport fs from 'node:fs'`],
  ])('allows in %s: %s', (path, text) => {
    expect(broken(path, text)).toEqual([])
  })

  it('says which rule is broken, on which line, and which door to use', () => {
    const [violation] = broken(
      'src/audiences/list.ts',
      `import { z } from 'zod'\nimport {\n  sql,\n} from '../../sync/core/sql.ts'`,
    )
    expect(violation).toEqual({
      file: 'src/audiences/list.ts',
      line: 4,
      text: `} from '../../sync/core/sql.ts'`,
      rule: 'src may import src/, sync/index; this is sync/core/sql',
      fix: 'export it from sync/index.ts, the only door of the engine',
    })
  })
})
