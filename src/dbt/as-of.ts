import { ConfigError } from '../../sync/index.ts'
import type { Brand } from '../config/schema.ts'

/** The data date of a build, and whether it lies in the past. */
export interface AsOf {
  /** D, ISO date, exclusive: yesterday is the last day that counts. */
  date: string
  /** True for a past date: syncing such a build to a real endpoint asks for approval. */
  isHistorical: boolean
}

/**
 * Reads `--as-of`; without it D is today in the brands' zones, the earliest of them, so that no brand's last day is
 * incomplete. Throws ConfigError for anything but an ISO date, and for a date that has not begun for some brand.
 */
export function resolveAsOf(brands: readonly Brand[], text: string | undefined, now: Date): AsOf {
  const days = brands.map(brand => ({ brand, today: dayIn(brand.timezone, now) }))
  const earliest = days.reduce((a, b) => (b.today < a.today ? b : a))
  if (text === undefined) return { date: earliest.today, isHistorical: false }
  if (!isDate(text)) {
    throw new ConfigError(
      'build.as_of',
      `--as-of ${text} is no date`,
      'Write it as YYYY-MM-DD, e.g. --as-of 2026-11-22.',
    )
  }
  if (text > earliest.today) {
    throw new ConfigError(
      'build.as_of_future',
      `--as-of ${text} has not begun yet: it is ${earliest.today} in ${earliest.brand.timezone} (${earliest.brand.slug})`,
      `Days up to the one before count, so ${earliest.today} is the latest that makes sense.`,
    )
  }
  return { date: text, isHistorical: text < earliest.today }
}

/** The calendar day in an IANA zone, ISO. */
export function dayIn(timezone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at)
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}
