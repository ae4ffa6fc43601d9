import { z } from 'zod'
import { raw, sql } from '../core/sql.ts'
import type { Call, Warehouse } from '../warehouses/warehouse.ts'

/**
 * Creates what is absent of `S_sync` (the same text as dbt's on-run-start, plus the engine's own `ledger_base`);
 * idempotent. `schema` as written in SQL, e.g. `ledger.winback_sync`.
 */
export async function createSyncTables(warehouse: Warehouse, schema: string, call: Call): Promise<void> {
  const parts = schema.split('.')
  const found = await warehouse.query(
    sql`select table_name as name from information_schema.tables where table_schema = ${parts.at(-1) ?? schema}
      and (${parts.length} = 1 or table_catalog = ${parts.at(-2) ?? null})`,
    z.object({ name: z.string() }),
    call,
  )
  const known = new Set(found.map(row => row.name))
  const missing = Object.entries(tables).filter(([name]) => !known.has(name))
  if (missing.length === 0) return
  const creations = missing.map(([name, columns]) => `create table if not exists ${schema}.${name}(${columns})`)
  // One commit instead of nine: each waits for the disk.
  const all = ['begin transaction', `create schema if not exists ${schema}`, ...creations, 'commit']
  try {
    await warehouse.execute(raw(all.join('; ')), call)
  } catch (error) {
    await warehouse.execute(raw('rollback'), { tag: call.tag }).catch(() => {})
    throw error
  }
}

// Text and hashes of an append-only tail are written once and compacted away: compression would cost more than the diff.
const U = 'using compression uncompressed'
const IDENTITY = `customer_id text ${U}, person_key text ${U}, email text ${U}, phone text ${U}, external_id text ${U}, other text`

const tables: Record<string, string> = {
  assignments:
    'brand text, campaign_id text, customer_id text, arm text, salt_version text, assigned_on date, assigned_at timestamp',
  campaigns:
    'brand text, campaign_id text, slug text, label text, window_days integer, outcome text, holdout_share double, salt text, launched_on date, recorded_at timestamp',
  ledger: `brand text ${U}, sync_id text ${U}, run_no bigint, seq bigint, step integer, entry_key uhugeint ${U}, ${IDENTITY}, kind text ${U}, row_hash uhugeint ${U}, recorded_at timestamp`,
  ledger_base:
    'brand text, sync_id text, base_no bigint, run_no bigint, step integer, entry_key uhugeint, customer_id text, person_key text, email text, phone text, external_id text, other text, kind text, row_hash uhugeint, recorded_at timestamp, tainted_at timestamp',
  plans:
    'brand text, sync_id text, run_no bigint, run_id text, plan_table text, plan_hash text, data_date date, created_at timestamp, acknowledged_at timestamp',
  suppressions: 'brand text, person_key text, channel text, reason text, recorded_at timestamp',
  customer_aliases: 'brand text, alias_id text, customer_id text, since timestamp',
  audience_sizes: 'brand text, audience text, data_date date, selected bigint, reachable bigint',
}
