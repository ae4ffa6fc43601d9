import { createHash } from 'node:crypto'
import type { Effects } from '../core/effects.ts'
import { Cancelled, Conflict, DestinationError, type WinbackError } from '../core/errors.ts'
import { openConnection } from '../core/http.ts'
import { raw } from '../core/sql.ts'
import type { Warehouse } from '../warehouses/warehouse.ts'
import { acknowledge } from './acknowledge.ts'
import type { Control } from './control.ts'
import { type Halt, haltOf } from './deliver.ts'
import { readFunnel } from './funnel.ts'
import { guard, invalidShare } from './guard.ts'
import { dropOldPlans, mark, markAcknowledged } from './mark.ts'
import { spansOf, taintedSpans } from './outcomes.ts'
import { makePlan, type SyncPlan } from './plan.ts'
import { movedRows } from './plan-counts.ts'
import { isLoopback, type Preflight, preflight } from './preflight.ts'
import { push } from './push.ts'
import { reconcile } from './reconcile.ts'
import { recover } from './recover.ts'
import { cardOf, Report } from './report.ts'
import { callFor, type Session } from './session.ts'
import { settle } from './settle.ts'
import { ledgerSize } from './state.ts'
import { createSyncTables } from './tables.ts'
import type { Brake, Phase, SyncOptions, SyncRun, SyncSpec, SyncStatus } from './types.ts'

/** Runs in a row that never ended, after which a sync stands still once and asks a person to look. */
const POISON = 5

/**
 * Makes the destination's list equal to the desired one: recover → plan → guard → preflight → mark → push → settle →
 * acknowledge → reconcile. Returns how it ended, refusals and vendor failures included. Throws WarehouseError for a
 * broken warehouse and Conflict when another process took over: what was sent is settled by the next run.
 */
export async function runSync(
  warehouse: Warehouse,
  control: Control,
  spec: SyncSpec,
  effects: Effects,
  options: SyncOptions = {},
): Promise<SyncRun> {
  const report = new Report(spec, effects)
  const session = openSession(warehouse, control, spec, effects, options)
  await createSyncTables(warehouse, spec.schema, session.call('creating tables'))
  if (options.dryRun) return dryRun(session, report)

  const { lastRun } = await ledgerSize(session)
  const { syncId, runId, brand, epoch } = spec
  const begun = await control.begin({ syncId, runId, brand, epoch, floor: lastRun })
  session.key.runNo = begun.runNo
  report.note({ runNo: begun.runNo })
  const ended = { desired: 0, invalidShare: 0 }
  if (begun.crashes >= POISON) return finish(session, report, ended, quarantined)
  let isMarked = false
  try {
    return await run(session, report, ended, () => {
      isMarked = true
    })
  } catch (error) {
    if (isMarked || error instanceof Conflict) throw error
    await dropOldPlans(session).catch(() => {})
    if (error instanceof Cancelled) return finish(session, report, ended, { ...stopped, message: error.message })
    if (error instanceof DestinationError) return finish(session, report, ended, blockedBy(error))
    await control.end(session.key, { status: 'failed', ...ended })
    throw error
  }
}

interface Ended {
  desired: number
  invalidShare: number
}

async function run(session: Session, report: Report, ended: Ended, onMark: () => void): Promise<SyncRun> {
  const { control, spec, options } = session
  enter(session, report, 'recover')
  report.note({ recovered: await recover(session) })
  await dropOldPlans(session)
  enter(session, report, 'plan')
  const plan = await makePlan(session, await ledgerSize(session))
  enter(session, report, 'guard')
  const judged = await judge(session, report, plan, false)
  Object.assign(ended, { desired: plan.desired, invalidShare: judged.invalidShare })
  const sendable = plan.compliance + (judged.stop === null ? plan.removes + plan.upserts : 0)
  if (sendable === 0 && (judged.stop !== null || plan.releases === 0)) {
    await drop(session, plan)
    return finish(session, report, ended, judged.stop)
  }

  let stop = judged.stop
  let listId = ''
  if (sendable > 0) {
    enter(session, report, 'preflight')
    const memory = await control.memory(spec.syncId)
    const known = await preflight(session, memory, plan.known)
    if (known.isForeignList && stop === null) stop = (await judge(session, report, plan, true)).stop
    if (stop !== null && plan.compliance === 0) {
      await drop(session, plan)
      return finish(session, report, ended, stop)
    }
    listId = await openList(session, known)
    // A list that a person has not approved yet does not become ours by a compliance removal.
    if (stop === null || memory.listId !== null) {
      await control.remember(session.key, { account: known.account ?? memory.account, listId })
    }
  }
  if (options.signal?.aborted) throw new Cancelled('run.cancelled', 'Stopped before anything was sent')

  enter(session, report, 'mark')
  const marked = await mark(session, plan)
  onMark()
  enter(session, report, 'push')
  const pushed = await push(session, plan, listId, stop !== null)
  enter(session, report, 'settle')
  await settle(session, marked, (await control.batches(spec.syncId, marked.runNo)) ?? [])
  enter(session, report, 'acknowledge')
  const batches = (await control.batches(spec.syncId, marked.runNo)) ?? []
  const spans = spansOf(batches, await control.rejections(spec.syncId, marked.runNo))
  const moved = plan.compliance + plan.removes > 0 ? await movedRows(session, plan.table) : []
  const tainted = taintedSpans(batches, spans, moved)
  const released = (await acknowledge(session, marked, plan, spans, tainted)) ? plan.releases : 0
  enter(session, report, 'reconcile')
  const { faults, ...balance } = await reconcile(session, marked, plan, spans, batches, released)
  await markAcknowledged(session, marked)
  report.note(balance)
  const isPartial = pushed.unsent + total(balance.rejected) + total(balance.unknown) > 0
  const partial = isPartial ? { ...(pushed.trouble ?? someRefused), status: 'partial' as const } : null
  return finish(session, report, ended, faults.length > 0 ? unbalanced(faults) : (stop ?? pushed.halt ?? partial))
}

async function dryRun(session: Session, report: Report): Promise<SyncRun> {
  enter(session, report, 'plan')
  await dropOldPlans(session)
  const plan = await makePlan(session, await ledgerSize(session))
  enter(session, report, 'guard')
  await judge(session, report, plan, false)
  await drop(session, plan)
  return report.end(session.connection, { status: 'planned', reason: null })
}

/** Applies the brakes; `stop` says why only compliance removals may be sent, or null. */
async function judge(session: Session, report: Report, plan: SyncPlan, isForeignList: boolean) {
  const { spec, control, options } = session
  const funnel = await readFunnel(session)
  const facts = {
    plan,
    limits: spec.guard,
    health: spec.health,
    funnel,
    history: await control.history(spec.syncId),
    isLoopback: isLoopback(spec.endpoint ?? spec.destination.endpoint),
    isForeignList,
    emptyOnPurpose: spec.emptyOnPurpose === true,
  }
  const brakes = guard(facts)
  const approved = approvalHash(plan.hash, brakes)
  report.note({
    planHash: approved,
    card: cardOf(spec, plan, funnel, brakes),
    planned: { upserts: plan.upserts, removes: plan.compliance + plan.removes },
    skipped: { upserts: plan.upserts, removes: plan.compliance + plan.removes },
  })
  const hard = brakes.find(brake => brake.action !== 'approve')
  const soft = brakes[0]
  const share = invalidShare(facts)
  if (hard !== undefined) return { stop: haltBy(hard), invalidShare: share }
  if (soft === undefined) return { stop: null, invalidShare: share }
  // Whether the list is a stranger's is known only after preflight: an approval that names that brake too may pass until then.
  const foreign = guard({ ...facts, isForeignList: true })
  const passing = [approved, approvalHash(plan.hash, foreign)]
  const known = await Promise.all(passing.map(hash => control.isApproved(spec.syncId, hash)))
  if (passing.includes(options.approve ?? '') || known.includes(true)) {
    return { stop: null, invalidShare: share }
  }
  const stale = options.approve === undefined ? '' : ' (the approval given is for another plan)'
  return { stop: { ...haltBy(soft), message: `${soft.message}${stale}` }, invalidShare: share }
}

/** What a person approves: these rows, and every brake that was shown with them. */
function approvalHash(planHash: string, brakes: readonly Brake[]): string {
  const codes = brakes.filter(brake => brake.action === 'approve').map(brake => brake.code)
  if (codes.length === 0) return planHash
  return createHash('sha256')
    .update([planHash, ...codes.sort()].join('|'))
    .digest('hex')
    .slice(0, 32)
}

const endings: Record<Brake['action'], SyncStatus> = {
  block: 'blocked',
  refuse: 'refused',
  approve: 'awaiting_approval',
}

function haltBy(brake: Brake): Halt {
  return { status: endings[brake.action], code: brake.code, message: brake.message, hint: brake.hint }
}

async function openList(session: Session, known: Preflight): Promise<string> {
  if (known.found !== null) return known.found.listId
  return (await session.spec.destination.ensureList(callFor(session), session.spec.listName)).listId
}

async function finish(session: Session, report: Report, ended: Ended, stop: Halt | null): Promise<SyncRun> {
  const isStopped = session.options.signal?.aborted === true && stop?.status === 'failed'
  const status = isStopped ? 'cancelled' : (stop?.status ?? 'done')
  await session.control.end(session.key, { status, ...ended })
  const reason = stop === null ? null : { code: stop.code, message: stop.message, hint: stop.hint }
  return report.end(session.connection, { status, reason })
}

function enter(session: Session, report: Report, phase: Phase): void {
  report.enter(phase)
  session.progress(phase, 0, 0)
}

const drop = (session: Session, plan: SyncPlan) =>
  session.warehouse.execute(raw(`drop table if exists ${plan.table}`), session.lastCall('dropping the plan'))

const total = (counts: { upserts: number; removes: number }) => counts.upserts + counts.removes

const stopped: Halt = { status: 'cancelled', code: 'sync.cancelled', message: '', hint: 'Sync again to finish.' }
const someRefused: Halt = {
  status: 'partial',
  code: 'push.some_refused',
  message: 'The platform refused some members',
  hint: 'The reasons stand in sync_rejections of the app database; the next sync tries them again.',
}
const quarantined: Halt = {
  status: 'quarantined',
  code: 'sync.quarantined',
  message: `The last ${POISON} runs of this sync broke off`,
  hint: 'Their errors stand in the runs table of the app database; the next sync tries again.',
}
const unbalanced = (faults: readonly string[]): Halt => ({
  status: 'failed',
  code: 'sync.unbalanced',
  message: `The run does not add up: ${faults.join('; ')}`,
  hint: 'Please report this; the ledger keeps every event.',
})

function blockedBy(error: WinbackError): Halt {
  const known = haltOf(error)
  return {
    ...known,
    status:
      known.code === 'destination.account_changed' || known.code === 'destination.list_gone' ? 'blocked' : known.status,
  }
}

function openSession(
  warehouse: Warehouse,
  control: Control,
  spec: SyncSpec,
  effects: Effects,
  options: SyncOptions,
): Session {
  const { destination, settings } = spec
  const connection = openConnection({
    effects,
    endpoint: spec.endpoint ?? destination.endpoint,
    headers: destination.headers(settings),
    quotas: destination.limits.quotas,
    secrets: destination.secrets(settings),
    classify: destination.classify,
    signal: options.signal,
  })
  const tag = (purpose: string) => ({ runId: spec.runId, purpose })
  return {
    warehouse,
    control,
    spec,
    effects,
    options,
    connection,
    key: { syncId: spec.syncId, runNo: 0, epoch: spec.epoch },
    call: purpose => ({ tag: tag(purpose), ...(options.signal === undefined ? {} : { signal: options.signal }) }),
    lastCall: purpose => ({ tag: tag(purpose) }),
    progress: (phase, done, totalOf) => options.onEvent?.({ phase, done, total: totalOf }),
  }
}
