import { RequestFailed } from '../core/failures.ts'
import type { Rejection, SentBatch } from '../destinations/destination.ts'
import type { BatchRecord } from './control.ts'
import type { MarkedPlan } from './mark.ts'
import { settleAll } from './pack.ts'
import { countRows, readRows, seqAt } from './rows.ts'
import { callFor, type Session } from './session.ts'

/** Waits between rounds of questions grow from a quarter second to fifteen; a run that was stopped asks for five seconds more. */
const FIRST_MS = 250
const GROWTH = 1.6
const MOST_MS = 15_000
const LAST_CHANCE_MS = 5_000
const CONFIRM_MS = 30 * 60_000

/**
 * Asks the vendor for the results of every batch that it took for later, and records them. What is still pending at the
 * deadline counts as unknown.
 */
export async function settle(session: Session, plan: MarkedPlan, batches: readonly BatchRecord[]): Promise<void> {
  const { destination } = session.spec
  let open = batches.filter(batch => batch.state === 'provisional' && batch.receipt !== null)
  if (open.length === 0 || destination.confirm === undefined) return
  const started = session.effects.now()
  const total = open.length
  let wait = FIRST_MS
  for (;;) {
    session.progress('settle', total - open.length, total)
    open = await askAll(session, plan, open)
    if (open.length === 0) break
    const isStopped = session.options.signal?.aborted === true
    const most = isStopped ? LAST_CHANCE_MS : (destination.confirmMs ?? CONFIRM_MS)
    if (session.effects.now() + wait - started > most) {
      for (const batch of open) await record(session, batch, 'unknown', [], 'no result in time')
      break
    }
    // A signal that is already set would end every wait at once.
    await session.effects.sleep(wait, isStopped ? undefined : session.options.signal).catch(() => {})
    wait = Math.min(MOST_MS, wait * GROWTH)
  }
  session.progress('settle', total - open.length, total)
}

/** One round; returns the batches that are still pending. */
async function askAll(session: Session, plan: MarkedPlan, open: readonly BatchRecord[]): Promise<BatchRecord[]> {
  const pending: BatchRecord[] = []
  const queue = [...open]
  const lane = async () => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      if (await ask(session, plan, batch)) pending.push(batch)
    }
  }
  await settleAll(Array.from({ length: session.spec.destination.limits.concurrency }, lane))
  return pending
}

/** True while the batch is pending. */
async function ask(session: Session, plan: MarkedPlan, batch: BatchRecord): Promise<boolean> {
  const { destination } = session.spec
  try {
    const answer = await destination.confirm?.(callFor(session), batch.receipt ?? '', sentBatch(session, plan, batch))
    if (answer === 'pending') return true
    await record(session, batch, 'accepted', answer ?? [], null)
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error
    if (error.outcome === 'cancelled') return true
    await record(session, batch, 'unknown', [], error.message)
  }
  return false
}

function record(
  session: Session,
  batch: BatchRecord,
  state: 'accepted' | 'unknown',
  rejections: readonly Rejection[],
  reason: string | null,
): Promise<void> {
  const { batchNo, receipt, tainted } = batch
  const inside = rejections.filter(
    ({ seq }) => seq >= batch.first && seq <= batch.last && !batch.excluded.includes(seq),
  )
  return session.control.settle(session.key, { batchNo, state, receipt, tainted, reason, rejections: inside })
}

function sentBatch(session: Session, plan: MarkedPlan, batch: BatchRecord): SentBatch {
  const reader = () => readRows(session, plan.table, '')
  return {
    count: countRows(batch),
    seqAt: index => seqAt(batch, index),
    find: (identifier, value) => reader().find(batch, identifier, value),
  }
}
