import { describe, expect, it } from 'vitest'
import { type ArmSums, type ReadoutOptions, readout } from './readout.ts'

const options: ReadoutOptions = {
  label: 'Autumn win-back',
  control: 'holdout',
  holdoutShare: 0.3,
  outcome: 'conversion',
  daysRead: 28,
  windowDays: 28,
  currency: 'GBP',
  locale: 'en-GB',
}

/** Every converter orders once for 10.00 with 4.00 of margin. */
function arm(name: string, customers: number, converters: number, more: Partial<ArmSums> = {}): ArmSums {
  return {
    arm: name,
    customers,
    converters,
    orders: converters,
    ordersSq: converters,
    revenue: converters * 10,
    revenueSq: converters * 100,
    margin: converters * 4,
    marginSq: converters * 16,
    ...more,
  }
}

const winning = [arm('holdout', 300, 30), arm('treatment', 700, 140)]

describe('readout', () => {
  it('gives lift, interval and totals of a hand calculation', () => {
    // .1 against .2; se² = .09/300 + .16/700 = .000528571; df = 743.5, t(.975) = 1.96316; half = .0451339.
    const r = readout(winning, options)
    expect(r.conversion.lift).toBeCloseTo(0.1, 10)
    expect(r.conversion.low).toBeCloseTo(0.0548661, 5)
    expect(r.conversion.high).toBeCloseTo(0.1451339, 5)
    expect(r.conversion.relativeLift).toBeCloseTo(1, 10)
    // 700 × lift.
    expect(r.incremental.customers.value).toBeCloseTo(70, 8)
    expect(r.incremental.customers.low).toBeCloseTo(38.406, 2)
    expect(r.incremental.revenue.value).toBeCloseTo(700, 8)
    expect(r.incremental.margin?.value).toBeCloseTo(280, 8)
  })

  it('takes revenue per customer from Σy and Σy²', () => {
    // Treated: mean 2, variance (14,000 − 700 × 4)/699 = 16.02289; control: mean 1, (3,000 − 300)/299 = 9.03010.
    const r = readout(winning, options)
    expect(r.revenuePerCustomer).toMatchObject({ control: 1, treatment: 2, lift: 1 })
    // se² = 9.03010/300 + 16.02289/700 = .0529902; half at t = 1.96316 is .45191.
    expect(r.revenuePerCustomer.low).toBeCloseTo(1 - 0.45191, 3)
  })

  it('pools treatment arms against the holdout', () => {
    const pooled = readout([arm('holdout', 300, 30), arm('a', 300, 50), arm('b', 400, 90)], options)
    expect(pooled.treated).toMatchObject({ customers: 700, converters: 140, revenue: 1400 })
    expect(pooled.conversion).toEqual(readout(winning, options).conversion)
  })

  it('has no interval for orders when the mart has no sum of their squares, and says why', () => {
    const r = readout([arm('holdout', 300, 30, { ordersSq: null }), arm('treatment', 700, 140)], options)
    expect(r.ordersPerCustomer).toMatchObject({ lift: 0.1, low: null, high: null, reason: 'no_sum_of_squares' })
  })

  it('has no margin where the brand has none', () => {
    const r = readout(
      winning.map(a => ({ ...a, margin: null, marginSq: null })),
      options,
    )
    expect(r.marginPerCustomer).toBeNull()
    expect(r.incremental.margin).toBeNull()
    expect(r.verdict.sentence).toContain('£700 (95 % interval £384 to £1,020) revenue')
  })
})

describe('the verdict', () => {
  const sentence = (arms: ArmSums[], more: Partial<ReadoutOptions> = {}) =>
    readout(arms, { ...options, ...more }).verdict

  it('says what a win brought back', () => {
    // 700 × (.0548661, .1451339) = 38.4, 101.6; margin 4 each: sd scales, so the ends of margin are near 4 times those.
    expect(sentence(winning)).toEqual({
      kind: 'win',
      sentence:
        'Autumn win-back brought back 70 (95 % interval 38 to 102) more customers than doing nothing would have: £280 (95 % interval £153 to £407) margin.',
    })
  })

  it('says what a loss kept away', () => {
    const v = sentence([arm('holdout', 300, 60), arm('treatment', 700, 70)])
    expect(v.kind).toBe('loss')
    expect(v.sentence).toContain('kept away 70 (95 % interval')
  })

  it.each([
    [7, 'Too early to say: 170 orders so far, about 3 more weeks.'],
    [21, 'Too early to say: 170 orders so far, about 1 more week.'],
    [25, 'Too early to say: 170 orders so far, about 3 more days.'],
    [27, 'Too early to say: 170 orders so far, about 1 more day.'],
  ])('waits for the end of the window after %d days, however good it looks', (daysRead, text) => {
    expect(sentence(winning, { daysRead })).toEqual({ kind: 'too early to say', sentence: text })
  })

  it('sees no effect when enough people ordered and the interval holds zero', () => {
    const v = sentence([arm('holdout', 300, 45), arm('treatment', 700, 105)])
    expect(v.kind).toBe('no effect seen')
    // .15 both; se² = .1275/300 + .1275/700 = .000607143; df ≈ 566, t = 1.9642; 700 × .0483966 = 33.9.
    expect(v.sentence).toBe(
      'No effect seen: Autumn win-back changed the number of customers who ordered by somewhere between -34 and +34 (95 % interval).',
    )
  })

  it('does not call few orders an absence of effect', () => {
    const v = sentence([arm('holdout', 300, 1), arm('treatment', 700, 3)])
    expect(v).toEqual({
      kind: 'too early to say',
      sentence: 'Too early to say: 4 orders in the whole window are too few to judge. Reach more customers next time.',
    })
  })

  it('does not trust a holdout without orders to have no spread', () => {
    // Welch alone: lift .02, se .0081, low .0041 > 0. Newcombe: Wilson of 0/100 reaches .037, so low < 0.
    const r = readout([arm('holdout', 100, 0), arm('treatment', 300, 6)], { ...options, holdoutShare: 0.25 })
    expect(r.conversion.low).toBeGreaterThan(0)
    expect(r.conversionScore?.low).toBeLessThan(0)
    expect(r.verdict.kind).toBe('too early to say')
  })

  it('calls a win over a holdout without orders when the score interval agrees', () => {
    expect(sentence([arm('holdout', 300, 0), arm('treatment', 700, 140)]).kind).toBe('win')
  })

  it('refuses to read arms that do not hold their share', () => {
    const v = sentence([arm('holdout', 412, 30), arm('treatment', 588, 140)])
    expect(v.kind).toBe('unreadable')
    expect(v.sentence).toContain('412 of 1,000 customers are held out where 300 were planned')
  })

  it.each([[[]], [[arm('holdout', 10, 1)]], [[arm('treatment', 10, 1)]]])('says nothing without two arms', arms => {
    expect(sentence(arms, { holdoutShare: 1 }).sentence).toBe(
      'Too early to say: no complete day with customers in both arms yet.',
    )
  })

  it('judges revenue when that is the outcome', () => {
    expect(sentence(winning, { outcome: 'revenue' }).sentence).toMatch(
      /^Autumn win-back brought in £700 \(95 % interval £384 to £1,020\) more revenue than doing nothing would have\.$/,
    )
  })

  it('never says significant', () => {
    for (const outcome of ['conversion', 'revenue', 'margin'] as const)
      for (const treated of [0, 70, 140])
        expect(sentence([arm('holdout', 300, 30), arm('treatment', 700, treated)], { outcome }).sentence).not.toMatch(
          /signific/i,
        )
  })

  it('is never a win when an order is no likelier in treatment, in about 95 of 100 draws', () => {
    // 400 seeded draws of 300 against 700 at a rate of 10 %: wins are expected in 2.5 % = 10; 3 standard errors above is 19.4.
    let seed = 1
    const random = () => {
      seed = (seed * 48271) % 2147483647
      return seed / 2147483647
    }
    const draw = (n: number) =>
      Array.from({ length: n }, () => (random() < 0.1 ? 1 : 0)).reduce<number>((a, b) => a + b, 0)
    const wins = Array.from({ length: 400 }, () =>
      sentence([arm('holdout', 300, draw(300)), arm('treatment', 700, draw(700))]),
    )
    expect(wins.filter(v => v.kind === 'win').length).toBeLessThan(20)
  })
})
