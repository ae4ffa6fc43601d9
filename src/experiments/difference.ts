import tCdf from '@stdlib/stats-base-dists-t-cdf'
import tQuantile from '@stdlib/stats-base-dists-t-quantile'
import type { Sample } from './sample.ts'

/** A difference of two means with its interval, in the metric's own unit. */
export interface Difference {
  /** Treatment minus control. */
  lift: number
  /** Ends of the interval; null when it cannot be computed. */
  low: number | null
  high: number | null
  standardError: number | null
  /** Welch–Satterthwaite degrees of freedom. */
  degreesOfFreedom: number | null
  /** Two-sided; for code and tests, never shown to a marketer (ui.md, Words). */
  p: number | null
}

/**
 * Welch's interval for treatment minus control: no equal variances assumed, and arms of different size are the rule here.
 * `level` is the coverage, 0.95. The ends are null when an arm has fewer than 2 customers or nobody varies in either arm.
 * @see science.md §1.14; B. L. Welch, Biometrika 34 (1947)
 */
export function difference(control: Sample, treatment: Sample, level = 0.95): Difference {
  const lift = treatment.mean - control.mean
  const c = control.variance / control.n
  const t = treatment.variance / treatment.n
  const squared = c + t
  if (control.n < 2 || treatment.n < 2 || !(squared > 0))
    return { lift, low: null, high: null, standardError: null, degreesOfFreedom: null, p: null }

  const standardError = Math.sqrt(squared)
  const degreesOfFreedom = squared ** 2 / (c ** 2 / (control.n - 1) + t ** 2 / (treatment.n - 1))
  const half = tQuantile(1 - (1 - level) / 2, degreesOfFreedom) * standardError
  const p = 2 * tCdf(-Math.abs(lift / standardError), degreesOfFreedom)
  return { lift, low: lift - half, high: lift + half, standardError, degreesOfFreedom, p }
}
