import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { BatchIntent, Control } from '../../sync/index.ts'
import { LEASE } from '../runs/store.ts'
import { closeAppDb, openAppDb } from './client.ts'
import { openControl } from './control.ts'
import { addSuppressions, pruneSuppressions } from './suppression-keys.ts'

let folder: string
let db: Knex
let control: Control
const run = { syncId: 'syn_1', runId: 'run_1', brand: 'acme', epoch: 1, floor: 0 }
const key = (runNo: number, epoch = 1) => ({ syncId: 'syn_1', runNo, epoch })
const batch = (batchNo: number, part: Partial<BatchIntent> = {}): BatchIntent => ({
  batchNo,
  op: 'upsert',
  first: batchNo * 10,
  last: batchNo * 10 + 9,
  excluded: [],
  suppressionVersion: 0,
  ...part,
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winback-control-'))
  db = await openAppDb({ app: join(folder, 'app.sqlite') })
  await db('leases').insert({ name: LEASE, epoch: 1, expires_ms: 0 })
  control = openControl(db)
})
afterEach(async () => {
  await closeAppDb({ app: join(folder, 'app.sqlite') })
  await rm(folder, { recursive: true, force: true })
})

it('numbers runs above the ledger’s, and counts those that never ended', async () => {
  expect(await control.begin({ ...run, floor: 7 })).toEqual({ runNo: 8, crashes: 0 })
  expect(await control.begin(run)).toEqual({ runNo: 9, crashes: 1 })
  await control.end(key(9), { status: 'done', desired: 100, invalidShare: 0.1 })
  expect(await control.begin(run)).toEqual({ runNo: 10, crashes: 0 })
  expect(await control.history('syn_1')).toEqual([{ desired: 100, invalidShare: 0.1 }])
})

it('remembers batches, their outcomes and refused rows', async () => {
  const { runNo } = await control.begin(run)
  const both = await Promise.all([
    control.intend(key(runNo), 'acme', batch(0)),
    control.intend(key(runNo), 'acme', batch(1, { excluded: [12] })),
  ])
  expect(both).toEqual([{ answer: 'go' }, { answer: 'go' }])
  const rejections = [{ seq: 3, code: 'invalid', message: 'Invalid input.', permanent: true }]
  await control.settle(key(runNo), {
    batchNo: 0,
    state: 'provisional',
    receipt: 'J1',
    tainted: true,
    reason: null,
    rejections: [],
  })
  await control.settle(key(runNo), {
    batchNo: 0,
    state: 'accepted',
    receipt: 'J1',
    tainted: true,
    reason: null,
    rejections,
  })
  expect(await control.batches('syn_1', runNo)).toEqual([
    { batchNo: 0, op: 'upsert', first: 0, last: 9, excluded: [], state: 'accepted', receipt: 'J1', tainted: true },
    { batchNo: 1, op: 'upsert', first: 10, last: 19, excluded: [12], state: 'intent', receipt: null, tainted: false },
  ])
  expect(await control.rejections('syn_1', runNo)).toEqual(rejections)
  expect(await control.batches('syn_1', 99)).toBeNull()
})

it('changes nothing under a stale epoch', async () => {
  const { runNo } = await control.begin(run)
  await db('leases').update({ epoch: 2 })
  const stale = { code: 'sync.stale' }
  await expect(control.intend(key(runNo), 'acme', batch(0))).rejects.toMatchObject(stale)
  await expect(control.end(key(runNo), { status: 'done', desired: 0, invalidShare: 0 })).rejects.toMatchObject(stale)
  await expect(control.begin(run)).rejects.toMatchObject(stale)
  expect(await control.batches('syn_1', runNo)).toEqual([])
})

it('asks for another look when a suppression arrives, and holds no identity', async () => {
  const { runNo } = await control.begin(run)
  const personKey = 'a'.repeat(64)
  await addSuppressions(db, 'acme', 'email', [personKey])
  expect(await control.intend(key(runNo), 'acme', batch(0))).toEqual({ answer: 'recheck' })
  const version = await control.suppressionVersion('acme')
  expect(await control.intend(key(runNo), 'acme', batch(0, { suppressionVersion: version }))).toEqual({ answer: 'go' })
  expect(await control.suppressed('acme', 'email', [personKey, 'b'.repeat(64)])).toEqual([true, false])
  expect(await control.suppressed('acme', 'sms', [personKey])).toEqual([false])
  expect(await control.suppressed('other', 'email', [personKey])).toEqual([false])
  expect(JSON.stringify(await db('suppression_keys'))).not.toContain(personKey)
  await pruneSuppressions(db, 'acme', version)
  expect(await control.suppressionVersion('acme')).toBe(0)
})

it('stops at a kill switch of the brand or of all', async () => {
  const { runNo } = await control.begin(run)
  await db('kill_switches').insert({ brand: '*', reason: 'stop', set_at: 'now' })
  expect(await control.intend(key(runNo), 'acme', batch(0))).toEqual({ answer: 'stop', reason: 'stop' })
})

it('takes an approval for a day', async () => {
  const approve = (plan_hash: string, ago: number) =>
    db('sync_approvals').insert({
      sync_id: 'syn_1',
      plan_hash,
      approved_by: 'me',
      approved_at: new Date(Date.now() - ago).toISOString(),
    })
  await approve('fresh', 23 * 3_600_000)
  await approve('old', 25 * 3_600_000)
  expect(await control.isApproved('syn_1', 'fresh')).toBe(true)
  expect(await control.isApproved('syn_1', 'old')).toBe(false)
})
