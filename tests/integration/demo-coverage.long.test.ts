import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CAMPAIGN_END, CAMPAIGN_START, WINDOW_DAYS } from '../../src/demo/calendar.ts'
import { WORLD_SEED } from '../../src/demo/respond.ts'
import { type DemoResult, runDemo } from '../../src/demo/story.ts'
import { readout } from '../../src/experiments/readout.ts'
import { worldOrders } from '../../src/sandbox/world.ts'
import { openDuckDb, raw } from '../../sync/index.ts'

// One demo in which the campaign does nothing gives the population and who ordered by themselves. Which arm another salt would have drawn, and
// whom the world would have moved, follows from the published rules, so 200 campaigns are judged without building the warehouse 200 times.

const SALTS = 200
const root = mkdtempSync(join(tmpdir(), 'winback-coverage-'))
const dir = join(root, 'shop')
let nothing: DemoResult
let people: { id: string; ordered: boolean }[]
/** Per salt, the ids held out. */
let heldOut: Map<string, Set<string>>

beforeAll(async () => {
  const out = { line: () => {}, note: () => {}, progress: () => ({ update: () => {}, end: () => {} }) }
  const signal = new AbortController().signal
  nothing = await runDemo(dir, { p: 0, salt: 'demo' }, { fresh: false, now: new Date(), signal, out })

  const state = join(dir, '.winback')
  const duck = await openDuckDb({
    main: { path: join(state, 'warehouse.duckdb'), as: 'warehouse', readOnly: true },
    attach: [{ path: join(state, 'ledger.duckdb'), as: 'ledger', readOnly: true }],
  })
  const call = { tag: { runId: 'test', purpose: 'test' } }
  people = await duck.query(
    raw(`select assigned.customer_id as id, count(orders.order_id) > 0 as ordered
      from ledger.winback_sync.assignments as assigned
      left join warehouse.winback.orders as orders on orders.customer_id = assigned.customer_id and orders.is_purchase
        and orders.ordered_on >= date '${CAMPAIGN_START}' and orders.ordered_on < date '${CAMPAIGN_END}'
      group by 1 order by 1`),
    z.object({ id: z.string(), ordered: z.boolean() }),
    call,
  )
  const drawn = await duck.query(
    raw(`select 'coverage-' || n as salt, string_agg(customer_id, ' ') as ids
      from ledger.winback_sync.assignments, range(${SALTS}) as salts(n)
      where cast(concat('0x', left(sha256('holdout:v1:coverage-' || n || '|' || customer_id), 8)) as bigint) % 10000 < 3000
      group by 1`),
    z.object({ salt: z.string(), ids: z.string() }),
    call,
  )
  heldOut = new Map(drawn.map(({ salt, ids }) => [salt, new Set(ids.split(' '))]))
  await duck.close()
}, 600_000)
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The campaign of one salt, judged, and the realised truth: caused orders ÷ treated people. */
function judge(salt: string, p: number) {
  const held = heldOut.get(salt) ?? new Set()
  const treated = people.filter(person => !held.has(person.id))
  const bought = new Set(people.filter(person => person.ordered).map(person => person.id))
  const delivered = treated.map(({ id }) => ({ customerId: id, deliveredOn: CAMPAIGN_START }))
  const world = { seed: WORLD_SEED, p, windowDays: WINDOW_DAYS, endsOn: CAMPAIGN_END, bought, medianOrderAmount: 1 }
  const moved = new Set(worldOrders(delivered, world).map(order => order.customerId))
  const sums = (arm: string, of: typeof people) => {
    const converters = of.filter(({ id }) => bought.has(id) || moved.has(id)).length
    const money = { revenue: 0, revenueSq: 0, margin: null, marginSq: null }
    return { arm, customers: of.length, converters, orders: converters, ordersSq: converters, ...money }
  }
  const arms = [
    sums(
      'holdout',
      people.filter(({ id }) => held.has(id)),
    ),
    sums('treatment', treated),
  ]
  const read = readout(arms, {
    label: 'Autumn win-back',
    control: 'holdout',
    holdoutShare: 0.3,
    outcome: 'conversion',
    daysRead: WINDOW_DAYS,
    windowDays: WINDOW_DAYS,
    currency: 'GBP',
    locale: 'en-GB',
  })
  return { read, truth: moved.size / treated.length }
}

const shareCovered = (p: number) => {
  const covered = [...heldOut.keys()].filter(salt => {
    const { read, truth } = judge(salt, p)
    return (read.conversion.low ?? 1) <= truth && truth <= (read.conversion.high ?? -1)
  })
  return covered.length / SALTS
}

describe('the demo over 200 salts', () => {
  it('has the truth within its 95 % interval in 92 to 98 % of them', () => {
    expect(heldOut.size).toBe(SALTS)
    const share = shareCovered(0.15)
    console.log(`p = 0.15: the interval holds the truth in ${(share * 100).toFixed(1)} % of ${SALTS} salts`)
    expect(share).toBeGreaterThanOrEqual(0.92)
    expect(share).toBeLessThanOrEqual(0.98)
  })

  it('has zero within it as often when the campaign does nothing, so a win is called in few', () => {
    const share = shareCovered(0)
    const wins = [...heldOut.keys()].filter(salt => judge(salt, 0).read.verdict.kind === 'win').length
    console.log(
      `p = 0: the interval holds zero in ${(share * 100).toFixed(1)} %, a win is called in ${wins} of ${SALTS}`,
    )
    expect(share).toBeGreaterThanOrEqual(0.92)
    expect(share).toBeLessThanOrEqual(0.98)
    // Half of the misses, 2.5 % of 200 = 5, lie above zero; 12 is three standard deviations (2.2) more.
    expect(wins).toBeLessThanOrEqual(12)
  })

  it('sees the effect in all of them: about 1,000 treated can show 6.5 points, and there are 12', () => {
    const wins = [...heldOut.keys()].filter(salt => judge(salt, 0.15).read.verdict.kind === 'win').length
    // Power of a two-sided 5 % test at z = 0.12 / 0.023 is above 99.9 %.
    expect(wins).toBeGreaterThanOrEqual(SALTS - 2)
  })

  it('as shipped calls no win when the campaign does nothing', () => {
    expect(nothing.truth.caused).toBe(0)
    expect(['no effect seen', 'too early to say']).toContain(nothing.readout.verdict.kind)
  })
})
