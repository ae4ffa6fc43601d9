import { describe, expect, it } from 'vitest'
import { newcombe, wilson } from './newcombe.ts'
import { customersPerArm, detectableLift } from './power.ts'
import { sampleRatio } from './sample-ratio.ts'

describe('power', () => {
  // science.md §1.14, Power.
  it.each([
    [0.02, 1.2, 21106],
    [0.05, 1.1, 31231],
    [0.0057, 1.5, 13668],
  ])('needs the published customers per arm at a base rate of %d times %d', (p, times, n) => {
    expect(customersPerArm(p, p * times)).toBe(n)
  })

  it.each([
    [0.02, 0.004, 21106],
    [0.05, 0.005, 31231],
    [0.0057, 0.00285, 13668],
  ])('solves the same formula backwards at a base rate of %d', (p, lift, n) => {
    expect(detectableLift({ control: n, treatment: n }, p)).toBeCloseTo(lift, 6)
  })

  it('is limited by the smaller arm', () => {
    // The equation itself at 1,000 held out and 10,000 treated: Δ² = (1.959964 + .841621)² (.1 × .9 / 1,000 + p₂q₂ / 10,000).
    const lift = detectableLift({ control: 1000, treatment: 10000 }, 0.1) ?? 0
    const p2 = 0.1 + lift
    expect(lift ** 2).toBeCloseTo(2.801585 ** 2 * (0.09 / 1000 + (p2 * (1 - p2)) / 10000), 9)
    expect(lift).toBeGreaterThan(0.0282 - 0.0001)
  })

  it.each([
    [{ control: 0, treatment: 100 }, 0.1],
    [{ control: 100, treatment: 0 }, 0.1],
    [{ control: 1, treatment: 1 }, 0.9],
  ])('is null where no lift could be seen', (arms, p) => {
    expect(detectableLift(arms, p)).toBeNull()
  })
})

describe('newcombe', () => {
  it('gives the intervals of Newcombe 1998, table II, method 10', () => {
    const rows = [
      [56, 70, 48, 80, 0.0524, 0.3339],
      [9, 10, 3, 10, 0.1705, 0.809],
      [10, 10, 0, 10, 0.6075, 1],
      [5, 56, 0, 29, -0.0381, 0.1926],
    ] as const
    for (const [t, nt, c, nc, low, high] of rows) {
      const i = newcombe({ yes: c, n: nc }, { yes: t, n: nt })
      expect(i.low).toBeCloseTo(low, 4)
      expect(i.high).toBeCloseTo(high, 4)
    }
  })

  it('gives a rate of zero an upper end of z²/(n + z²)', () => {
    expect(wilson(0, 100).low).toBe(0)
    expect(wilson(0, 100).high).toBeCloseTo(3.841459 / 103.841459, 6)
  })
})

describe('sampleRatio', () => {
  it('passes arms that hold their share', () => {
    expect(sampleRatio(300, 700, 0.3)).toEqual({ p: 1, ok: true })
  })

  it('blocks at the 0.1 % point of chi-square with one degree of freedom', () => {
    // χ²(1) has its upper .001 point at 10.8276; with 10,000 at 50 % the statistic is (2k)²/10,000, so k = 164.5.
    expect(sampleRatio(5164, 4836, 0.5).ok).toBe(true)
    expect(sampleRatio(5165, 4835, 0.5).ok).toBe(false)
  })

  it('has nothing to test without a holdout', () => {
    expect(sampleRatio(0, 100, 0)).toEqual({ p: null, ok: true })
  })
})
