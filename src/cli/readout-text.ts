import type { CampaignResults } from '../campaigns/results.ts'
import type { MetricReadout } from '../experiments/readout.ts'
import type { Output } from './output.ts'

/** The sentence first, then the intervals, then the arms with their n. Estimates have 3 significant digits. */
export function printReadout(out: Output, r: CampaignResults): void {
  const { readout } = r
  const paint =
    { win: out.green, loss: out.red, unreadable: out.amber }[readout.verdict.kind as 'win'] ?? ((text: string) => text)
  out.line(out.bold(paint(readout.verdict.sentence)))
  if (readout.verdict.kind === 'unreadable')
    out.line('Check who may have changed assignments or imports; the numbers below are not evidence.')
  if (r.arms.length === 0) return
  out.line()
  const points = (x: number | null) => (x === null ? null : `${three(r, x * 100)} pts`)
  const cash = (x: number | null) => (x === null ? null : money(r, x))
  out.table(
    ['per customer', 'held out', 'treated', 'lift', '95 % interval', 'relative'],
    [
      line('conversion', readout.conversion, x => `${three(r, x * 100)} %`, points),
      line('revenue', readout.revenuePerCustomer, x => money(r, x), cash),
      ...(readout.marginPerCustomer === null
        ? []
        : [line('margin', readout.marginPerCustomer, x => money(r, x), cash)]),
    ],
  )
  out.line()
  out.table(
    ['arm', 'customers', 'ordered', 'orders', 'revenue', 'margin'],
    r.arms.map(arm => [
      arm.arm,
      arm.customers,
      arm.converters,
      arm.orders,
      money(r, arm.revenue),
      arm.margin === null ? null : money(r, arm.margin),
    ]),
  )
  const { p, ok } = readout.sampleRatio
  out.line()
  out.note(
    `Day ${r.daysRead} of ${r.campaign.windowDays} since assignment on ${r.campaign.launchedOn}, events before ${r.asOf}. Intention to treat; Welch's interval.`,
  )
  if (r.marginSource !== null) out.note(`Margin from ${r.marginSource}.`)
  out.note(
    `Arms ${ok ? 'hold' : 'do not hold'} their planned sizes${p === null ? '' : ` (check value ${p.toPrecision(2)}, refused below 0.001)`}.`,
  )
}

function line(
  name: string,
  m: MetricReadout,
  value: (x: number) => string,
  difference: (x: number | null) => string | null,
) {
  const interval = m.low === null || m.high === null ? null : `${difference(m.low)} to ${difference(m.high)}`
  const relative = m.relativeLift === null ? null : `${(m.relativeLift * 100).toFixed(0)} %`
  return [name, value(m.control), value(m.treatment), difference(m.lift), interval, relative]
}

const three = (r: CampaignResults, x: number) => x.toLocaleString(r.locale, { maximumSignificantDigits: 3 })
const money = (r: CampaignResults, x: number) =>
  x.toLocaleString(r.locale, { style: 'currency', currency: r.currency, maximumSignificantDigits: 3 })
