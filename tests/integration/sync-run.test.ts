import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { klaviyo } from '../../sync/destinations/klaviyo/index.ts'
import { type Bench, people, startBench } from '../support/engine/fixture.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.close())

const emails = (n: number, from = 0) =>
  people(n, from)
    .map(one => `${one.email}`)
    .sort()

describe('a run without faults', () => {
  it('puts the first audience on a list that it creates once, and later sends nothing', async () => {
    await bench.want(people(3))
    const first = await bench.sync()
    expect(first).toMatchObject({ status: 'done', planned: { upserts: 3, removes: 0 }, accepted: { upserts: 3 } })
    expect(first.requests).toMatchObject({ write: 1, setup: 1 })
    expect(bench.vendor.members()).toEqual(emails(3))
    expect(await bench.states()).toEqual(['c0:sent', 'c1:sent', 'c2:sent'])

    const before = bench.vendor.seen.length
    expect((await bench.sync()).status).toBe('done')
    expect(bench.vendor.seen.length).toBe(before)
    expect(bench.vendor.lists.size).toBe(1)
  })

  it('sends exactly what is new, changed and gone', async () => {
    await bench.want(people(10))
    await bench.sync()
    const next = people(9, 1).map(one => (one.id === 'c5' ? { ...one, days: 101 } : one))
    await bench.want([...next, ...people(1, 10)])
    const run = await bench.sync()
    expect(run).toMatchObject({
      status: 'done',
      planned: { upserts: 2, removes: 1 },
      accepted: { upserts: 2, removes: 1 },
    })
    expect(run.card).toMatchObject({ before: 10, after: 10, adds: 1, updates: 1, removes: 1, unchanged: 8 })
    expect(bench.vendor.members()).toEqual(emails(10, 1))
  })

  it('puts a member back who had left', async () => {
    await bench.want(people(4))
    await bench.sync()
    await bench.want(people(3))
    await bench.sync()
    await bench.want(people(4))
    const run = await bench.sync()
    expect(run.planned).toEqual({ upserts: 1, removes: 0 })
    expect(bench.vendor.members()).toEqual(emails(4))
  })

  it('moves a changed e-mail as one entry leaving and another arriving', async () => {
    await bench.want(people(3))
    await bench.sync()
    await bench.want(people(3).map(one => (one.id === 'c1' ? { ...one, email: 'new@example.com' } : one)))
    const run = await bench.sync()
    expect(run.planned).toEqual({ upserts: 1, removes: 1 })
    expect(bench.vendor.members()).toEqual(['c0@example.com', 'c2@example.com', 'new@example.com'])

    // The removal may land late, and both may be one profile: what stays is asserted once more, after the horizon.
    expect((await bench.sync()).planned).toEqual({ upserts: 0, removes: 0 })
    bench.clock.now += klaviyo.taintMs + 1_000
    expect((await bench.sync()).planned).toEqual({ upserts: 1, removes: 0 })
    expect((await bench.sync()).planned).toEqual({ upserts: 0, removes: 0 })
  })

  it('keeps a shared e-mail on the list while anybody with it stays', async () => {
    const [a, b] = [
      { id: 'a', email: 'home@example.com' },
      { id: 'b', email: 'home@example.com' },
    ]
    await bench.want([a, b, ...people(3)])
    await bench.sync()
    await bench.want([b, ...people(3)])
    const one = await bench.sync()
    expect(one.planned).toEqual({ upserts: 0, removes: 0 })
    expect(one.requests.write).toBe(0)
    expect(bench.vendor.members()).toContain('home@example.com')
    expect(await bench.states()).toContain('a:removed')

    await bench.want(people(3))
    await bench.sync()
    expect(bench.vendor.members()).toEqual(emails(3))
  })

  it('looks people up by e-mail, else by phone, else by our id, and removes them from this list only', async () => {
    await bench.want([
      { id: 'm', email: 'm@example.com', phone: '+15550100001' },
      { id: 'p', phone: '+15550100002' },
      { id: 'x', externalId: 'x-9' },
      { id: 'stays', email: 's@example.com' },
    ])
    await bench.sync()
    expect(bench.vendor.members()).toEqual(['+15550100002', 'm@example.com', 's@example.com', 'x-9'])
    await bench.want([{ id: 'stays', email: 's@example.com' }])
    const run = await bench.sync()
    expect(run.accepted.removes).toBe(3)
    expect(run.requests).toMatchObject({ write: 1, lookup: 5 })
    expect(bench.vendor.members()).toEqual(['s@example.com'])
  })

  it('tells NULL from empty text, and carries every script unharmed', async () => {
    const names = ['Zoë', 'שלום', '😀"quoted"\\', 'tab\tnewline\n', `${'x'.repeat(10_000)}`, null]
    await bench.want(
      names.map((name, i) => ({ id: `c${i}`, email: `c${i}@example.com`, name, days: i === 0 ? null : i })),
    )
    await bench.sync()
    const sent = JSON.parse(
      bench.vendor.seen.find(one => one.method === 'POST' && one.path.includes('bulk'))?.body ?? '{}',
    )
    const attributes = sent.data.attributes.profiles.data.map((one: { attributes: object }) => one.attributes)
    expect(attributes.map((one: { first_name?: string }) => one.first_name ?? null)).toEqual(names)
    expect(attributes[0].properties).toEqual({ days_since_order: null })
    expect(attributes[0]).not.toHaveProperty('phone_number')

    await bench.want(
      names.map((name, i) => ({ id: `c${i}`, email: `c${i}@example.com`, name: name ?? '', days: i === 0 ? null : i })),
    )
    expect((await bench.sync()).planned.upserts).toBe(1)
  })

  it('leaves out people who were suppressed, and takes them off first', async () => {
    await bench.want(people(5))
    await bench.sync()
    await bench.suppress('pk-c3@example.com')
    const run = await bench.sync()
    expect(run.card).toMatchObject({ complianceRemoves: 1, removes: 1, after: 4 })
    expect(bench.vendor.members()).toEqual(['c0@example.com', 'c1@example.com', 'c2@example.com', 'c4@example.com'])
  })

  it('drops people whose suppression arrives after planning', async () => {
    await bench.want(people(4))
    bench.control.before = what => {
      if (what === 'intend') bench.control.suppressedKeys.add('pk-c2@example.com')
    }
    const run = await bench.sync()
    expect(run).toMatchObject({ status: 'done', accepted: { upserts: 3 }, skipped: { upserts: 1 } })
    expect(bench.vendor.members()).toEqual(['c0@example.com', 'c1@example.com', 'c3@example.com'])
    expect(await bench.states()).not.toContain('c2:sent')
  })

  it('packs greedily by rows and bytes', async () => {
    const destination = {
      ...klaviyo,
      limits: { ...klaviyo.limits, upsert: { rows: 40, bytes: 6_000, itemBytes: 3_000 } },
    }
    const wanted = people(120).map((one, i) => ({ ...one, name: 'n'.repeat(i % 10 === 0 ? 1_000 : 3) }))
    await bench.want(wanted)
    const run = await bench.sync({}, { destination })
    const bodies = bench.vendor.seen.filter(one => one.path.endsWith('import-jobs')).map(one => one.body)
    expect(Math.max(...bodies.map(body => Buffer.byteLength(body)))).toBeLessThanOrEqual(6_000)
    expect(greedyCount(bodies, 40, 6_000)).toBe(run.requests.write)
    expect(run.accepted.upserts).toBe(120)
  })

  it('gives up a member that alone is too large, and says so', async () => {
    const destination = {
      ...klaviyo,
      limits: { ...klaviyo.limits, upsert: { rows: 40, bytes: 6_000, itemBytes: 500 } },
    }
    await bench.want(people(10).map((one, i) => ({ ...one, name: i === 4 ? 'n'.repeat(600) : 'ok' })))
    const run = await bench.sync({}, { destination })
    expect(run).toMatchObject({ status: 'partial', accepted: { upserts: 9 }, rejected: { upserts: 1 } })
    expect(await bench.states()).toContain('c4:rejected')
  })
})

/** Packs the members found in `bodies` again, in their order, by a loop of its own. */
function greedyCount(bodies: string[], rows: number, bytes: number): number {
  const members = bodies.flatMap(body =>
    JSON.parse(body).data.attributes.profiles.data.map((one: object) => JSON.stringify(one).length),
  )
  const around = JSON.stringify({ ...JSON.parse(bodies[0] ?? '{}'), x: 0 }).length // an upper bound is not wanted: recomputed below
  const empty = JSON.parse(bodies[0] ?? '{}')
  empty.data.attributes.profiles.data = []
  const overhead = JSON.stringify(empty).length
  expect(around).toBeGreaterThan(overhead)
  let batches = 0
  let inBatch = 0
  let size = 0
  for (const length of members) {
    if (inBatch === 0 || inBatch === rows || size + 1 + length > bytes) {
      batches++
      inBatch = 1
      size = overhead + length
    } else {
      inBatch++
      size += 1 + length
    }
  }
  return batches
}

describe('members that cannot be identified', () => {
  it('are counted, left out, and refused when they are many', async () => {
    await bench.want([...people(8), { id: 'nobody', externalId: null }, { id: 'empty', email: '', externalId: '' }])
    expect(await bench.sync()).toMatchObject({
      status: 'done',
      card: { after: 8, invalid: 2 },
      accepted: { upserts: 8 },
    })
    expect(bench.vendor.members()).toEqual(emails(8))
    await bench.want([...people(3), { id: 'nobody', externalId: null }, { id: 'empty', email: '', externalId: '' }])
    expect(await bench.sync()).toMatchObject({ status: 'refused', reason: { code: 'plan.invalid_identifiers' } })
  })
})

describe('a dry run', () => {
  it('shows the card, sends nothing and leaves nothing', async () => {
    await bench.want(people(3))
    const run = await bench.sync({ dryRun: true })
    expect(run).toMatchObject({ status: 'planned', card: { before: 0, after: 3, adds: 3 } })
    expect(bench.vendor.seen).toEqual([])
    const plans = await bench.rows(
      `select count(*) as n from information_schema.tables where table_name like 'plan\\_%' escape '\\'`,
      z.object({ n: z.number() }),
    )
    expect(plans).toEqual([{ n: 0 }])
  })
})

describe('brakes', () => {
  it('refuses an empty audience without a single request', async () => {
    await bench.want(people(3))
    await bench.sync()
    const before = bench.vendor.seen.length
    await bench.want([])
    const run = await bench.sync()
    expect(run).toMatchObject({ status: 'refused', reason: { code: 'plan.empty_audience' } })
    expect(bench.vendor.seen.length).toBe(before)
    expect(bench.vendor.members()).toEqual(emails(3))
  })

  it('asks for approval of many removals, and takes it only for that plan', async () => {
    await bench.want(people(200))
    await bench.sync()
    await bench.want(people(150))
    const held = await bench.sync()
    expect(held).toMatchObject({ status: 'awaiting_approval', reason: { code: 'plan.too_many_removes' } })
    expect((await bench.sync({ approve: 'another' })).status).toBe('awaiting_approval')
    expect(bench.vendor.members()).toHaveLength(200)
    const run = await bench.sync({ approve: held.planHash ?? '' })
    expect(run).toMatchObject({ status: 'done', accepted: { removes: 50 } })
    expect(bench.vendor.members()).toEqual(emails(150))
  })

  it('lets compliance removals flow though the rest is held, and keeps the hash', async () => {
    await bench.want(people(200))
    await bench.sync()
    await bench.want(people(150))
    const held = await bench.sync()
    await bench.suppress('pk-c199@example.com')
    const run = await bench.sync()
    expect(run).toMatchObject({ status: 'awaiting_approval', accepted: { upserts: 0, removes: 1 } })
    expect(bench.vendor.members()).toHaveLength(199)
    expect(run.planHash).not.toBe(held.planHash)
    expect((await bench.sync({ approve: run.planHash ?? '' })).status).toBe('done')
    expect(bench.vendor.members()).toEqual(emails(150))
  })

  it('refuses a customer who stands twice', async () => {
    await bench.want([...people(3), ...people(1)])
    expect(await bench.sync()).toMatchObject({ status: 'refused', reason: { code: 'plan.duplicate_customers' } })
    expect(bench.vendor.seen).toEqual([])
  })

  it('asks before filling a list with people on it that it did not make', async () => {
    await bench.want(people(2))
    await bench.sync()
    await bench.want(people(2, 5))
    const other = { syncId: 'syn_2' }
    const held = await bench.sync({}, other)
    expect(held).toMatchObject({ status: 'awaiting_approval', reason: { code: 'plan.foreign_list' } })
    expect((await bench.sync({ approve: held.planHash ?? '' }, other)).status).toBe('done')
  })

  it('is blocked when the list was removed at the platform, and never makes another', async () => {
    await bench.want(people(2))
    await bench.sync()
    bench.vendor.lists.clear()
    await bench.want(people(3))
    expect(await bench.sync()).toMatchObject({ status: 'blocked', reason: { code: 'destination.list_gone' } })
    expect(bench.vendor.lists.size).toBe(0)
  })
})
