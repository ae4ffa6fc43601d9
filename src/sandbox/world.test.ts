import { describe, expect, it } from 'vitest'
import { type Delivered, type WorldOptions, worldOrders } from './world.ts'

const crowd = (count: number): Delivered[] =>
  Array.from({ length: count }, (_, i) => ({
    customerId: `cust_${i}`,
    deliveredOn: '2026-10-23',
    pastOrderAmounts: [10, 20.005, -5],
  }))
const options: WorldOptions = { seed: 'demo', windowDays: 28, bought: new Set(), medianOrderAmount: 99.5 }
const ids = (people: Delivered[], more: Partial<WorldOptions>) =>
  worldOrders(people, { ...options, ...more }).map(order => order.customerId)

describe('the demo’s world', () => {
  it('follows from sha256(seed|customer_id), computed here by Python’s hashlib', () => {
    // printf 'demo|cust_4' | sha256sum → 0bc10d6b01dd…; 0x0bc1 / 0x10000 = 0.046, cust_42 → 1406…: 0.078, cust_1 → 580d…: 0.344, cust_2 → a65e…: 0.650, cust_0 → b95c…: 0.724
    const people = crowd(50).filter(person =>
      ['cust_0', 'cust_1', 'cust_2', 'cust_4', 'cust_42'].includes(person.customerId),
    )
    expect(ids(people, { p: 0.07 })).toEqual(['cust_4'])
    expect(ids(people, { p: 0.08 })).toEqual(['cust_4', 'cust_42'])
    expect(ids(people, { p: 0.65 })).toEqual(['cust_1', 'cust_2', 'cust_4', 'cust_42'])
    const [order] = worldOrders(people, { ...options, p: 0.07 })
    expect(order).toEqual({ customerId: 'cust_4', orderedAt: '2026-11-04 10:35:02', amount: 20.01 })
  })

  it('lets nobody answer at p = 0 and everybody at p = 1', () => {
    expect(ids(crowd(500), { p: 0 })).toEqual([])
    expect(ids(crowd(500), { p: 1 })).toHaveLength(500)
  })

  it('lets a share of p answer', () => {
    const answers = ids(crowd(10_000), {}).length
    expect(answers).toBeGreaterThan(1_321) // 10,000 draws at 0.15: 1,500, 5 standard deviations of 35.7 are 179
    expect(answers).toBeLessThan(1_679)
  })

  it('says the same whatever the order and the company of the people, and whoever is given twice answers once', () => {
    const people = crowd(300)
    const orders = worldOrders(people, options)
    expect(worldOrders([...people].reverse(), options)).toEqual(orders)
    expect(worldOrders([...people, ...people], options)).toEqual(orders)
    const few = people.filter((_, i) => i % 7 === 0)
    const names = new Set(few.map(person => person.customerId))
    expect(worldOrders(few, options)).toEqual(orders.filter(order => names.has(order.customerId)))
  })

  it('only gains people when p rises, and is another world under another seed', () => {
    const some = new Set(ids(crowd(1_000), { p: 0.1 }))
    const more = new Set(ids(crowd(1_000), { p: 0.3 }))
    expect([...some].filter(id => !more.has(id))).toEqual([])
    expect(ids(crowd(1_000), { p: 0.1, seed: 'other' })).not.toEqual([...some])
  })

  it('adds nothing for those who really bought', () => {
    const bought = new Set(crowd(250).map(person => person.customerId))
    expect(ids(crowd(500), { p: 1, bought })).toHaveLength(250)
    expect(ids(crowd(500), { p: 1, bought }).filter(id => bought.has(id))).toEqual([])
  })

  it('puts orders on days 1 to 27 of a window of 28, between 8 and 20 o’clock, and uses every day', () => {
    const times = worldOrders(crowd(5_000), { ...options, p: 1 }).map(order => order.orderedAt)
    const days = [...new Set(times.map(time => time.slice(0, 10)))].sort()
    expect([days.length, days[0], days.at(-1)]).toEqual([27, '2026-10-24', '2026-11-19'])
    expect(times.every(time => /^\d{4}-\d\d-\d\d (0[89]|1\d):[0-5]\d:[0-5]\d$/.test(time))).toBe(true)
  })

  it('keeps to the end given, and is silent for whoever was delivered too late', () => {
    const late = worldOrders(crowd(500), { ...options, p: 1, endsOn: '2026-10-26' })
    expect([...new Set(late.map(order => order.orderedAt.slice(0, 10)))].sort()).toEqual(['2026-10-24', '2026-10-25'])
    expect(ids(crowd(500), { p: 1, endsOn: '2026-10-24' })).toEqual([])
  })

  it('takes the amount from the person’s own past orders, in cents, and the median for whoever has none', () => {
    const amounts = worldOrders(crowd(500), { ...options, p: 1 }).map(order => order.amount)
    expect([...new Set(amounts)].sort()).toEqual([10, 20.01])
    const [stranger] = worldOrders([{ customerId: 'x', deliveredOn: '2026-10-23', pastOrderAmounts: [-3] }], {
      ...options,
      p: 1,
    })
    expect(stranger?.amount).toBe(99.5)
  })

  it.each([-0.1, 1.1, Number.NaN])('refuses %d as a share', p => {
    expect(() => worldOrders([], { ...options, p })).toThrow(/must be a share/)
  })
})
