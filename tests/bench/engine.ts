import { enableCompileCache } from 'node:module'

// As bin/winback.cjs does: modules are compiled once, not in each process.
enableCompileCache()
const { destinations, guardDefaults, openDuckDb, raw, runSync, systemEffects } = await import('../../sync/index.ts')
const { closeAppDb, openAppDb } = await import('../../src/db/client.ts')
const { openControl } = await import('../../src/db/control.ts')
const { LEASE } = await import('../../src/runs/store.ts')

// One sync by the real engine: plan, mark, ledger, and an intent and an outcome per batch in the real app database.
// Only the vendor's quotas are lifted, because the sink has none.
const [folder = '', sink = '', table = 'members_1'] = process.argv.slice(2)
const klaviyo = destinations.klaviyo
if (klaviyo === undefined) throw new Error('no klaviyo')
const paths = { app: `${folder}/app.sqlite` }
const db = await openAppDb(paths)
await db('leases').insert({ name: LEASE, epoch: 1, expires_ms: 0 }).onConflict('name').ignore()
const warehouse = await openDuckDb({
  main: { path: `${folder}/ledger.duckdb`, as: 'ledger' },
  attach: [{ path: `${folder}/warehouse.duckdb`, as: 'warehouse', readOnly: true }],
})
const spec = {
  syncId: 'syn_bench',
  runId: 'run_bench',
  brand: 'acme',
  schema: 'ledger.winback_sync',
  listName: 'bench',
  desired: raw(
    `select customer_id, person_key, email, phone, external_id, null as other, first_name, segment, last_order_on from warehouse.winback.${table}`,
  ),
  fields: [
    { name: 'first_name', type: 'VARCHAR' },
    { name: 'segment', type: 'VARCHAR' },
    { name: 'last_order_on', type: 'DATE' },
  ],
  funnel: null,
  destination: { ...klaviyo, limits: { ...klaviyo.limits, quotas: [] } },
  settings: { apiKey: 'pk_bench' },
  endpoint: sink,
  guard: guardDefaults,
  dataDate: '2026-11-20',
  health: { buildOk: true, reason: null, historical: false },
  epoch: 1,
}
const run = await runSync(warehouse, openControl(db), spec, systemEffects(), {})
await warehouse.close()
await closeAppDb(paths)
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
const cpuS = (userCPUTime + systemCPUTime) / 1e6
process.stdout.write(JSON.stringify({ run, rssMb: (maxRSS * 1.024) / 1000, cpuS }))
process.exit(0)
