import { z } from 'zod'
import { join, raw, type Sql, sql } from '../core/sql.ts'
import type { MarkedPlan } from './mark.ts'
import { countSpans, type PlanShape, type Span } from './outcomes.ts'
import { type Session, timestamp } from './session.ts'
import { MEMBER } from './source.ts'

/** Steps of a run's appends: an entry has at most one event in each. A taint stands before the outcome, so it never is the state. */
export const STEP = { taint: 0, outcome: 1 } as const

const LEDGER_COLUMNS = 15

/**
 * Appends what came of a plan to the ledger: one event for every row with a result. Released rows become `removed` only
 * when every upsert was sent or may have been: then the staying member is in the ledger and will be removed in its turn.
 * Idempotent by (run, step): a repeat after a crash adds nothing. True when releases were written.
 */
export async function acknowledge(
  session: Session,
  plan: MarkedPlan,
  shape: PlanShape,
  spans: readonly Span[],
  tainted: readonly Span[],
): Promise<boolean> {
  const counts = countSpans(spans, shape)
  const reached = counts.sent.upserts + counts.unknown.upserts // a refused keeper never took the identity over
  const withReleases = shape.releases > 0 && reached === shape.upserts
  await session.warehouse.tune?.({ kind: 'copy', columns: LEDGER_COLUMNS }, session.lastCall('acknowledging'))
  await append(session, plan, shape, STEP.taint, tainted, false)
  await append(session, plan, shape, STEP.outcome, spans, withReleases)
  await session.warehouse.tune?.({ kind: 'usual' }, session.lastCall('acknowledging'))
  return withReleases
}

async function append(
  session: Session,
  plan: MarkedPlan,
  shape: PlanShape,
  step: number,
  spans: readonly Span[],
  withReleases: boolean,
): Promise<void> {
  if (spans.length === 0 && !withReleases) return
  const { warehouse, spec, effects } = session
  const call = session.lastCall('acknowledging')
  const mine = sql`brand = ${spec.brand} and sync_id = ${spec.syncId} and run_no = ${plan.runNo} and step = ${step}`
  const [done] = await warehouse.query(
    sql`select count(*) as n from (select 1 from ${raw(spec.schema)}.ledger where ${mine} limit 1)`,
    z.object({ n: z.number() }),
    call,
  )
  if ((done?.n ?? 0) > 0) return
  const results = resultRows(plan, shape, spans, withReleases)
  await warehouse.execute(
    sql`insert into ${raw(spec.schema)}.ledger
      (brand, sync_id, run_no, seq, step, entry_key, customer_id, person_key, email, phone, external_id, other, kind, row_hash, recorded_at)
      select ${spec.brand}, ${spec.syncId}, ${plan.runNo}, p.seq, ${step}, p.entry_key, ${raw(MEMBER.map(name => `p.${name}`).join(', '))}, p.kind,
        p.row_hash, ${timestamp(effects)}::timestamp from (${results}) p`,
    call,
  )
}

/** Plan rows with a result, as `seq`, `kind` and the plan's columns. Few spans are read one by one; many are joined as a table of ranges. */
function resultRows(plan: MarkedPlan, shape: PlanShape, spans: readonly Span[], withReleases: boolean): Sql {
  const table = raw(plan.table)
  const firstUpsert = shape.compliance + shape.removes + shape.releases
  const events = spans.flatMap(span => eventsOf(span, firstUpsert))
  if (withReleases) events.push({ first: shape.compliance + shape.removes, last: firstUpsert - 1, kind: 'removed' })
  if (events.length > 8) {
    const ranges = raw(events.map(event => `(${event.first}, ${event.last}, '${event.kind}')`).join(', '))
    return sql`select p.rowid as seq, x.kind, p.* from ${table} p join (values ${ranges}) x(first, last, kind) on p.rowid between x.first and x.last`
  }
  const one = (event: Event) =>
    sql`select rowid as seq, ${event.kind} as kind, entry_key, ${raw(MEMBER.join(', '))}, row_hash from ${table}
      where rowid between ${event.first} and ${event.last}`
  return join(events.map(one), ' union all ')
}

interface Event {
  first: number
  last: number
  kind: 'sent' | 'removed' | 'rejected' | 'unknown'
}

/** A span as ledger events: what was sent before the first upsert are removals. */
function eventsOf({ first, last, result }: Span, firstUpsert: number): Event[] {
  if (result !== 'sent') return [{ first, last, kind: result }]
  const events: Event[] = [
    { first, last: Math.min(last, firstUpsert - 1), kind: 'removed' },
    { first: Math.max(first, firstUpsert), last, kind: 'sent' },
  ]
  return events.filter(event => event.last >= event.first)
}
