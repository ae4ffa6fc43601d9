import { z } from 'zod'
import { raw, sql } from '../core/sql.ts'
import { STEP } from './acknowledge.ts'
import type { BatchRecord } from './control.ts'
import type { MarkedPlan } from './mark.ts'
import { countSpans, type PlanShape, type Result, type Span } from './outcomes.ts'
import type { Session } from './session.ts'
import type { Counts } from './types.ts'

/** A run's numbers, per direction. */
export interface Balance {
  planned: Counts
  accepted: Counts
  rejected: Counts
  unknown: Counts
  skipped: Counts
  /** What does not add up, one sentence each; empty when everything does. */
  faults: string[]
}

/**
 * Proves that the run adds up: rows of the ledger = results of the batches, released rows = removed without a request,
 * and planned = accepted + rejected + unknown + skipped with nothing negative.
 */
export async function reconcile(
  session: Session,
  plan: MarkedPlan,
  shape: PlanShape,
  spans: readonly Span[],
  batches: readonly BatchRecord[],
  released: number,
): Promise<Balance> {
  const { schema, brand, syncId } = session.spec
  const rows = await session.warehouse.query(
    sql`select kind, count(*) as n from ${raw(schema)}.ledger
      where brand = ${brand} and sync_id = ${syncId} and run_no = ${plan.runNo} and step = ${STEP.outcome} group by kind`,
    z.object({ kind: z.string(), n: z.number() }),
    session.lastCall('reconciling'),
  )
  return balance(shape, spans, batches, released, rows)
}

/** The arithmetic of `reconcile`. Pure. */
export function balance(
  shape: PlanShape,
  spans: readonly Span[],
  batches: readonly BatchRecord[],
  released: number,
  rows: readonly { kind: string; n: number }[],
): Balance {
  const counts = countSpans(spans, shape)
  const planned = { upserts: shape.upserts, removes: shape.compliance + shape.removes }
  const skipped = { upserts: left(planned, counts, 'upserts'), removes: left(planned, counts, 'removes') }
  const total = (c: Counts) => c.upserts + c.removes
  const inBatches = batches
    .filter(batch => batch.state !== 'refused')
    .reduce((sum, batch) => sum + batch.last - batch.first + 1 - batch.excluded.length, 0)
  const inSpans = total(counts.sent) + total(counts.rejected) + total(counts.unknown)
  const expected = {
    sent: counts.sent.upserts,
    removed: counts.sent.removes + released,
    rejected: total(counts.rejected),
    unknown: total(counts.unknown),
  }
  const faults: string[] = []
  if (inBatches !== inSpans) faults.push(`the batches hold ${inBatches} rows, their results ${inSpans}`)
  for (const [kind, want] of Object.entries(expected)) {
    const have = rows.find(row => row.kind === kind)?.n ?? 0
    if (have !== want) faults.push(`the ledger has ${have} rows ${kind}, the batches ${want}`)
  }
  if (skipped.upserts < 0 || skipped.removes < 0) faults.push('more rows were sent than planned')
  return { planned, accepted: counts.sent, rejected: counts.rejected, unknown: counts.unknown, skipped, faults }
}

const left = (planned: Counts, counts: Record<Result, Counts>, way: keyof Counts) =>
  planned[way] - counts.sent[way] - counts.rejected[way] - counts.unknown[way]
