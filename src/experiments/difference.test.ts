import { describe, expect, it } from 'vitest'
import { difference } from './difference.ts'
import { relativeLift } from './relative.ts'
import { proportionOf, sampleOf } from './sample.ts'

// GrowthBook's own test suite, quoted in science.md §1.14 to 5 decimals.
const a = sampleOf(3407, 1396.87, 52377.9767)
const b = sampleOf(3461, 2422.7, 134698.29)

describe('difference', () => {
  it('gives the absolute lift and interval of GrowthBook', () => {
    const d = difference(a, b)
    expect(d.lift).toBeCloseTo(0.29, 5)
    expect(d.low).toBeCloseTo(0.04538, 5)
    expect(d.high).toBeCloseTo(0.53462, 5)
    expect(d.p).toBeCloseTo(0.02016, 5)
  })

  it('takes the degrees of freedom of Welch from a hand calculation', () => {
    // Two arms of 4 with variance 4 and 16 (sums 0): c = 1, t = 4; df = 25 / (1/3 + 16/3) = 75/17.
    const d = difference({ n: 4, mean: 0, variance: 4 }, { n: 4, mean: 1, variance: 16 })
    expect(d.degreesOfFreedom).toBeCloseTo(75 / 17, 10)
    expect(d.standardError).toBeCloseTo(Math.sqrt(5), 10)
  })

  it.each([
    ['one customer in an arm', sampleOf(1, 5, 25), sampleOf(100, 50, 400)],
    ['nobody varies', proportionOf(50, 0), proportionOf(50, 0)],
    ['an empty arm', sampleOf(0, 0, 0), sampleOf(10, 10, 20)],
  ])('has no interval when %s', (_, control, treatment) => {
    const d = difference(control, treatment)
    expect([d.low, d.high, d.p]).toEqual([null, null, null])
  })
})

describe('relativeLift', () => {
  it('gives the relative lift and delta interval of GrowthBook for a mean', () => {
    const r = relativeLift(a, b)
    expect(r.relativeLift).toBeCloseTo(0.70732, 5)
    expect(r.low).toBeCloseTo(-0.03526, 5)
    expect(r.high).toBeCloseTo(1.44989, 5)
    expect(r.method).toBe('delta')
  })

  it('gives the relative lift and delta interval of GrowthBook for a proportion', () => {
    const r = relativeLift(proportionOf(28, 14), proportionOf(30, 16))
    expect(r.relativeLift).toBeCloseTo(0.06667, 5)
    expect(r.low).toBeCloseTo(-0.47767, 5)
    expect(r.high).toBeCloseTo(0.61101, 5)
  })

  it('is null with a reason when nobody in control bought', () => {
    expect(relativeLift(proportionOf(100, 0), proportionOf(100, 5))).toMatchObject({
      relativeLift: null,
      reason: 'control_is_zero',
    })
  })

  it('solves Fieller when control is within 4 standard errors of zero', () => {
    // Every end R+1 must satisfy |ȳ_T − R ȳ_C| = t · se(ȳ_T − R ȳ_C): the definition, checked without our closed form.
    const control = proportionOf(1000, 9)
    const treatment = proportionOf(1000, 30)
    const r = relativeLift(control, treatment)
    expect(r.method).toBe('fieller')
    const df = difference(control, treatment).degreesOfFreedom ?? 0
    const ends = [r.low ?? 0, r.high ?? 0].map(end => {
      const ratio = end + 1
      const se = Math.sqrt(treatment.variance / 1000 + (ratio ** 2 * control.variance) / 1000)
      return Math.abs(treatment.mean - ratio * control.mean) / se
    })
    // t(.975) at df ≈ 1,562 (computed above from Welch) is 1.9615 by any table for 1,500 < df < 1,700.
    expect(df).toBeGreaterThan(1500)
    expect(df).toBeLessThan(1700)
    for (const end of ends) expect(end).toBeCloseTo(1.9615, 3)
  })

  it('says unbounded when control cannot be told from zero', () => {
    const r = relativeLift(proportionOf(100, 1), proportionOf(100, 5))
    expect(r).toMatchObject({ low: null, high: null, reason: 'control_near_zero' })
    expect(r.relativeLift).toBeCloseTo(4, 10)
  })
})
