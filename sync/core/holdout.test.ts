import { expect, it } from 'vitest'
import { z } from 'zod'
import { openDuckDb } from '../warehouses/duckdb.ts'
import { bucket, bucketSql, saltText } from './holdout.ts'
import { raw, sql } from './sql.ts'

// Golden vectors of docs/sync-engine.md, salt camp_winback_2026_11; arm by `printf 'arm:v1:s|cust_1' | sha256sum`: 0xa4bd9206 % 10000.
const golden = [
  ['cust_1', 5317],
  ['cust_42', 9763],
  ['Zoë@example.com', 9031],
] as const

it('gives the golden buckets in TypeScript', () => {
  expect(golden.map(([id]) => [id, bucket('camp_winback_2026_11', id)])).toEqual(golden)
})

it('gives the same buckets in DuckDB', async () => {
  const warehouse = await openDuckDb({ main: { path: ':memory:', as: 'memory' }, attach: [] })
  const expression = bucketSql('duckdb', saltText('camp_winback_2026_11'), raw('id'))
  const ids = raw(golden.map(([id]) => `('${id}')`).join(', '))
  const rows = await warehouse.query(
    sql`select id, ${expression} as bucket from (values ${ids}) t(id)`,
    z.object({ id: z.string(), bucket: z.number() }),
    { tag: { runId: 'test', purpose: 'buckets' } },
  )
  await warehouse.close()
  expect(rows.map(row => [row.id, row.bucket])).toEqual(golden)
})
