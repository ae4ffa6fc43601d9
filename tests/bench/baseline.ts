import { DuckDBInstance } from '@duckdb/node-api'
import { Pool } from 'undici'

// The bare loop that everything is compared with: DuckDB → rows in Node → JSON → undici, 10,000 a body, four requests in
// flight; no plan, no state, no record of what was sent.
const [path = '', sink = '', table = 'members_1'] = process.argv.slice(2)
const db = await DuckDBInstance.create(path, { threads: '2', access_mode: 'READ_ONLY' })
const con = await db.connect()
const pool = new Pool(sink, { connections: 4, pipelining: 1 })
const busy = new Set<Promise<void>>()
let profiles: unknown[] = []
let sent = 0

async function post(): Promise<void> {
  const body = JSON.stringify({
    data: {
      type: 'profile-bulk-import-job',
      attributes: { profiles: { data: profiles } },
      relationships: { lists: { data: [{ type: 'list', id: 'L1' }] } },
    },
  })
  sent += profiles.length
  profiles = []
  while (busy.size >= 4) await Promise.race(busy)
  const request = pool
    .request({
      path: '/api/profile-bulk-import-jobs',
      method: 'POST',
      body,
      headers: { 'content-type': 'application/vnd.api+json' },
    })
    .then(reply => reply.body.dump())
    .then(() => {
      busy.delete(request)
    })
  busy.add(request)
}

const result = await con.stream(
  `select email, external_id, first_name, segment, last_order_on::varchar as last_order_on from winback.${table}`,
)
for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
  const [email, external_id, first_name, segment, last_order_on] = chunk.getColumns() as string[][]
  for (let i = 0; i < chunk.rowCount; i++) {
    profiles.push({
      type: 'profile',
      attributes: {
        email: email?.[i],
        external_id: external_id?.[i],
        first_name: first_name?.[i],
        properties: { segment: segment?.[i], last_order_on: last_order_on?.[i] },
      },
    })
    if (profiles.length === 10_000) await post()
  }
}
if (profiles.length > 0) await post()
await Promise.all(busy)
await pool.close()
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
process.stdout.write(
  JSON.stringify({ sent, rssMb: (maxRSS * 1.024) / 1000, cpuS: (userCPUTime + systemCPUTime) / 1e6 }),
)
