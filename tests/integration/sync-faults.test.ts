import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { klaviyo } from '../../sync/destinations/klaviyo/index.ts'
import { type Bench, people, startBench } from '../support/engine/fixture.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.close())

const isImport = (one: { method: string; path: string }) => one.method === 'POST' && one.path.endsWith('import-jobs')
const small = { ...klaviyo, limits: { ...klaviyo.limits, upsert: { rows: 4, bytes: 5_000_000 } } }
const emails = (n: number, from = 0) =>
  people(n, from)
    .map(one => `${one.email}`)
    .sort()

describe('what a platform may answer', () => {
  it('waits as long as a 429 asks, and tries again', async () => {
    await bench.want(people(3))
    bench.vendor.fault = (seen, n) =>
      isImport(seen) && n === 1 ? { status: 429, headers: { 'retry-after': '7' } } : undefined
    const run = await bench.sync()
    expect(run).toMatchObject({ status: 'done', requests: { write: 2 }, unknown: { upserts: 0 } })
    expect(Math.max(...bench.clock.slept)).toBeGreaterThanOrEqual(7_000)
    expect(await bench.states()).toEqual(['c0:sent', 'c1:sent', 'c2:sent'])
  })

  it.each([
    ['500 before it was applied', { status: 500 }],
    ['500 after it was applied', { status: 500, apply: true }],
    ['a reset before it was applied', { reset: 'before' as const }],
    ['a reset after it was applied', { reset: 'after' as const }],
    ['garbage with a good status', { status: 200, body: '<html>hello</html>', apply: true }],
    ['a truncated answer', { status: 202, body: '{"data":{"type":' }],
  ])('tries again after %s, and asserts once more after the taint horizon', async (_, fault) => {
    await bench.want(people(3))
    bench.vendor.fault = (seen, n) => (isImport(seen) && n === 1 ? fault : undefined)
    const run = await bench.sync()
    expect(run).toMatchObject({ status: 'done', accepted: { upserts: 3 } })
    expect(bench.vendor.members()).toEqual(emails(3))

    expect((await bench.sync()).planned.upserts).toBe(0)
    bench.clock.now += klaviyo.taintMs + 1_000
    expect((await bench.sync()).planned.upserts).toBe(3)
    expect((await bench.sync()).planned.upserts).toBe(0)
  })

  it('records unknown when every try is ambiguous, re-asserts at once, and once more after the horizon', async () => {
    await bench.want(people(3))
    bench.vendor.fault = seen => (isImport(seen) ? { reset: 'after' } : undefined)
    const run = await bench.sync()
    expect(run).toMatchObject({ status: 'partial', unknown: { upserts: 3 }, accepted: { upserts: 0 } })
    expect(await bench.states()).toEqual(['c0:unknown', 'c1:unknown', 'c2:unknown'])

    bench.vendor.fault = () => undefined
    expect(await bench.sync()).toMatchObject({ status: 'done', planned: { upserts: 3 } })
    expect((await bench.sync()).planned.upserts).toBe(0)
    bench.clock.now += klaviyo.taintMs + 1_000
    expect((await bench.sync()).planned.upserts).toBe(3)
    expect((await bench.sync()).planned.upserts).toBe(0)
  })

  it('removes once more after the horizon somebody whose upsert was unknown', async () => {
    await bench.want(people(3))
    bench.vendor.fault = seen => (isImport(seen) ? { reset: 'after' } : undefined)
    await bench.sync()
    bench.vendor.fault = () => undefined
    await bench.want(people(2))
    expect((await bench.sync()).planned).toEqual({ upserts: 2, removes: 1 })
    bench.clock.now += klaviyo.taintMs + 1_000
    expect((await bench.sync()).planned).toEqual({ upserts: 2, removes: 1 })
    expect((await bench.sync()).planned).toEqual({ upserts: 0, removes: 0 })
    expect(bench.vendor.members()).toEqual(emails(2))
  })

  it('cuts a batch that is refused as a whole until the bad row is alone', async () => {
    await bench.want(people(16))
    bench.vendor.malformed = profile => profile.email === 'c5@example.com'
    const run = await bench.sync()
    // 16 → 8 + 8 → 4 + 4 → 2 + 2 → 1 + 1: nine requests.
    expect(run).toMatchObject({
      status: 'partial',
      accepted: { upserts: 15 },
      rejected: { upserts: 1 },
      requests: { write: 9 },
    })
    expect(await bench.states()).toContain('c5:rejected')
    expect(bench.vendor.members()).toEqual(emails(16).filter(email => email !== 'c5@example.com'))
    expect((await bench.sync()).planned.upserts).toBe(1)
  })

  it('takes the rows that a finished job refused from its errors', async () => {
    await bench.want(people(8))
    bench.vendor.pollsUntilDone = 2
    bench.vendor.refuses = profile => (profile.email === 'c3@example.com' ? 'invalid_email' : null)
    const run = await bench.sync()
    expect(run).toMatchObject({ status: 'partial', accepted: { upserts: 7 }, rejected: { upserts: 1 } })
    expect(bench.control.runs[0]?.rejections).toMatchObject([{ code: 'invalid_email' }])
    expect(await bench.states()).toContain('c3:rejected')
  })

  it('halves a body that is too large, and remembers', async () => {
    await bench.want(people(8))
    bench.vendor.fault = seen => (isImport(seen) && seen.body.length > 1_000 ? { status: 413 } : undefined)
    const run = await bench.sync()
    expect(run).toMatchObject({ status: 'done', accepted: { upserts: 8 } })
    expect(bench.vendor.members()).toEqual(emails(8))
  })

  it('still removes a member whose last upsert was refused', async () => {
    await bench.want(people(3))
    await bench.sync()
    bench.vendor.malformed = profile => profile.email === 'c1@example.com'
    await bench.want(people(3).map(one => ({ ...one, days: 5 })))
    await bench.sync()
    bench.vendor.malformed = () => false
    await bench.want(people(1))
    await bench.sync()
    expect(bench.vendor.members()).toEqual(['c0@example.com'])
  })

  it.each([401, 403])('is blocked by %i before anything is sent', async status => {
    await bench.want(people(3))
    bench.vendor.fault = () => ({ status })
    const run = await bench.sync()
    expect(run).toMatchObject({ status: 'blocked', reason: { code: 'destination.auth' }, requests: { write: 0 } })
  })

  it('stops at a key that is revoked midway, and finishes next time', async () => {
    await bench.want(people(12))
    bench.vendor.fault = (seen, n) => (isImport(seen) && n > 1 ? { status: 401 } : undefined)
    const run = await bench.sync({}, { destination: { ...small, limits: { ...small.limits, concurrency: 1 } } })
    expect(run).toMatchObject({ status: 'blocked', accepted: { upserts: 4 }, skipped: { upserts: 8 } })
    bench.vendor.fault = () => undefined
    expect(await bench.sync()).toMatchObject({ status: 'done', planned: { upserts: 8 } })
    expect(bench.vendor.members()).toEqual(emails(12))
  })

  it('gives up on a platform that is down, with nothing recorded as unknown', async () => {
    await bench.want(people(3))
    const endpoint = bench.vendor.url
    await bench.vendor.close()
    const run = await bench.sync({}, { endpoint })
    expect(run.status).toBe('failed')
    expect(run.unknown).toEqual({ upserts: 0, removes: 0 })
  })

  it('does not make a second list when the answer to the first was lost', async () => {
    await bench.want(people(2))
    bench.vendor.fault = (seen, n) =>
      seen.method === 'POST' && seen.path === '/api/lists' && n === 1 ? { reset: 'after' } : undefined
    expect((await bench.sync()).status).toBe('done')
    expect(bench.vendor.lists.size).toBe(1)
  })

  it('shows no key and no identity in what it says', async () => {
    await bench.want(people(4))
    bench.vendor.malformed = () => true
    const run = await bench.sync()
    const said = JSON.stringify([run, bench.control.runs])
    expect(said).not.toMatch(/@example|canary|c\d@/)
  })
})

describe('a run that is stopped or crashes', () => {
  it('stops before the next batch, acknowledges what was sent, and goes on next time', async () => {
    await bench.want(people(20))
    const stop = new AbortController()
    bench.vendor.fault = (seen, n) => {
      if (isImport(seen) && n === 2) stop.abort()
      return undefined
    }
    const destination = { ...small, limits: { ...small.limits, concurrency: 1 } }
    const run = await bench.sync({ signal: stop.signal }, { destination })
    expect(run.status).toBe('cancelled')
    expect(run.accepted.upserts + run.skipped.upserts + run.unknown.upserts).toBe(20)
    expect(run.skipped.upserts).toBeGreaterThan(0)
    bench.vendor.fault = () => undefined
    expect((await bench.sync()).status).toBe('done')
    expect(bench.vendor.members()).toEqual(emails(20))
  })

  it.each([
    ['at the first intent', 'intend', 1],
    ['at a later intent', 'intend', 3],
    ['after a request, before its outcome', 'settle', 1],
    ['after a later request, before its outcome', 'settle', 3],
    ['while jobs are confirmed', 'settle', 6],
    ['at the very end', 'end', 1],
  ] as const)('recovers from a death %s', async (_, what, nth) => {
    await bench.want(people(20))
    let n = 0
    bench.control.before = now => {
      if (now === what && ++n === nth) throw new Error('killed')
    }
    const destination = { ...small, limits: { ...small.limits, concurrency: 1 } }
    await expect(bench.sync({}, { destination })).rejects.toThrow('killed')
    bench.control.before = () => {}
    await bench.want(people(18))
    const run = await bench.sync({ approve: 'x' }, { destination })
    expect(['done', 'awaiting_approval']).toContain(run.status)
    await bench.sync()
    expect(bench.vendor.members()).toEqual(emails(18))
    const states = await bench.states()
    expect(states.filter(state => state.endsWith(':sent'))).toHaveLength(18)
  })

  it('treats everything planned as unknown when the app database forgot the run', async () => {
    await bench.want(people(6))
    let n = 0
    bench.control.before = what => {
      if (what === 'settle' && ++n === 2) throw new Error('killed')
    }
    await expect(bench.sync({}, { destination: small })).rejects.toThrow('killed')
    bench.control.before = () => {}
    bench.control.runs = []
    const run = await bench.sync()
    expect(run).toMatchObject({ status: 'done', recovered: [1], planned: { upserts: 6 } })
    expect(bench.vendor.members()).toEqual(emails(6))
  })

  it('changes nothing any more when another process took over', async () => {
    await bench.want(people(8))
    let n = 0
    bench.control.before = what => {
      if (what === 'intend' && ++n === 2) bench.control.epoch = 2
    }
    const destination = { ...small, limits: { ...small.limits, concurrency: 1 } }
    await expect(bench.sync({}, { destination })).rejects.toMatchObject({ code: 'sync.stale' })
    const run = await bench.sync({}, { epoch: 2 })
    expect(run.status).toBe('done')
    expect(bench.vendor.members()).toEqual(emails(8))
  })

  it('stands still once after five broken runs', async () => {
    await bench.want(people(2))
    bench.control.before = what => {
      if (what === 'intend') throw new Error('killed')
    }
    for (let i = 0; i < 5; i++) await expect(bench.sync()).rejects.toThrow('killed')
    bench.control.before = () => {}
    expect((await bench.sync()).status).toBe('quarantined')
    expect((await bench.sync()).status).toBe('done')
  })
})
