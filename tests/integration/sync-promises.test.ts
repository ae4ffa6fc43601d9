import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { klaviyo } from '../../sync/destinations/klaviyo/index.ts'
import { type Bench, people, startBench } from '../support/engine/fixture.ts'

// Promises of the engine that a reviewer once found broken; each case failed before it was mended.
let bench: Bench
beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.close())

const isImport = (one: { method: string; path: string }) => one.method === 'POST' && one.path.endsWith('import-jobs')
const noSuchList = { errors: [{ code: 'invalid', title: 'Invalid input.', source: { pointer: '/data' } }] }

describe('a list that is gone', () => {
  it('blocks the run at its first request when the platform says so by a 400 that names no row', async () => {
    await bench.want(people(64))
    bench.vendor.fault = seen => (isImport(seen) ? { status: 400, body: JSON.stringify(noSuchList) } : undefined)
    expect(await bench.sync()).toMatchObject({ status: 'blocked', requests: { write: 1 }, rejected: { upserts: 0 } })
    expect(await bench.states()).not.toContain('c0:rejected')
  })

  it('is not made again by a run whose app database forgot it', async () => {
    await bench.want(people(2))
    await bench.sync()
    await bench.control.remember({ syncId: 'syn_1', runNo: 1, epoch: 1 }, { account: null, listId: null })
    bench.vendor.lists.clear()
    await bench.want(people(3))
    expect(await bench.sync()).toMatchObject({ status: 'blocked', reason: { code: 'destination.list_gone' } })
    expect(bench.vendor.lists.size).toBe(0)
  })
})

describe('an ambiguous request', () => {
  it('stays in doubt when the batch is cut afterwards', async () => {
    await bench.want(people(4))
    bench.vendor.fault = (seen, n) => {
      if (!isImport(seen)) return undefined
      if (n === 1) return { status: 500 } // held by a proxy, perhaps applied later
      return n === 2 ? { status: 400, body: '{"errors":[{"code":"invalid","title":"bad row"}]}' } : undefined
    }
    expect(await bench.sync()).toMatchObject({ accepted: { upserts: 4 } })
    expect((await bench.sync()).planned.upserts).toBe(0)
    bench.clock.now += klaviyo.taintMs + 1_000
    expect((await bench.sync()).planned.upserts).toBe(4)
  })
})

describe('an approval', () => {
  it('covers the brakes that were shown with the plan, and no other', async () => {
    await bench.want(people(300))
    await bench.sync()
    await bench.want(people(200))
    const historical = { health: { buildOk: true, reason: null, historical: true }, endpoint: bench.vendor.url }
    const shown = await bench.sync()
    expect(shown).toMatchObject({ status: 'awaiting_approval', reason: { code: 'plan.too_many_removes' } })
    // The same rows with one more brake: a stranger's list. The person has not seen that one.
    await bench.control.remember({ syncId: 'syn_1', runNo: 1, epoch: 1 }, { account: null, listId: null })
    const other = await bench.sync({ approve: shown.planHash ?? '' }, historical)
    expect(other).toMatchObject({ status: 'awaiting_approval', requests: { write: 0 } })
    expect((await bench.sync({ approve: other.planHash ?? '' }, historical)).status).toBe('done')
  })
})

describe('what a platform says about a row', () => {
  it('is kept without the addresses it repeats', async () => {
    await bench.want(people(8))
    bench.vendor.refuses = profile => (profile.email === 'c3@example.com' ? 'c3@example.com is bad' : null)
    await bench.sync()
    expect(bench.control.runs[0]?.rejections).toHaveLength(1)
    expect(JSON.stringify(bench.control.runs)).not.toContain('@example.com')
  })
})

describe('a list that a person wants empty', () => {
  it('is emptied past the brakes on removals', async () => {
    await bench.want(people(300))
    await bench.sync()
    await bench.want([])
    expect((await bench.sync()).status).toBe('refused')
    const run = await bench.sync({}, { emptyOnPurpose: true })
    expect(run).toMatchObject({ status: 'done', accepted: { removes: 300 } })
    expect(bench.vendor.members()).toEqual([])
  })
})

describe('a change of identifier', () => {
  it('keeps the old one removable while the new one is refused', async () => {
    await bench.want([{ id: 'c1', phone: '+15005550006' }, ...people(8, 10)])
    await bench.sync()
    bench.vendor.refuses = profile => (profile.email === 'c1@example.com' ? 'invalid_email' : null)
    await bench.want([{ id: 'c1', email: 'c1@example.com', phone: '+15005550006' }, ...people(8, 10)])
    await bench.sync()
    await bench.want(people(8, 10))
    await bench.sync()
    const removed = await bench.rows(
      "select count(*)::int as n from ledger.s_sync.ledger where customer_id = 'c1' and kind = 'removed'",
      z.object({ n: z.number() }),
    )
    expect(removed[0]?.n).toBeGreaterThan(0)
    expect(bench.vendor.members()).toEqual(
      people(8, 10)
        .map(one => one.email)
        .sort(),
    )
  })
})
