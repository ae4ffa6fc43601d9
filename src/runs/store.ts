import type { Knex } from 'knex'
import { isGone } from './holder.ts'

/** What a run does; one of them writes to a project at a time. */
export type RunKind = 'import' | 'build' | 'fit' | 'plan' | 'launch' | 'sync' | 'suppress' | 'erase' | 'demo'

export type RunStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'lost'

/** One attempt, as the app database keeps it; instants ISO text with milliseconds, UTC. */
export interface RunRow {
  id: string
  kind: RunKind
  status: RunStatus
  /** JSON text without identities or secrets. */
  input: string
  result: string | null
  error_code: string | null
  error_message: string | null
  created_at: string
  started_at: string | null
  ended_at: string | null
}

/** Who holds the lease now. */
export interface Lease {
  epoch: number
  runId: string | null
  holder: string | null
  expiresMs: number
}

/** The one lease of a project: raw, warehouse and ledger files have one writer. */
export const LEASE = 'project'

export async function insertRun(
  db: Knex,
  run: { id: string; kind: RunKind; input: unknown; at: string },
): Promise<void> {
  await db('runs').insert({
    id: run.id,
    kind: run.kind,
    status: 'queued',
    input: JSON.stringify(run.input),
    created_at: run.at,
  })
}

/** Writes how a run ended; only while it is queued or running. */
export async function endRun(
  db: Knex,
  id: string,
  end: { status: RunStatus; at: string; result?: unknown; code?: string; message?: string },
): Promise<void> {
  await db('runs')
    .where({ id })
    .whereIn('status', ['queued', 'running'])
    .update({
      status: end.status,
      ended_at: end.at,
      result: end.result === undefined ? null : JSON.stringify(end.result),
      error_code: end.code ?? null,
      error_message: end.message ?? null,
    })
}

/**
 * Takes the lease for a run when it is free, expired, or its holder is gone; raises the epoch, so that a writer that
 * comes back later is refused. Returns the new epoch, or the present lease when somebody else holds it.
 */
export async function takeLease(
  db: Knex,
  run: { id: string; holder: string; nowMs: number; ttlMs: number },
): Promise<{ epoch: number } | { held: Lease }> {
  return db.transaction(async trx => {
    await trx('leases').insert({ name: LEASE, epoch: 0, expires_ms: 0 }).onConflict('name').ignore()
    const row = await trx('leases').where({ name: LEASE }).first()
    const lease: Lease = {
      epoch: Number(row.epoch),
      runId: row.run_id,
      holder: row.holder,
      expiresMs: Number(row.expires_ms),
    }
    const free = lease.holder === null || lease.expiresMs < run.nowMs || isGone(lease.holder)
    if (!free) return { held: lease }
    const epoch = lease.epoch + 1
    const taken = await trx('leases')
      .where({ name: LEASE, epoch: lease.epoch })
      .update({ epoch, run_id: run.id, holder: run.holder, expires_ms: run.nowMs + run.ttlMs })
    if (taken === 0) return { held: lease }
    const at = new Date(run.nowMs).toISOString()
    if (lease.runId !== null)
      await endRun(trx, lease.runId, { status: 'lost', at, code: 'run.lost', message: 'its process ended' })
    await trx('runs').where({ id: run.id }).update({ status: 'running', started_at: at })
    return { epoch }
  })
}

/** Prolongs the lease; false when another process took it. */
export async function beat(db: Knex, epoch: number, expiresMs: number): Promise<boolean> {
  return (await db('leases').where({ name: LEASE, epoch }).update({ expires_ms: expiresMs })) > 0
}

/** Frees the lease if it is still ours. */
export async function freeLease(db: Knex, epoch: number): Promise<void> {
  await db('leases').where({ name: LEASE, epoch }).update({ holder: null, run_id: null, expires_ms: 0 })
}

export async function insertEvent(
  db: Knex,
  event: { runId: string; at: string; type: string; data: unknown },
): Promise<void> {
  await db('run_events').insert({
    run_id: event.runId,
    at: event.at,
    type: event.type,
    data: JSON.stringify(event.data),
  })
}

export async function findRun(db: Knex, id: string): Promise<RunRow | null> {
  return (await db('runs').where({ id }).first()) ?? null
}

/** Newest first. */
export async function listRuns(db: Knex, limit: number): Promise<RunRow[]> {
  return db('runs').orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit)
}
