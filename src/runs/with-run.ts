import { setTimeout as sleep } from 'node:timers/promises'
import { ulid } from 'ulid'
import { Cancelled, Conflict, WinbackError } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import { openAppDb } from '../db/client.ts'
import { pidOf, thisHolder } from './holder.ts'
import * as store from './store.ts'

/** A run in progress: the only way to write raw rows, builds, plans or the ledger. */
export interface Run {
  /** `run_…` */
  id: string
  /** Fencing epoch: a write that names a stale one changes nothing. */
  epoch: number
  /** Aborts when the caller does, or when another process took the lease. */
  signal: AbortSignal
  /** Notes what happened, for followers and the history; no identities. */
  event(type: string, data: unknown): Promise<void>
  /** Throws Conflict when the lease was lost: call it before anything that cannot be taken back. */
  check(): Promise<void>
}

/** How long a lease lives without a heartbeat, and how often one comes; milliseconds. */
const TTL_MS = 30_000
const BEAT_MS = 5_000

/**
 * Runs `work` as the one writer of the project: inserts the run, waits for the lease (saying who holds it), keeps it
 * alive, and records how it ended. Throws Cancelled on abort, Conflict after `waitMs` (default 10 minutes) of waiting.
 */
export async function withRun<T>(
  project: Pick<Project, 'paths'>,
  run: { kind: store.RunKind; input: unknown },
  ctx: { signal: AbortSignal; onWait?: (text: string) => void; waitMs?: number },
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const db = await openAppDb(project.paths)
  const id = `run_${ulid().toLowerCase()}`
  await store.insertRun(db, { id, kind: run.kind, input: run.input, at: now() })
  const lost = new AbortController()
  const signal = AbortSignal.any([ctx.signal, lost.signal])
  let epoch = 0
  let heart: NodeJS.Timeout | undefined
  try {
    epoch = await acquire(project, id, ctx)
    heart = setInterval(() => {
      store.beat(db, epoch, Date.now() + TTL_MS).then(
        mine => {
          if (!mine) lost.abort()
        },
        () => {},
      )
    }, BEAT_MS)
    const check = async () => {
      if (await store.beat(db, epoch, Date.now() + TTL_MS)) return
      throw new Conflict('run.lease_lost', `${id} lost its lease to another process`, 'Run the command again.')
    }
    const event = (type: string, data: unknown) => store.insertEvent(db, { runId: id, at: now(), type, data })
    const result = await work({ id, epoch, signal, event, check })
    await store.endRun(db, id, { status: 'done', at: now(), result: result ?? null })
    return result
  } catch (error) {
    const cancelled = error instanceof Cancelled || ctx.signal.aborted
    await store.endRun(db, id, {
      status: cancelled ? 'cancelled' : 'failed',
      at: now(),
      code: error instanceof WinbackError ? error.code : 'internal',
      message: error instanceof WinbackError ? error.message : 'an unexpected error',
    })
    if (cancelled && !(error instanceof Cancelled))
      throw new Cancelled('run.cancelled', `${run.kind} was cancelled`, '', { cause: error })
    throw error
  } finally {
    clearInterval(heart)
    if (epoch > 0) await store.freeLease(db, epoch)
  }
}

async function acquire(
  project: Pick<Project, 'paths'>,
  id: string,
  ctx: { signal: AbortSignal; onWait?: (text: string) => void; waitMs?: number },
): Promise<number> {
  const db = await openAppDb(project.paths)
  const until = Date.now() + (ctx.waitMs ?? 600_000)
  let told = ''
  for (;;) {
    if (ctx.signal.aborted) throw new Cancelled('run.cancelled', 'Stopped while waiting for another run')
    const answer = await store.takeLease(db, { id, holder: thisHolder(), nowMs: Date.now(), ttlMs: TTL_MS })
    if ('epoch' in answer) return answer.epoch
    const other = answer.held.runId === null ? null : await store.findRun(db, answer.held.runId)
    const who = `${other?.kind ?? 'another run'} ${other?.id ?? ''} (pid ${pidOf(answer.held.holder ?? '')})`
    if (Date.now() > until) {
      throw new Conflict('run.busy', `${who} still holds this project`, 'Wait for it, or stop that process.', {
        retryable: true,
      })
    }
    if (who !== told) ctx.onWait?.(`waiting for ${who} to end`)
    told = who
    await sleep(200, undefined, { signal: ctx.signal }).catch(() => {})
  }
}

const now = () => new Date().toISOString()
