import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import type { Destination, Member } from '../../sync/destinations/destination.ts'
import { klaviyo } from '../../sync/destinations/klaviyo/index.ts'
import { raw } from '../../sync/index.ts'
import { type Bench, startBench } from '../support/engine/fixture.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.close())

/** A platform in memory that takes bodies; keeps e-mail → segment. */
function memoryPlatform(): { destination: Destination; list: Map<string, string> } {
  const list = new Map<string, string>()
  const destination: Destination = {
    ...klaviyo,
    check: async () => ({ account: 'A' }),
    findList: async () => ({ listId: 'L' }),
    isListEmpty: async () => true,
    upsert: async (_call, _listId, batch) => {
      if (!('body' in batch)) throw new Error('a body was expected')
      const { data } = JSON.parse(Buffer.from(batch.body).toString())
      for (const { attributes } of data.attributes.profiles.data)
        list.set(attributes.email, attributes.properties.segment)
      return { rejections: [], receipt: null }
    },
    remove: async (_call, _listId, members: readonly Member[]) => {
      for (const member of members) list.delete(member.identity.email ?? '')
      return { rejections: [], receipt: null }
    },
  }
  return { destination, list }
}

it('plans the same from a first run, a long tail and a compacted base', async () => {
  const { destination, list } = memoryPlatform()
  const fields = [{ name: 'segment', type: 'VARCHAR' }]
  const guard = { ...bench.spec().guard, minKnown: 1e9, maxRemoves: 1e9 }
  // Customers from..to; every third one carries the round from which it last changed.
  const sync = (from: number, to: number, segment: string) =>
    bench.sync(
      {},
      {
        destination,
        fields,
        guard,
        desired:
          raw(`select 'c' || i as customer_id, 'pk' || i as person_key, 'c' || i || '@example.com' as email, null as phone,
        'c' || i as external_id, null as other, ${segment} as segment from range(${from}, ${to}) t(i)`),
      },
    )
  const base = () => bench.rows('select count(*) as n from ledger.s_sync.ledger_base', z.object({ n: z.number() }))

  expect((await sync(0, 120_000, `'a'`)).planned).toEqual({ upserts: 120_000, removes: 0 })
  expect((await sync(0, 120_000, `case when i % 2 = 0 then 'b' else 'a' end`)).planned).toEqual({
    upserts: 60_000,
    removes: 0,
  })
  expect((await sync(10_000, 130_000, `case when i % 2 = 0 then 'c' else 'a' end`)).planned).toEqual({
    upserts: 65_000,
    removes: 10_000,
  })
  expect(await base()).toEqual([{ n: 0 }])
  // The tail holds 60,000 + 75,000 events by now: this run compacts before it plans, and finds nothing to do.
  expect((await sync(10_000, 130_000, `case when i % 2 = 0 then 'c' else 'a' end`)).planned).toEqual({
    upserts: 0,
    removes: 0,
  })
  expect(await base()).toEqual([{ n: 120_000 }])
  expect((await sync(10_001, 130_001, `case when i % 2 = 0 then 'c' else 'a' end`)).planned).toEqual({
    upserts: 1,
    removes: 1,
  })

  expect(list.size).toBe(120_000)
  expect([...list].every(([email, segment]) => segment === (Number(email.slice(1, -12)) % 2 === 0 ? 'c' : 'a'))).toBe(
    true,
  )
})
