import { DuckDBInstance } from '@duckdb/node-api'

// DuckDB's own FULL JOIN of the same two tables, comparing the same columns: the least that a diff can cost.
const [path = ''] = process.argv.slice(2)
const db = await DuckDBInstance.create(path, { threads: '2', access_mode: 'READ_ONLY' })
const con = await db.connect()
const started = performance.now()
const result = await con.runAndReadAll(
  `select count(*) from winback.members_1 a full join winback.members_2 b
   on a.customer_id = b.customer_id and a.email = b.email
   where a.customer_id is null or b.customer_id is null or a.first_name is distinct from b.first_name
     or a.segment is distinct from b.segment or a.last_order_on is distinct from b.last_order_on`,
)
const seconds = (performance.now() - started) / 1000
process.stdout.write(JSON.stringify({ seconds, rows: Number(result.getRows()[0]?.[0]) }))
process.exit(0)
