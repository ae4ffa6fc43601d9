import type { Incremental, MetricReadout, Readout, ReadoutOptions } from './readout.ts'

/** The judgement in the words of ui.md, and the sentence a marketer can act on. */
export interface Verdict {
  kind: 'win' | 'loss' | 'no effect seen' | 'too early to say' | 'unreadable'
  sentence: string
}

/**
 * Below this many converters in an arm Welch's interval of a rate is too narrow, so a win or a loss also needs Newcombe's score
 * interval on the same side of zero. @see Brown, Cai, DasGupta, Statistical Science 16 (2001): n·min(p, q) ≥ 10
 */
const fewConverters = 10

/** Below this many converters in all, a window that ends around zero shows how little was tried, not that nothing works. */
const enoughConverters = 20

/**
 * Judges only what the plan promised to judge: the chosen outcome, once the window is over. An interval of 95 % is right for one
 * look; reading it daily and stopping at the first good day would call a win far too often, so before the window ends it is too early.
 */
export function judge(r: Omit<Readout, 'verdict'>, o: ReadoutOptions): Verdict {
  const number = (x: number) => x.toLocaleString(o.locale)
  if (!r.sampleRatio.ok) {
    const all = r.heldOut.customers + r.treated.customers
    const planned = Math.round(all * o.holdoutShare)
    const sentence = `Do not read this result: ${number(r.heldOut.customers)} of ${number(all)} customers are held out where ${number(planned)} were planned, so something other than the draw decided who is in which arm.`
    return { kind: 'unreadable', sentence }
  }
  if (r.heldOut.customers === 0 || r.treated.customers === 0 || o.daysRead < 1)
    return { kind: 'too early to say', sentence: 'Too early to say: no complete day with customers in both arms yet.' }

  const orders = r.heldOut.orders + r.treated.orders
  const so = `${number(orders)} ${orders === 1 ? 'order' : 'orders'}`
  if (o.daysRead < o.windowDays) {
    const sentence = `Too early to say: ${so} so far, about ${left(o.windowDays - o.daysRead)}.`
    return { kind: 'too early to say', sentence }
  }

  const metric = outcomeMetric(r, o)
  const side = metric === null ? 0 : sideOfZero(metric, r)
  if (side > 0) return { kind: 'win', sentence: `${o.label} ${won(r, o)}` }
  if (side < 0) return { kind: 'loss', sentence: `${o.label} ${lost(r, o)}` }
  if (metric === null || metric.low === null || r.heldOut.converters + r.treated.converters < enoughConverters) {
    const sentence = `Too early to say: ${so} in the whole window are too few to judge. Reach more customers next time.`
    return { kind: 'too early to say', sentence }
  }
  return { kind: 'no effect seen', sentence: `No effect seen: ${o.label} changed ${between(r, o)}.` }
}

/** Treatment above control (1), below (−1), or not to be told (0). */
function sideOfZero(m: MetricReadout, r: Omit<Readout, 'verdict'>): number {
  const side = (low: number | null, high: number | null) => ((low ?? 0) > 0 ? 1 : (high ?? 0) < 0 ? -1 : 0)
  const welch = side(m.low, m.high)
  const few = Math.min(r.heldOut.converters, r.treated.converters) < fewConverters
  const score = r.conversionScore === null ? 0 : side(r.conversionScore.low, r.conversionScore.high)
  return few && score !== welch ? 0 : welch
}

function outcomeMetric(r: Omit<Readout, 'verdict'>, o: ReadoutOptions): MetricReadout | null {
  if (o.outcome === 'revenue') return r.revenuePerCustomer
  return o.outcome === 'margin' ? r.marginPerCustomer : r.conversion
}

function won(r: Omit<Readout, 'verdict'>, o: ReadoutOptions): string {
  if (o.outcome !== 'conversion')
    return `brought in ${money(o, outcomeTotal(r, o))} more ${o.outcome} than doing nothing would have.`
  const m = r.incremental.margin
  const worth = m === null ? `${money(o, r.incremental.revenue)} revenue` : `${money(o, m)} margin`
  return `brought back ${people(o, r.incremental.customers)} more customers than doing nothing would have: ${worth}.`
}

function lost(r: Omit<Readout, 'verdict'>, o: ReadoutOptions): string {
  if (o.outcome === 'conversion')
    return `kept away ${people(o, negated(r.incremental.customers))} customers who would have ordered if left alone.`
  return `cost ${money(o, negated(outcomeTotal(r, o)))} of ${o.outcome} that doing nothing would have brought.`
}

function between(r: Omit<Readout, 'verdict'>, o: ReadoutOptions): string {
  const conversion = o.outcome === 'conversion'
  const t = conversion ? r.incremental.customers : outcomeTotal(r, o)
  const show = conversion ? (x: number) => three(o, Math.round(x)) : (x: number) => cash(o, x)
  const what = conversion ? 'the number of customers who ordered' : o.outcome
  return `${what} by somewhere between ${show(t.low ?? 0)} and +${show(t.high ?? 0)} (95 % interval)`
}

function outcomeTotal(r: Omit<Readout, 'verdict'>, o: ReadoutOptions): Incremental {
  return o.outcome === 'margin' && r.incremental.margin !== null ? r.incremental.margin : r.incremental.revenue
}

function negated(t: Incremental): Incremental {
  return { value: -t.value, low: t.high === null ? null : -t.high, high: t.low === null ? null : -t.low }
}

function people(o: ReadoutOptions, t: Incremental): string {
  const n = (x: number | null) => three(o, Math.round(x ?? 0))
  return `${n(t.value)} (95 % interval ${n(t.low)} to ${n(t.high)})`
}

function money(o: ReadoutOptions, t: Incremental): string {
  return `${cash(o, t.value)} (95 % interval ${cash(o, t.low ?? 0)} to ${cash(o, t.high ?? 0)})`
}

/** Never more than 3 significant digits for estimates (ui.md, Words). */
function three(o: ReadoutOptions, x: number): string {
  return (x === 0 ? 0 : x).toLocaleString(o.locale, { maximumSignificantDigits: 3 })
}

function cash(o: ReadoutOptions, x: number): string {
  return x.toLocaleString(o.locale, { style: 'currency', currency: o.currency, maximumSignificantDigits: 3 })
}

function left(days: number): string {
  if (days < 7) return `${days} more ${days === 1 ? 'day' : 'days'}`
  const weeks = Math.round(days / 7)
  return `${weeks} more ${weeks === 1 ? 'week' : 'weeks'}`
}
