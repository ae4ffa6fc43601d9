import { z } from 'zod'
import { raw, sql } from '../core/sql.ts'
import type { SyncPlan } from './plan.ts'
import { type Session, tableSlug, timestamp } from './session.ts'

/** A plan that was marked: from here on a crash is settled from its table and the app DB's batches. */
export interface MarkedPlan {
  runNo: number
  runId: string
  /** As written in SQL. */
  table: string
  hash: string
}

/** The mark: one row that makes the plan the record of what is about to be sent. Before it nothing is sent; after it a crash can only cause re-sending. */
export async function mark(session: Session, plan: Pick<SyncPlan, 'table' | 'hash'>): Promise<MarkedPlan> {
  const marked = { runNo: session.key.runNo, runId: session.spec.runId, table: plan.table, hash: plan.hash }
  await append(session, marked, null)
  return marked
}

/** The second row of a plan: its outcomes are in the ledger. */
export async function markAcknowledged(session: Session, plan: MarkedPlan): Promise<void> {
  await append(session, plan, timestamp(session.effects))
}

async function append(session: Session, plan: MarkedPlan, acknowledgedAt: string | null): Promise<void> {
  const { schema, brand, syncId, dataDate } = session.spec
  const now = timestamp(session.effects)
  await session.warehouse.execute(
    sql`insert into ${raw(schema)}.plans (brand, sync_id, run_no, run_id, plan_table, plan_hash, data_date, created_at, acknowledged_at)
      values (${brand}, ${syncId}, ${plan.runNo}, ${plan.runId}, ${plan.table}, ${plan.hash}, ${dataDate}::date, ${now}::timestamp,
        ${acknowledgedAt}::timestamp)`,
    session.lastCall('marking the plan'),
  )
}

/** Plans that were marked and whose outcomes are not in the ledger: runs that crashed. Oldest first. */
export async function findUnacknowledged(session: Session): Promise<MarkedPlan[]> {
  const { schema, brand, syncId } = session.spec
  return session.warehouse.query(
    sql`select run_no as "runNo", any_value(run_id) as "runId", any_value(plan_table) as "table", any_value(plan_hash) as hash
      from ${raw(schema)}.plans where brand = ${brand} and sync_id = ${syncId}
      group by run_no having count(acknowledged_at) = 0 order by run_no`,
    z
      .object({ runno: z.number(), runid: z.string(), table: z.string(), hash: z.string() })
      .transform(row => ({ runNo: row.runno, runId: row.runid, table: row.table, hash: row.hash })),
    session.call('looking for crashed runs'),
  )
}

/** Days a plan is kept after it was acknowledged, for audits (data model, Ledger). */
const KEEP_DAYS = 30

/** Drops plan tables that were never marked, and those acknowledged more than 30 days ago. */
export async function dropOldPlans(session: Session): Promise<void> {
  const { schema, brand, syncId } = session.spec
  const name = schema.split('.').at(-1) ?? schema
  const prefix = `plan_${tableSlug(syncId)}_`
  const call = session.call('dropping old plans')
  const now = timestamp(session.effects)
  const tables = await session.warehouse.query(
    sql`select t.table_name as name from information_schema.tables t
      left join (select plan_table, max(acknowledged_at) as acknowledged_at from ${raw(schema)}.plans
        where brand = ${brand} and sync_id = ${syncId} group by plan_table) p on p.plan_table = ${schema} || '.' || t.table_name
      where t.table_schema = ${name} and starts_with(t.table_name, ${prefix})
        and regexp_full_match(substr(t.table_name, ${prefix.length + 1}), '[0-9]+|dry')
        and (p.plan_table is null or p.acknowledged_at < ${now}::timestamp - interval ${raw(String(KEEP_DAYS))} days)`,
    z.object({ name: z.string() }),
    call,
  )
  for (const table of tables) await session.warehouse.execute(raw(`drop table if exists ${schema}.${table.name}`), call)
}
