import { difference } from './difference.ts'
import { newcombe } from './newcombe.ts'
import { relativeLift } from './relative.ts'
import { proportionOf, type Sample, sampleOf } from './sample.ts'
import { type SampleRatio, sampleRatio } from './sample-ratio.ts'
import { judge, type Verdict } from './verdict.ts'

/** What one arm did, as sums over its customers through one day; money in the brand's currency. */
export interface ArmSums {
  arm: string
  customers: number
  /** Customers with at least one order. */
  converters: number
  orders: number
  /** Σ orders², null where the mart has none: orders then have no interval. */
  ordersSq: number | null
  revenue: number
  revenueSq: number
  /** Null when the brand has neither product costs nor a gross margin share. */
  margin: number | null
  marginSq: number | null
}

/** What a campaign is judged on. */
export type Outcome = 'conversion' | 'revenue' | 'margin'

/** How to read the sums. */
export interface ReadoutOptions {
  /** The campaign's label: begins the sentence. */
  label: string
  /** The arm that got nothing. */
  control: string
  /** Planned share of the population in control, 0..1. */
  holdoutShare: number
  outcome: Outcome
  /** Complete days since assignment that the sums hold (1 = the first day alone). */
  daysRead: number
  windowDays: number
  /** ISO 4217. */
  currency: string
  /** BCP 47, of the brand. */
  locale: string
  /** Coverage of every interval; 0.95. */
  level?: number
}

/** One metric per customer: control, treatment, and the difference with Welch's interval. A null end comes with a `reason`. */
export interface MetricReadout {
  control: number
  treatment: number
  lift: number
  low: number | null
  high: number | null
  relativeLift: number | null
  relativeLow: number | null
  relativeHigh: number | null
  reason: string | null
}

/** A total that the campaign caused: lift × treated customers, with the interval's ends. */
export interface Incremental {
  value: number
  low: number | null
  high: number | null
}

/** The judged result of one campaign. */
export interface Readout {
  /** Everybody who was treated, all treatment arms together. */
  treated: ArmSums
  heldOut: ArmSums
  conversion: MetricReadout
  ordersPerCustomer: MetricReadout
  revenuePerCustomer: MetricReadout
  marginPerCustomer: MetricReadout | null
  incremental: { customers: Incremental; orders: Incremental; revenue: Incremental; margin: Incremental | null }
  /** Newcombe's interval of the conversion lift, the check where few convert; null with an empty arm. */
  conversionScore: { low: number; high: number } | null
  sampleRatio: SampleRatio
  verdict: Verdict
}

/** Judges a campaign from sums per arm, never from rows: intention to treat, all treatment arms against the holdout. Pure. */
export function readout(arms: readonly ArmSums[], o: ReadoutOptions): Readout {
  const level = o.level ?? 0.95
  const heldOut = total(
    o.control,
    arms.filter(a => a.arm === o.control),
  )
  const treated = total(
    'treatment',
    arms.filter(a => a.arm !== o.control),
  )
  const read = (of: (a: ArmSums) => Sample) => metric(of(heldOut), of(treated), level)

  const conversion = read(a => proportionOf(a.customers, a.converters))
  const ordersPerCustomer = orders(heldOut, treated, level)
  const revenuePerCustomer = read(a => sampleOf(a.customers, a.revenue, a.revenueSq))
  const hasMargin = [heldOut, treated].every(a => a.margin !== null && a.marginSq !== null)
  const marginPerCustomer = hasMargin ? read(a => sampleOf(a.customers, a.margin ?? 0, a.marginSq ?? 0)) : null

  const result = {
    treated,
    heldOut,
    conversion,
    ordersPerCustomer,
    revenuePerCustomer,
    marginPerCustomer,
    incremental: {
      customers: caused(conversion, treated.customers),
      orders: caused(ordersPerCustomer, treated.customers),
      revenue: caused(revenuePerCustomer, treated.customers),
      margin: marginPerCustomer && caused(marginPerCustomer, treated.customers),
    },
    conversionScore:
      heldOut.customers > 0 && treated.customers > 0
        ? newcombe(
            { yes: heldOut.converters, n: heldOut.customers },
            { yes: treated.converters, n: treated.customers },
            level,
          )
        : null,
    sampleRatio: sampleRatio(heldOut.customers, treated.customers, o.holdoutShare),
  }
  return { ...result, verdict: judge(result, o) }
}

function metric(control: Sample, treatment: Sample, level: number): MetricReadout {
  const d = difference(control, treatment, level)
  const r = relativeLift(control, treatment, level)
  return {
    control: control.mean,
    treatment: treatment.mean,
    lift: d.lift,
    low: d.low,
    high: d.high,
    relativeLift: r.relativeLift,
    relativeLow: r.low,
    relativeHigh: r.high,
    reason: d.low === null ? 'too_few' : r.reason,
  }
}

function orders(heldOut: ArmSums, treated: ArmSums, level: number): MetricReadout {
  const known = heldOut.ordersSq !== null && treated.ordersSq !== null
  const of = (a: ArmSums) => sampleOf(a.customers, a.orders, a.ordersSq ?? 0)
  const m = metric(of(heldOut), of(treated), level)
  return known ? m : { ...m, low: null, high: null, relativeLow: null, relativeHigh: null, reason: 'no_sum_of_squares' }
}

function caused(m: MetricReadout, treated: number): Incremental {
  const times = (x: number | null) => (x === null ? null : x * treated)
  return { value: m.lift * treated, low: times(m.low), high: times(m.high) }
}

function total(arm: string, list: readonly ArmSums[]): ArmSums {
  const sum = (of: (a: ArmSums) => number) => list.reduce((all, a) => all + of(a), 0)
  const maybe = (of: (a: ArmSums) => number | null) => (list.some(a => of(a) === null) ? null : sum(a => of(a) ?? 0))
  return {
    arm,
    customers: sum(a => a.customers),
    converters: sum(a => a.converters),
    orders: sum(a => a.orders),
    ordersSq: maybe(a => a.ordersSq),
    revenue: sum(a => a.revenue),
    revenueSq: sum(a => a.revenueSq),
    margin: maybe(a => a.margin),
    marginSq: maybe(a => a.marginSq),
  }
}
