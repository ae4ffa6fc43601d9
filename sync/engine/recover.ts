import { WarehouseError } from '../core/errors.ts'
import { acknowledge } from './acknowledge.ts'
import { findUnacknowledged, type MarkedPlan, markAcknowledged } from './mark.ts'
import { type PlanShape, type Span, spansOf, taintedSpans } from './outcomes.ts'
import { movedRows, shapeOf } from './plan-counts.ts'
import type { Session } from './session.ts'
import { settle } from './settle.ts'

/**
 * Settles runs that ended without an acknowledgement, before anything new is planned: taken with a receipt → asked for;
 * taken → sent or removed; an intent without an outcome → unknown; no intent → nothing was sent, no event.
 * Returns their run numbers.
 */
export async function recover(session: Session): Promise<number[]> {
  const crashed = await findUnacknowledged(session)
  for (const [i, plan] of crashed.entries()) {
    session.progress('recover', i, crashed.length)
    const mine: Session = { ...session, key: { ...session.key, runNo: plan.runNo } }
    await recoverOne(mine, plan)
  }
  return crashed.map(plan => plan.runNo)
}

async function recoverOne(session: Session, plan: MarkedPlan): Promise<void> {
  const { control, spec } = session
  await assertTable(session, plan)
  const shape = await shapeOf(session, plan.table)
  const batches = await control.batches(spec.syncId, plan.runNo)
  if (batches === null) {
    // The app DB forgot this run (lost, or restored from a copy): everything planned may have been sent.
    await acknowledge(session, plan, shape, everything(shape), [])
  } else {
    await settle(session, plan, batches)
    const settled = (await control.batches(spec.syncId, plan.runNo)) ?? []
    const rejections = await control.rejections(spec.syncId, plan.runNo)
    const spans = spansOf(settled, rejections)
    const tainted = taintedSpans(settled, spans, await movedRows(session, plan.table))
    await acknowledge(session, plan, shape, spans, tainted)
  }
  await markAcknowledged(session, plan)
}

async function assertTable(session: Session, plan: MarkedPlan): Promise<void> {
  const columns = await session.warehouse.columns(plan.table)
  if (columns.length > 0) return
  throw new WarehouseError(
    'sync.plan_missing',
    `Run ${plan.runNo} of this sync was never finished, and its plan ${plan.table} is gone`,
    'Restore the ledger from a copy taken after that run began.',
  )
}

function everything(shape: PlanShape): Span[] {
  const removals = shape.compliance + shape.removes
  const firstUpsert = removals + shape.releases
  const spans: Span[] = [
    { first: 0, last: removals - 1, result: 'unknown' },
    { first: firstUpsert, last: firstUpsert + shape.upserts - 1, result: 'unknown' },
  ]
  return spans.filter(span => span.last >= span.first)
}
