import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'

/** Ends of an interval. */
export interface Interval {
  low: number
  high: number
}

/** Wilson's score interval of a rate: right even at 0 of n. @see E. B. Wilson, JASA 22 (1927) */
export function wilson(yes: number, n: number, level = 0.95): Interval {
  const z = normalQuantile(1 - (1 - level) / 2, 0, 1)
  const p = yes / n
  const middle = p + z ** 2 / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))
  const below = 1 + z ** 2 / n
  return { low: Math.max(0, (middle - half) / below), high: Math.min(1, (middle + half) / below) }
}

/**
 * Newcombe's hybrid score interval of treatment's rate minus control's: holds its coverage where few convert and Welch's is too narrow.
 * Both arms need at least 1 customer. @see R. G. Newcombe, Statistics in Medicine 17 (1998), method 10
 */
export function newcombe(
  control: { yes: number; n: number },
  treatment: { yes: number; n: number },
  level = 0.95,
): Interval {
  const c = control.yes / control.n
  const t = treatment.yes / treatment.n
  const ci = wilson(control.yes, control.n, level)
  const ti = wilson(treatment.yes, treatment.n, level)
  return {
    low: t - c - Math.hypot(t - ti.low, ci.high - c),
    high: t - c + Math.hypot(ti.high - t, c - ci.low),
  }
}
