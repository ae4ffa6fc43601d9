import { deliver, type Halt, type Part, type Push, rejectUnsent } from './deliver.ts'
import { pack, settleAll } from './pack.ts'
import type { SyncPlan } from './plan.ts'
import { readRows } from './rows.ts'
import type { Session } from './session.ts'

/** Connections that read the plan side by side (measured: one reader with more threads is slower). */
const READERS = 2

/** How a push ended. */
export interface Pushed {
  /** Why it stopped before its plan's end, or null. */
  halt: Halt | null
  /** The first thing that went wrong, or null. */
  trouble: Halt | null
  /** Rows of batches that surely were not applied. */
  unsent: number
}

/**
 * Sends a plan in order: compliance removals, removals, upserts; each kind ends before the next begins. With
 * `onlyCompliance` the rest is left for the next plan.
 */
export async function push(
  session: Session,
  plan: Pick<SyncPlan, 'table' | 'compliance' | 'removes' | 'releases' | 'upserts'>,
  listId: string,
  onlyCompliance: boolean,
): Promise<Pushed> {
  const { destination, brand } = session.spec
  const { limits } = destination
  const state: Push = {
    session,
    listId,
    reader: readRows(session, plan.table, listId),
    limits: { rows: limits.upsert.rows, bytes: limits.upsert.bytes },
    halt: null,
    batchNo: 0,
    suppressionVersion: await session.control.suppressionVersion(brand),
    done: 0,
    total: plan.compliance + (onlyCompliance ? 0 : plan.removes + plan.upserts),
    rejected: 0,
    unsent: 0,
    trouble: null,
  }
  const firstUpsert = plan.compliance + plan.removes + plan.releases
  session.progress('push', 0, state.total)
  await pushRemovals(state, 'compliance', 0, plan.compliance)
  if (!onlyCompliance) {
    await pushRemovals(state, 'remove', plan.compliance, plan.compliance + plan.removes)
    await pushUpserts(state, firstUpsert, firstUpsert + plan.upserts)
  }
  await session.warehouse.tune?.({ kind: 'usual' }, session.lastCall('pushing'))
  return { halt: state.halt, trouble: state.trouble, unsent: state.unsent }
}

async function pushRemovals(state: Push, op: 'compliance' | 'remove', from: number, end: number): Promise<void> {
  const { rows } = state.session.spec.destination.limits.remove
  await inLanes(state, async send => {
    for (let first = from; first < end && state.halt === null; first += rows) {
      await send({ op, rows: { first, last: Math.min(end, first + rows) - 1, excluded: [] } })
    }
  })
}

async function pushUpserts(state: Push, from: number, end: number): Promise<void> {
  if (from === end) return
  const { destination } = state.session.spec
  await inLanes(state, async send => {
    if (destination.body !== undefined && state.session.warehouse.bytes !== undefined) {
      await pack(state.reader, {
        first: from,
        last: end - 1,
        limits: () => state.limits,
        readers: READERS,
        halted: () => state.halt !== null,
        emit: ({ rows, body }) => send({ op: 'upsert', rows, body }),
        reject: seqs => rejectUnsent(state, seqs),
      })
      return
    }
    for (let first = from; first < end && state.halt === null; first += state.limits.rows) {
      await send({ op: 'upsert', rows: { first, last: Math.min(end, first + state.limits.rows) - 1, excluded: [] } })
    }
  })
}

/** Runs batches side by side, as many as the destination allows; `send` waits for a free lane. The first error ends it after all lanes are done. */
async function inLanes(state: Push, work: (send: (part: Part) => Promise<void>) => Promise<void>): Promise<void> {
  const { concurrency } = state.session.spec.destination.limits
  const busy = new Set<Promise<void>>()
  let failure: { error: unknown } | null = null
  const send = async (part: Part) => {
    while (busy.size >= concurrency) await Promise.race(busy)
    if (failure !== null) throw failure.error
    const lane: Promise<void> = deliver(state, part)
      .catch(error => {
        failure ??= { error }
      })
      .finally(() => busy.delete(lane))
    busy.add(lane)
  }
  const outcome = await Promise.allSettled([work(send)])
  await settleAll([...busy])
  if (failure !== null) throw (failure as { error: unknown }).error
  if (outcome[0]?.status === 'rejected') throw outcome[0].reason
}
