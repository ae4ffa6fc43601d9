import chisquareCdf from '@stdlib/stats-base-dists-chisquare-cdf'

/** Whether the arms hold the shares that the hash promised. */
export interface SampleRatio {
  /** Of the chi-square test; null without customers or without an expected share inside (0, 1). */
  p: number | null
  /** False blocks the reading: something other than the hash decided who is in which arm. */
  ok: boolean
}

/** Below it a readout is not shown (science.md §1.14: χ² gate, p < .001). */
export const sampleRatioAlpha = 0.001

/** Chi-square test, 1 degree of freedom, of the holdout's size against its planned share (0..1). */
export function sampleRatio(heldOut: number, treated: number, holdoutShare: number): SampleRatio {
  const n = heldOut + treated
  if (n === 0 || holdoutShare <= 0 || holdoutShare >= 1) return { p: null, ok: true }
  const expected = n * holdoutShare
  const statistic = (heldOut - expected) ** 2 / expected + (treated - (n - expected)) ** 2 / (n - expected)
  const p = 1 - chisquareCdf(statistic, 1)
  return { p, ok: p >= sampleRatioAlpha }
}
