import type { WinbackError } from '../core/errors.ts'
import { RequestFailed } from '../core/failures.ts'
import type { Outcome } from '../destinations/destination.ts'
import type { BatchOp, BatchOutcome, RejectionRecord } from './control.ts'
import { countRows, type RowReader, type Rows, seqAt } from './rows.ts'
import { callFor, type Session } from './session.ts'
import type { SyncStatus } from './types.ts'

/** Why a push ends before its plan does. */
export interface Halt {
  status: SyncStatus
  code: string
  message: string
  hint: string
}

/** The state that all batches of one push share. */
export interface Push {
  session: Session
  reader: RowReader
  listId: string
  /** What the vendor takes at most now: a 413 makes it smaller for the rest of the run. */
  limits: { rows: number; bytes: number }
  /** Set once: nothing new is sent. */
  halt: Halt | null
  batchNo: number
  suppressionVersion: number
  done: number
  total: number
  rejected: number
  /** Rows of batches that the vendor could not take now; nothing was applied. */
  unsent: number
  /** The first thing that went wrong, in words. */
  trouble: Halt | null
}

/** One batch to be sent: rows, and their body when it is rendered already. */
export interface Part {
  op: BatchOp
  rows: Rows
  body?: Uint8Array | undefined
  /** A request that carried these rows before may still be applied: what comes of this one does not change that. */
  tainted?: boolean
}

/** Stops the push, once. */
export function halt(push: Push, reason: Halt): void {
  push.halt ??= reason
}

/**
 * Sends one batch: intent, request, outcome, each in its own transaction of the app DB. A batch refused as a whole is cut
 * until the bad rows are alone. Never throws for what a vendor says; a stale epoch or a broken database throws.
 */
export async function deliver(push: Push, part: Part): Promise<void> {
  const ready = await intend(push, part)
  if (ready === null) return
  const lane = push.session.connection.lane()
  const tainted = () => lane.tainted || part.tainted === true
  const settled = { batchNo: ready.batchNo, receipt: null, tainted: false, reason: null, rejections: [] }
  try {
    const outcome = await request(push, ready.part, callFor(push.session, lane))
    const state = outcome.receipt === null ? 'accepted' : 'provisional'
    await settle(push, ready.part, {
      ...settled,
      state,
      receipt: outcome.receipt,
      tainted: tainted(),
      rejections: outcome.rejections,
    })
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error
    // An attempt before the last one may have been applied: then the refusal of the last one says nothing about it.
    const isUnknown = error.outcome === 'ambiguous' || (tainted() && !recuts(error))
    const outcome = { ...settled, tainted: tainted(), reason: error.message }
    if (isUnknown) await settle(push, ready.part, { ...outcome, state: 'unknown' })
    else await refused(push, ready.part, outcome, error)
    push.trouble ??= haltOf(error)
    stopOn(push, error)
  }
}

const recuts = (error: RequestFailed) => error.outcome === 'split' || error.outcome === 'size'

/** Records the intent, without people suppressed since the plan; null when nobody is left or the push stops. */
async function intend(push: Push, part: Part): Promise<{ batchNo: number; part: Part } | null> {
  const { control, key, spec, options } = push.session
  let checked = part
  for (;;) {
    if (options.signal?.aborted) halt(push, cancelled)
    if (push.halt !== null) return null
    if (part.op === 'upsert' && push.suppressionVersion > 0) checked = await withoutSuppressed(push, part)
    if (countRows(checked.rows) === 0) return null
    const batchNo = push.batchNo++
    const answer = await control.intend(key, spec.brand, {
      batchNo,
      op: part.op,
      ...checked.rows,
      suppressionVersion: part.op === 'upsert' ? push.suppressionVersion : -1,
    })
    if (answer.answer === 'go') return { batchNo, part: checked }
    if (answer.answer === 'stop') {
      halt(push, {
        status: 'cancelled',
        code: 'sync.kill_switch',
        message: answer.reason,
        hint: 'Lift the switch, then sync again.',
      })
    } else {
      push.suppressionVersion = await control.suppressionVersion(spec.brand)
    }
  }
}

const cancelled: Halt = {
  status: 'cancelled',
  code: 'sync.cancelled',
  message: 'Stopped on request',
  hint: 'What was sent is in the ledger; sync again to finish.',
}

async function withoutSuppressed(push: Push, part: Part): Promise<Part> {
  const { control, spec } = push.session
  const people = await push.reader.personKeys(part.rows)
  const hits = await control.suppressed(
    spec.brand,
    spec.destination.channel,
    people.map(person => person.personKey),
  )
  const seqs = people.filter((_, i) => hits[i] === true).map(person => person.seq)
  if (seqs.length === 0) return part
  return { op: part.op, rows: { ...part.rows, excluded: [...part.rows.excluded, ...seqs] } }
}

async function request(push: Push, part: Part, call: ReturnType<typeof callFor>): Promise<Outcome> {
  const { destination } = push.session.spec
  if (part.op !== 'upsert') return destination.remove(call, push.listId, await push.reader.members(part.rows))
  const count = countRows(part.rows)
  if (destination.body === undefined) {
    return destination.upsert(call, push.listId, { count, members: await push.reader.members(part.rows) })
  }
  const body = part.body ?? (await push.reader.body(part.rows))
  if (body === 'tooLarge') throw new RequestFailed('size', 'A member is larger than the platform takes')
  return destination.upsert(call, push.listId, { count, body })
}

async function settle(push: Push, part: Part, outcome: BatchOutcome): Promise<void> {
  const { session } = push
  await session.control.settle(session.key, outcome)
  push.done += countRows(part.rows)
  push.rejected += outcome.rejections.length
  session.progress('push', push.done, push.total)
  if (push.done >= 200 && push.rejected >= session.spec.guard.maxRejectShare * push.done) {
    halt(push, {
      status: 'partial',
      code: 'push.too_many_rejects',
      message: `${push.rejected} of ${push.done} members were refused`,
      hint: 'Each refused row and its reason stand in sync_rejections of the app database; correct them, then sync again.',
    })
  }
}

/** A batch that surely was not applied: cut it, or give the last row up. */
async function refused(
  push: Push,
  part: Part,
  outcome: Omit<BatchOutcome, 'state'>,
  error: RequestFailed,
): Promise<void> {
  const count = countRows(part.rows)
  if (!recuts(error)) {
    await push.session.control.settle(push.session.key, { ...outcome, state: 'refused' })
    push.unsent += count
    return
  }
  if (count === 1) {
    const seq = seqAt(part.rows, 0) ?? part.rows.first
    await settle(push, part, { ...outcome, state: 'accepted', rejections: [rejection(seq, error)] })
    return
  }
  await push.session.control.settle(push.session.key, { ...outcome, state: 'refused' })
  if (error.outcome === 'size' && part.body !== undefined) {
    push.limits.bytes = Math.min(push.limits.bytes, Math.ceil(part.body.byteLength / 2))
  }
  for (const half of halves(part)) await deliver(push, { ...half, tainted: outcome.tainted })
}

const rejection = (seq: number, error: RequestFailed): RejectionRecord => ({
  seq,
  code: error.outcome === 'size' ? 'too_large' : 'refused',
  message: error.message,
  permanent: true,
})

/** Two parts with the first and the second half of the rows. */
export function halves(part: Part): [Part, Part] {
  const { rows } = part
  const middle = seqAt(rows, Math.floor(countRows(rows) / 2)) ?? rows.last
  const within = (first: number, last: number): Part => ({
    op: part.op,
    rows: { first, last, excluded: rows.excluded.filter(seq => seq >= first && seq <= last) },
  })
  return [within(rows.first, middle - 1), within(middle, rows.last)]
}

/** Records rows that no request could carry: refused without being sent. */
export async function rejectUnsent(push: Push, seqs: readonly number[]): Promise<void> {
  const { control, key, spec } = push.session
  for (const seq of seqs) {
    const batchNo = push.batchNo++
    const rows = { first: seq, last: seq, excluded: [] }
    const answer = await control.intend(key, spec.brand, { batchNo, op: 'upsert', ...rows, suppressionVersion: -1 })
    if (answer.answer !== 'go') continue
    const message = 'The member is larger than the platform takes'
    await settle(
      push,
      { op: 'upsert', rows },
      {
        batchNo,
        state: 'accepted',
        receipt: null,
        tainted: false,
        reason: 'too large to send',
        rejections: [{ seq, code: 'too_large', message, permanent: true }],
      },
    )
  }
}

function stopOn(push: Push, error: RequestFailed): void {
  const status = stops[error.outcome]
  if (status === undefined) return
  halt(push, { status, code: error.code, message: error.message, hint: error.hint })
}

const stops: Partial<Record<RequestFailed['outcome'], SyncStatus>> = {
  auth: 'blocked',
  config: 'blocked',
  down: 'failed',
  cancelled: 'cancelled',
}

/** The halt that an error outside a batch means. */
export function haltOf(error: WinbackError): Halt {
  const status = error instanceof RequestFailed ? (stops[error.outcome] ?? 'failed') : 'failed'
  return { status, code: error.code, message: error.message, hint: error.hint }
}
