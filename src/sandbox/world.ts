import { createHash } from 'node:crypto'

/** A treated person whom the sandbox platform really holds. */
export interface Delivered {
  customerId: string
  /** Brand-local day of the delivery, `YYYY-MM-DD`; the person can order from the next day on. */
  deliveredOn: string
  /** Amounts of the person's earlier orders in the brand's currency; an extra order repeats one of them. */
  pastOrderAmounts?: readonly number[]
}

/** How the made-up world answers; the same options and people always give the same orders. */
export interface WorldOptions {
  /** Any text: another seed, another world. */
  seed: string
  /** Share (0..1) of the delivered people who would not have bought and now do; 0 gives no orders at all. Default 0.15. */
  p?: number
  /** Length of the campaign's window in days; the day of the delivery is day 0. At least 2. */
  windowDays: number
  /** First brand-local day that is outside for everybody, `YYYY-MM-DD` (data date of the readout); nothing happens on or after it. */
  endsOn?: string
  /** Customers who really bought inside the window: the real data speaks for them, nothing is added. */
  bought: ReadonlySet<string>
  /** Amount in the brand's currency of an order of a person without a positive past order. */
  medianOrderAmount: number
}

/** One order that exists only because the campaign was delivered. */
export interface WorldOrder {
  customerId: string
  /** Brand-local wall clock without a zone, `YYYY-MM-DD HH:MM:SS`, between 08:00:00 and 19:59:59. */
  orderedAt: string
  /** In the brand's currency, rounded to cents. */
  amount: number
}

/**
 * Who answers the campaign with an order they would not have placed, when, and for how much. Pure; neither the order nor the company of rows matters,
 * since each person draws from their own sha256(`seed|customer_id`): bytes 0–5 decide whether (u < p), 6–9 the day (uniform over the window's days after the delivery), 10–13 the second,
 * 14–17 which past amount. Raising p only adds people. One order a person; a person given twice answers once. Sorted by customer id.
 */
export function worldOrders(delivered: Iterable<Delivered>, options: WorldOptions): WorldOrder[] {
  const p = options.p ?? 0.15
  if (!(p >= 0 && p <= 1)) throw new RangeError(`p is ${p}, but must be a share between 0 and 1`)
  if (!(options.windowDays >= 2)) throw new RangeError(`windowDays is ${options.windowDays}, but must be 2 or more`)

  const orders = new Map<string, WorldOrder>()
  for (const person of delivered) {
    if (options.bought.has(person.customerId) || orders.has(person.customerId)) continue
    const digest = createHash('sha256').update(`${options.seed}|${person.customerId}`).digest()
    if (digest.readUIntBE(0, 6) / 2 ** 48 >= p) continue

    const days = daysOpen(person.deliveredOn, options)
    if (days < 1) continue
    const day = addDays(person.deliveredOn, 1 + pick(digest, 6, days))
    const second = 8 * 3600 + pick(digest, 10, 12 * 3600)
    orders.set(person.customerId, {
      customerId: person.customerId,
      orderedAt: `${day} ${new Date(second * 1000).toISOString().slice(11, 19)}`,
      amount: amountOf(person, digest, options.medianOrderAmount),
    })
  }
  return [...orders.values()].sort((a, b) => (a.customerId < b.customerId ? -1 : 1))
}

function amountOf(person: Delivered, digest: Buffer, median: number): number {
  const past = (person.pastOrderAmounts ?? []).filter(amount => amount > 0).sort((a, b) => a - b)
  const amount = past.length === 0 ? median : (past[pick(digest, 14, past.length)] ?? median)
  return Math.round(amount * 100) / 100
}

/** Days after the delivery that are still inside the window. */
function daysOpen(deliveredOn: string, options: WorldOptions): number {
  const inWindow = options.windowDays - 1
  if (options.endsOn === undefined) return inWindow
  const untilEnd = (Date.parse(options.endsOn) - Date.parse(deliveredOn)) / 86_400_000 - 1
  return Math.min(inWindow, untilEnd)
}

function pick(digest: Buffer, offset: number, choices: number): number {
  return Math.floor((digest.readUInt32BE(offset) / 2 ** 32) * choices)
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)
}
