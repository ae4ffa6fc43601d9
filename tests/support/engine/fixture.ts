import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Effects } from '../../../sync/core/effects.ts'
import { raw } from '../../../sync/core/sql.ts'
import { systemEffects } from '../../../sync/core/system-effects.ts'
import { klaviyo } from '../../../sync/destinations/klaviyo/index.ts'
import { runSync } from '../../../sync/engine/run.ts'
import { createSyncTables } from '../../../sync/engine/tables.ts'
import { guardDefaults, type SyncOptions, type SyncRun, type SyncSpec } from '../../../sync/engine/types.ts'
import { openDuckDb } from '../../../sync/warehouses/duckdb.ts'
import type { Warehouse } from '../../../sync/warehouses/warehouse.ts'
import { type MemoryControl, memoryControl } from './memory-control.ts'
import { startVendor, type Vendor } from './vendor.ts'

/** One customer who should be on the list. */
export interface Wanted {
  id: string
  email?: string | null
  phone?: string | null
  externalId?: string | null
  name?: string | null
  days?: number | null
}

/** A ledger in a temporary DuckDB file, a control in memory, and a platform over HTTP, with a clock of its own. */
export interface Bench {
  warehouse: Warehouse
  control: MemoryControl
  vendor: Vendor
  effects: Effects
  /** Milliseconds of the injected clock; sleeping moves it on at once. */
  clock: { now: number; slept: number[] }
  /** Replaces everybody who should be on the list. */
  want(people: readonly Wanted[]): Promise<void>
  suppress(personKey: string): Promise<void>
  sync(options?: SyncOptions, spec?: Partial<SyncSpec>): Promise<SyncRun>
  spec(changes?: Partial<SyncSpec>): SyncSpec
  rows<T>(text: string, row: z.ZodType<T>): Promise<T[]>
  /** Latest kind by customer, `customer:kind`, sorted, from the raw ledger by a window function. */
  states(): Promise<string[]>
  close(): Promise<void>
}

const tag = { tag: { runId: 'test', purpose: 'test' } }

export async function startBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'winback-engine-'))
  const warehouse = await openDuckDb({ main: { path: join(folder, 'ledger.duckdb'), as: 'ledger' }, attach: [] })
  await createSyncTables(warehouse, 'ledger.s_sync', tag)
  await warehouse.execute(
    raw(
      'create table ledger.main.wanted(customer_id text, email text, phone text, external_id text, first_name text, days_since_order bigint)',
    ),
    tag,
  )
  const vendor = await startVendor()
  const clock = { now: Date.UTC(2026, 10, 20), slept: [] as number[] }
  const system = systemEffects()
  let ids = 0
  const effects: Effects = {
    now: () => clock.now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      clock.slept.push(ms)
      clock.now += ms
      await new Promise(resolve => setImmediate(resolve))
    },
    random: () => 0.5,
    uuid: () => `id${++ids}`,
    http: request => system.http(request),
  }
  const control = memoryControl()
  const bench: Bench = {
    warehouse,
    control,
    vendor,
    effects,
    clock,
    want: async people => {
      await warehouse.execute(raw('delete from ledger.main.wanted'), tag)
      await warehouse.load(
        'ledger.main.wanted',
        (async function* () {
          for (const one of people) {
            yield {
              customer_id: one.id,
              email: one.email ?? null,
              phone: one.phone ?? null,
              external_id: one.externalId === undefined ? one.id : one.externalId,
              first_name: one.name ?? null,
              days_since_order: one.days ?? null,
            }
          }
        })(),
        tag,
      )
    },
    suppress: async personKey => {
      await warehouse.execute(
        raw(
          `insert into ledger.s_sync.suppressions values ('acme', '${personKey}', 'email', 'asked', timestamp '2026-11-20')`,
        ),
        tag,
      )
    },
    spec: changes => ({
      syncId: 'syn_1',
      runId: 'run_1',
      brand: 'acme',
      schema: 'ledger.s_sync',
      listName: 'WB – Zoë’s "lapsed" VIPs',
      desired: raw(
        `select customer_id, 'pk-' || coalesce(email, phone, customer_id) as person_key, email, phone, external_id, null as other, first_name, days_since_order from ledger.main.wanted`,
      ),
      fields: [
        { name: 'first_name', type: 'VARCHAR' },
        { name: 'days_since_order', type: 'BIGINT' },
      ],
      funnel: null,
      destination: klaviyo,
      settings: { apiKey: 'pk_secret_canary_1' },
      endpoint: vendor.url,
      guard: { ...guardDefaults },
      dataDate: '2026-11-20',
      health: { buildOk: true, reason: null, historical: false },
      epoch: 1,
      ...changes,
    }),
    sync: (options, changes) => runSync(warehouse, control, bench.spec(changes), effects, options),
    rows: (text, row) => warehouse.query(raw(text), row, tag),
    states: async () => {
      const rows = await bench.rows(
        `select customer_id, kind from (select customer_id, kind, row_number() over (partition by entry_key order by run_no desc, step desc) as n
         from ledger.s_sync.ledger) where n = 1`,
        z.object({ customer_id: z.string(), kind: z.string() }),
      )
      return rows.map(row => `${row.customer_id}:${row.kind}`).sort()
    },
    close: async () => {
      await vendor.close()
      await warehouse.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return bench
}

/** `n` customers with example.com addresses. */
export function people(n: number, from = 0): Wanted[] {
  return Array.from({ length: n }, (_, i) => ({
    id: `c${i + from}`,
    email: `c${i + from}@example.com`,
    name: `N${i + from}`,
    days: 100,
  }))
}
