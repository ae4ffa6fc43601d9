import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Bench, people, startBench } from './testing/fixture.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.close())

it('puts the first audience on a list that it creates once', async () => {
  await bench.want(people(3))
  const run = await bench.sync()
  expect(run).toMatchObject({
    status: 'done',
    planned: { upserts: 3, removes: 0 },
    accepted: { upserts: 3, removes: 0 },
  })
  expect(run.requests).toMatchObject({ write: 1, setup: 1 })
  expect(bench.vendor.members()).toEqual(['c0@example.com', 'c1@example.com', 'c2@example.com'])
  expect(await bench.states()).toEqual(['c0:sent', 'c1:sent', 'c2:sent'])
})

it('sends nothing when nothing changed', async () => {
  await bench.want(people(3))
  await bench.sync()
  const before = bench.vendor.seen.length
  const run = await bench.sync()
  expect(run.status).toBe('done')
  expect(bench.vendor.seen.length).toBe(before)
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
  expect(bench.vendor.members()).toEqual([...people(10, 1)].map(one => `${one.email}`).sort())
})
