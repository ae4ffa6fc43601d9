import tQuantile from '@stdlib/stats-base-dists-t-quantile'
import { difference } from './difference.ts'
import type { Sample } from './sample.ts'

/** A lift as a share of control: 0.5 is "half as many again". */
export interface RelativeLift {
  relativeLift: number | null
  low: number | null
  high: number | null
  /** How the ends were found; null when there are none. */
  method: 'delta' | 'fieller' | null
  /** Why something is null. */
  reason: 'control_is_zero' | 'control_near_zero' | 'too_few' | null
}

/**
 * Below this many standard errors between control's mean and zero the delta method's symmetric interval is wrong on the side
 * that matters, so Fieller's replaces it (science.md §1.14: "For control rates near 0 use Fieller").
 */
const deltaNeedsStandardErrors = 4

/** Relative lift Δ/ȳ_C with GrowthBook's delta-method interval, var = v_T/(n_T ȳ_C²) + v_C ȳ_T²/(n_C ȳ_C⁴), Welch's degrees of freedom. */
export function relativeLift(control: Sample, treatment: Sample, level = 0.95): RelativeLift {
  if (control.mean === 0 || control.n === 0)
    return { relativeLift: null, low: null, high: null, method: null, reason: 'control_is_zero' }

  const ratio = treatment.mean / control.mean
  const { degreesOfFreedom } = difference(control, treatment, level)
  if (degreesOfFreedom === null)
    return { relativeLift: ratio - 1, low: null, high: null, method: null, reason: 'too_few' }

  const t = tQuantile(1 - (1 - level) / 2, degreesOfFreedom)
  const c2 = control.variance / control.n / control.mean ** 2
  const t2 = treatment.variance / treatment.n / control.mean ** 2
  if (c2 * deltaNeedsStandardErrors ** 2 <= 1) {
    const half = t * Math.sqrt(t2 + c2 * ratio ** 2)
    return { relativeLift: ratio - 1, low: ratio - 1 - half, high: ratio - 1 + half, method: 'delta', reason: null }
  }
  // Fieller (J. R. Stat. Soc. B 16, 1954): the ratios R for which ȳ_T − R ȳ_C lies within t standard errors of zero.
  const g = t ** 2 * c2
  if (g >= 1) return { relativeLift: ratio - 1, low: null, high: null, method: null, reason: 'control_near_zero' }
  const half = (t * Math.sqrt(t2 * (1 - g) + c2 * ratio ** 2)) / (1 - g)
  const middle = ratio / (1 - g)
  return { relativeLift: ratio - 1, low: middle - half - 1, high: middle + half - 1, method: 'fieller', reason: null }
}
