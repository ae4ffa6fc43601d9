import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaultKind, type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { klaviyo } from '../../sync/destinations/klaviyo/index.ts'
import type { SyncOptions, SyncSpec } from '../../sync/engine/types.ts'
import { type Bench, people, startBench, type Wanted } from '../support/engine/fixture.ts'

let bench: Bench
let sandbox: SandboxKlaviyo
beforeEach(async () => {
  bench = await startBench()
  sandbox = await startKlaviyo({
    now: () => bench.clock.now,
    sleep: async ms => {
      bench.clock.now += ms
    },
  })
})
afterEach(async () => {
  await sandbox.stop()
  await bench.close()
})

const sync = (options?: SyncOptions, changes: Partial<SyncSpec> = {}) =>
  bench.sync(options, { endpoint: sandbox.endpoint, settings: { apiKey: sandbox.apiKey }, listName: 'WB', ...changes })
const onList = () => [...sandbox.membership('WB')].sort()
const ids = (wanted: readonly Wanted[]) => wanted.map(one => one.id).sort()

/** Numbers in [0, 1) from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

describe('the engine against the strict platform', () => {
  it('mirrors an audience within every limit and schema of the platform', async () => {
    const names = ['Zoë', 'שלום', '😀 "quoted"', null]
    const wanted = people(2_300).map((one, i) => ({
      ...one,
      name: names[i % 4] ?? null,
      phone: i % 3 === 0 ? `+1555${String(1_000_000 + i)}` : null,
    }))
    await bench.want(wanted)
    expect(await sync()).toMatchObject({ status: 'done', accepted: { upserts: 2_300 }, requests: { write: 1 } })
    expect(onList()).toEqual(ids(wanted))

    const next = [...wanted.slice(250), ...people(30, 5_000)]
    await bench.want(next)
    const run = await sync()
    expect(run).toMatchObject({ status: 'done', accepted: { upserts: 30, removes: 250 }, requests: { write: 2 } })
    expect(onList()).toEqual(ids(next))
    expect(sandbox.profileCount()).toBe(2_330)
    expect(sandbox.log.filter(entry => entry.status !== null && entry.status >= 400)).toEqual([])
  })

  it('keeps every quota window of the platform when batches are many', async () => {
    const destination = { ...klaviyo, limits: { ...klaviyo.limits, upsert: { rows: 2, bytes: 5_000_000 } } }
    await bench.want(people(340))
    const run = await sync({}, { destination })
    expect(run).toMatchObject({ status: 'done', requests: { write: 170 } })
    expect(sandbox.log.filter(entry => entry.status === 429)).toEqual([])
  })

  it('records the half of a batch that the platform refuses', async () => {
    sandbox.faults.add({ kind: 'half_refused', share: 0.5, times: 1 })
    await bench.want(people(100))
    const run = await sync()
    expect(run.status).toBe('partial')
    expect(run.accepted.upserts).toBe(sandbox.membership('WB').size)
    expect(run.rejected.upserts).toBe(100 - sandbox.membership('WB').size)
    const sent = (await bench.states()).filter(state => state.endsWith(':sent')).map(state => state.split(':')[0])
    expect(sent.sort()).toEqual(onList())
  })

  it('ends a job that never completes as unknown, and one that was cancelled too', async () => {
    for (const kind of ['stuck_job', 'cancelled_job'] as const) {
      sandbox.faults.add({ kind, times: 1 })
      await bench.want(people(kind === 'stuck_job' ? 10 : 20))
      expect((await sync()).status).toBe('partial')
      expect((await sync()).status).toBe('done')
    }
    expect(onList()).toEqual(ids(people(20)))
  })
})

const kinds: FaultKind[] = [
  'too_many_requests',
  'error_before',
  'error_after',
  'reset_before',
  'reset_after',
  'late_apply',
  'truncated',
  'garbage',
  'duplicate',
  'slow',
]

describe('convergence', () => {
  // Faults strike a third of the requests over four changing audiences; then they stop, and two runs must do, the second past
  // the taint horizon.
  it.each(Array.from({ length: 8 }, (_, i) => i + 1))('holds after faults, seed %i', async seed => {
    const random = seeded(seed)
    const destination = {
      ...klaviyo,
      limits: { ...klaviyo.limits, upsert: { rows: 5, bytes: 5_000_000 }, remove: { rows: 5, bytes: 5_000_000 } },
    }
    const guard = { ...bench.spec().guard, minKnown: 1_000 }
    let wanted: Wanted[] = []
    for (let round = 0; round < 4; round++) {
      for (const kind of kinds)
        sandbox.faults.add({
          kind,
          probability: 0.04,
          seed: `${seed}.${round}`,
          delayMs: Math.round(random() * 60_000),
        })
      wanted = people(60)
        .filter(() => random() < 0.6)
        .map(one => ({
          ...one,
          days: Math.round(random() * 2),
          email: random() < 0.1 ? `new${round}-${one.email}` : (one.email ?? null),
        }))
      if (wanted.length === 0) wanted = people(1)
      await bench.want(wanted)
      await sync({}, { destination, guard })
      sandbox.faults.clear()
      bench.clock.now += Math.round(random() * 3_600_000)
    }
    await sync({}, { destination, guard })
    bench.clock.now += klaviyo.taintMs + 60_000
    await sync({}, { destination, guard })
    expect(sandbox.log.some(entry => entry.fault !== null)).toBe(true)
    const emails = sandbox.members('WB').map(member => member.email)
    expect(emails.sort()).toEqual(wanted.map(one => one.email).sort())
    // Members who were taken off and put back by that run are asserted a last time, then there is peace.
    bench.clock.now += klaviyo.taintMs + 60_000
    await sync({}, { destination, guard })
    expect((await sync({}, { destination, guard })).planned).toEqual({ upserts: 0, removes: 0 })
  })
})
