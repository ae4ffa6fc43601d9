import type { Incremental, MetricReadout } from '../experiments/readout.ts'
import type { CampaignResults } from './results.ts'

/** The `campaign results` document of cli.md: money as plain numbers with 4 decimals, shares 0..1, `null` with a reason where not computable. */
export function resultsDocument(r: CampaignResults) {
  const { readout } = r
  const { customers, orders, revenue, margin } = readout.incremental
  return {
    campaign: r.campaign.slug,
    brand: r.campaign.brand,
    asOf: r.asOf,
    launchedOn: r.campaign.launchedOn,
    daysRead: r.daysRead,
    windowDays: r.campaign.windowDays,
    outcome: r.campaign.outcome,
    currency: r.currency,
    arms: r.arms.map(arm => ({
      arm: arm.arm,
      customers: arm.customers,
      converters: arm.converters,
      orders: arm.orders,
      revenue: four(arm.revenue),
      margin: arm.margin === null ? null : four(arm.margin),
    })),
    conversion: metric(readout.conversion, x => x),
    ordersPerCustomer: metric(readout.ordersPerCustomer, x => x),
    revenuePerCustomer: metric(readout.revenuePerCustomer, four),
    marginPerCustomer: readout.marginPerCustomer && metric(readout.marginPerCustomer, four),
    incremental: {
      customers: customers.value,
      orders: orders.value,
      revenue: four(revenue.value),
      margin: margin === null ? null : four(margin.value),
      intervals: {
        customers: ends(customers),
        orders: ends(orders),
        revenue: ends(revenue),
        margin: margin === null ? null : ends(margin),
      },
    },
    marginSource: r.marginSource,
    sampleRatio: readout.sampleRatio,
    interval: { method: 'welch', level: 0.95 },
    verdict: readout.verdict.kind,
    sentence: readout.verdict.sentence,
  }
}

function metric(m: MetricReadout, round: (x: number) => number) {
  const maybe = (x: number | null) => (x === null ? null : round(x))
  return {
    control: round(m.control),
    treatment: round(m.treatment),
    lift: round(m.lift),
    low: maybe(m.low),
    high: maybe(m.high),
    relativeLift: m.relativeLift,
    relativeLow: m.relativeLow,
    relativeHigh: m.relativeHigh,
    reason: m.reason,
  }
}

const ends = (t: Incremental) => ({
  low: t.low === null ? null : four(t.low),
  high: t.high === null ? null : four(t.high),
})
const four = (x: number) => Math.round(x * 10_000) / 10_000
