import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'

/** Coverage of the interval that will be read, and the chance to see a true lift of that size. */
interface Power {
  alpha?: number
  power?: number
}

/** Customers per arm, arms of equal size, to see p1 become p2: n = (z_{1−α/2} + z_{1−β})² (p₁q₁ + p₂q₂) / Δ², rounded to the nearest whole as published. */
export function customersPerArm(p1: number, p2: number, o: Power = {}): number {
  return Math.round((zSquared(o) * (p1 * (1 - p1) + p2 * (1 - p2))) / (p2 - p1) ** 2)
}

/**
 * The smallest absolute lift in the conversion rate that arms of these sizes show with 80 % power at a 95 % interval.
 * The same formula solved for Δ with unequal arms, Δ² = z² (p₁q₁/n_C + p₂q₂/n_T), p₂ = p₁ + Δ: a quadratic in Δ.
 * Null when an arm is empty or no lift up to 100 % would show.
 */
export function detectableLift(
  arms: { control: number; treatment: number },
  baseRate: number,
  o: Power = {},
): number | null {
  if (arms.control < 1 || arms.treatment < 1 || !(baseRate >= 0 && baseRate < 1)) return null
  const k = zSquared(o)
  const a = k / arms.treatment
  const b = a * (1 - 2 * baseRate)
  const c = k * baseRate * (1 - baseRate) * (1 / arms.control + 1 / arms.treatment)
  const lift = (b + Math.sqrt(b ** 2 + 4 * (1 + a) * c)) / (2 * (1 + a))
  return lift > 0 && baseRate + lift <= 1 ? lift : null
}

function zSquared({ alpha = 0.05, power = 0.8 }: Power): number {
  return (normalQuantile(1 - alpha / 2, 0, 1) + normalQuantile(power, 0, 1)) ** 2
}
