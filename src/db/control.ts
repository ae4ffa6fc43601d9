import type { Knex } from 'knex'
import {
  type BatchIntent,
  type BatchOutcome,
  type BatchRecord,
  Conflict,
  type Control,
  type RunKey,
} from '../../sync/index.ts'
import { LEASE } from '../runs/store.ts'
import { findSuppressed, suppressionVersion } from './suppression-keys.ts'

/**
 * The engine's port over the app DB. Each method is one transaction; those with a RunKey check the lease's epoch in it and
 * throw Conflict when it is stale. Outcomes without rejections wait for the next write or read of their run, which halves
 * the commits: a crash before that leaves an intent without outcome, which counts as unknown and is asserted again.
 */
export function openControl(db: Knex): Control {
  let waiting: { key: RunKey; outcome: BatchOutcome }[] = []
  const fenced = async <T>(key: RunKey, work: (trx: Knex.Transaction) => PromiseLike<T>): Promise<T> => {
    let written: typeof waiting = []
    const answer = await db.transaction(async trx => {
      await assertCurrent(trx, key.epoch)
      written = [...waiting]
      for (const one of written) await writeOutcome(trx, one.key, one.outcome)
      return await work(trx)
    })
    waiting = waiting.filter(one => !written.includes(one)) // only now: a transaction that failed has written nothing
    return answer
  }
  // Lanes that ask while a transaction runs share the next one: a commit waits for the disk.
  let asking: Asking[] = []
  const answerAll = async () => {
    while (asking.length > 0) {
      await new Promise(resolve => setImmediate(resolve))
      const now = [...asking]
      try {
        const answers = await fenced(now[0]!.key, async trx => {
          const list: IntentAnswer[] = []
          for (const one of now) {
            if (one.key.epoch !== now[0]!.key.epoch) await assertCurrent(trx, one.key.epoch)
            list.push(await writeIntent(trx, one))
          }
          return list
        })
        now.forEach((one, i) => {
          one.resolve(answers[i]!)
        })
      } catch (error) {
        for (const one of now) one.reject(error)
      }
      asking = asking.slice(now.length)
    }
  }
  const flushAll = async () => {
    const key = waiting[0]?.key
    if (key !== undefined) await fenced(key, async () => {})
  }
  return {
    begin: run =>
      db.transaction(async trx => {
        await assertCurrent(trx, run.epoch)
        const rows = await trx('sync_runs').where({ sync_id: run.syncId }).orderBy('run_no', 'desc').limit(20)
        const firstEnded = rows.findIndex(row => row.ended_at !== null)
        const runNo = Math.max(run.floor, Number(rows[0]?.run_no ?? 0)) + 1
        await trx('sync_runs').insert({
          sync_id: run.syncId,
          run_no: runNo,
          run_id: run.runId,
          brand: run.brand,
          started_at: now(),
        })
        return { runNo, crashes: firstEnded === -1 ? rows.length : firstEnded }
      }),
    memory: async syncId => {
      const row = await db('sync_memory').where({ sync_id: syncId }).first()
      return { account: row?.account ?? null, listId: row?.list_id ?? null }
    },
    remember: (key, memory) =>
      fenced(key, async trx => {
        await trx('sync_memory')
          .insert({ sync_id: key.syncId, account: memory.account, list_id: memory.listId })
          .onConflict('sync_id')
          .merge()
      }),
    history: async syncId => {
      const rows = await db('sync_runs')
        .where({ sync_id: syncId })
        .whereIn('status', ['done', 'partial'])
        .orderBy('run_no', 'desc')
        .limit(10)
      return rows.map(row => ({ desired: Number(row.desired), invalidShare: Number(row.invalid_share) }))
    },
    isApproved: async (syncId, planHash) => {
      const since = new Date(Date.now() - APPROVAL_MS).toISOString()
      const row = await db('sync_approvals')
        .where({ sync_id: syncId, plan_hash: planHash })
        .where('approved_at', '>=', since)
        .first()
      return row !== undefined
    },
    suppressionVersion: brand => suppressionVersion(db, brand),
    suppressed: (brand, channel, personKeys) => findSuppressed(db, brand, channel, personKeys),
    intend: (key, brand, batch) =>
      new Promise((resolve, reject) => {
        asking.push({ key, brand, batch, resolve, reject })
        if (asking.length === 1) void answerAll()
      }),
    settle: async (key, outcome) => {
      waiting.push({ key, outcome })
      if (outcome.rejections.length > 0) await flushAll()
    },
    batches: async (syncId, runNo) => {
      await flushAll()
      const known = await db('sync_runs').where({ sync_id: syncId, run_no: runNo }).first()
      if (known === undefined) return null
      const rows = await db('sync_batches').where({ sync_id: syncId, run_no: runNo }).orderBy('batch_no')
      return rows.map(batchOf)
    },
    rejections: async (syncId, runNo) => {
      await flushAll()
      const rows = await db('sync_rejections').where({ sync_id: syncId, run_no: runNo }).orderBy('seq')
      return rows.map(row => ({
        seq: Number(row.seq),
        code: String(row.code),
        message: String(row.message),
        permanent: Boolean(row.permanent),
      }))
    },
    end: (key, { status, desired, invalidShare }) =>
      fenced(key, async trx => {
        await trx('sync_runs')
          .where({ sync_id: key.syncId, run_no: key.runNo })
          .update({ status, desired, invalid_share: invalidShare, ended_at: now() })
      }),
  }
}

/** An approval lives a day (docs/sync-engine.md, Brakes). */
const APPROVAL_MS = 24 * 3_600_000

const now = () => new Date().toISOString()

type IntentAnswer = Awaited<ReturnType<Control['intend']>>

interface Asking {
  key: RunKey
  brand: string
  batch: BatchIntent
  resolve: (answer: IntentAnswer) => void
  reject: (error: unknown) => void
}

async function writeIntent(trx: Knex.Transaction, { key, brand, batch }: Asking): Promise<IntentAnswer> {
  const stop = trx('kill_switches').whereIn('brand', [brand, '*']).select('reason').limit(1)
  const version = trx('suppression_keys').where({ brand }).max('id')
  const { reason, newest } = await trx.select({ reason: stop, newest: version }).first()
  if (reason !== null) return { answer: 'stop', reason: String(reason) }
  // -1: nobody is added, so nobody can be added against a suppression.
  const isStale = batch.suppressionVersion !== -1 && Number(newest ?? 0) !== batch.suppressionVersion
  if (isStale) return { answer: 'recheck' }
  await trx('sync_batches').insert({
    sync_id: key.syncId,
    run_no: key.runNo,
    batch_no: batch.batchNo,
    op: batch.op,
    first_seq: batch.first,
    last_seq: batch.last,
    excluded: JSON.stringify(batch.excluded),
    state: 'intent',
    tainted: false,
    started_at: now(),
  })
  return { answer: 'go' }
}

async function writeOutcome(trx: Knex.Transaction, key: RunKey, outcome: BatchOutcome): Promise<void> {
  const { batchNo, state, receipt, tainted, reason } = outcome
  await trx('sync_batches')
    .where({ sync_id: key.syncId, run_no: key.runNo, batch_no: batchNo })
    .update({ state, receipt, tainted, reason, ended_at: now() })
  const rows = outcome.rejections.map(rejection => ({ sync_id: key.syncId, run_no: key.runNo, ...rejection }))
  for (let i = 0; i < rows.length; i += 100) {
    await trx('sync_rejections')
      .insert(rows.slice(i, i + 100))
      .onConflict(['sync_id', 'run_no', 'seq'])
      .merge()
  }
}

async function assertCurrent(trx: Knex.Transaction, epoch: number): Promise<void> {
  // A write first: it takes SQLite's write lock, and only then does the busy timeout wait for another process.
  const mine = await trx('leases').where({ name: LEASE, epoch }).update({ epoch })
  if (mine > 0) return
  throw new Conflict(
    'sync.stale',
    'Another process took this project over; this run changes nothing any more',
    'Let the other one finish; it settles what this run had sent.',
  )
}

function batchOf(row: Record<string, unknown>): BatchRecord {
  return {
    batchNo: Number(row.batch_no),
    op: row.op as BatchRecord['op'],
    first: Number(row.first_seq),
    last: Number(row.last_seq),
    excluded: JSON.parse(String(row.excluded)) as number[],
    state: row.state as BatchRecord['state'],
    receipt: row.receipt === null ? null : String(row.receipt),
    tainted: Boolean(row.tainted),
  }
}
