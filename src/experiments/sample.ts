/** One arm's metric as moments: everything an interval needs, and no row. */
export interface Sample {
  /** Customers. */
  n: number
  /** Mean per customer. */
  mean: number
  /** Variance of one customer's value. */
  variance: number
}

/** Moments of a metric from its sums; the variance has n − 1 below it (GrowthBook, SampleMeanStatistic). */
export function sampleOf(n: number, sum: number, sumOfSquares: number): Sample {
  if (n <= 0) return { n: 0, mean: 0, variance: 0 }
  const mean = sum / n
  const variance = n > 1 ? Math.max(0, (sumOfSquares - sum * mean) / (n - 1)) : 0
  return { n, mean, variance }
}

/** Moments of a yes-or-no metric: variance p(1 − p) (GrowthBook, ProportionStatistic). */
export function proportionOf(n: number, yes: number): Sample {
  if (n <= 0) return { n: 0, mean: 0, variance: 0 }
  const mean = yes / n
  return { n, mean, variance: mean * (1 - mean) }
}
