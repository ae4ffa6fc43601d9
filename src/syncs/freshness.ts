import type { Brand } from '../config/schema.ts'
import { dayIn } from '../dbt/as-of.ts'
import type { LastBuild } from '../dbt/last-build.ts'

/** When the marts were made, and what day they count to. */
export interface Built {
  /** D, `YYYY-MM-DD`. */
  dataDate: string
  /** An invalid Date where the warehouse does not tell. */
  builtAt: Date
}

/** The newest load of a brand's data, null where nobody knows; `none expected` where winback.yml names no source: it comes by other means. */
export type Loads = 'none expected' | { at: Date | null }

/**
 * Whether a build was made as of a day that was past when it was made (data model, Time). Its record says so where it is of that day; else a
 * build that is not historical counts to the day it was made on, the earliest of the brands' days. When it is synced does not matter.
 */
export function isHistorical(
  brands: readonly Pick<Brand, 'timezone'>[],
  { dataDate, builtAt }: Built,
  record: Pick<LastBuild, 'asOf' | 'historical'> | null,
): boolean {
  if (record?.asOf === dataDate) return record.historical
  if (Number.isNaN(builtAt.getTime())) return true
  return brands.every(brand => dataDate < dayIn(brand.timezone, builtAt))
}

/** Why build or data are too old to be synced, one sentence; null when they are not. What is not known is too old. */
export function staleness(
  limits: Pick<Brand['guards'], 'maxBuildAgeHours' | 'maxImportAgeHours'>,
  of: { builtAt: Date; loads: Loads },
  now: Date,
): string | null {
  const hours = (at: Date) => (now.getTime() - at.getTime()) / 3_600_000
  const built = hours(of.builtAt)
  if (Number.isNaN(built)) return 'It is not known when the build was made'
  if (built > limits.maxBuildAgeHours)
    return `The build is ${Math.floor(built)} hours old; guards.maxBuildAgeHours is ${limits.maxBuildAgeHours}`
  if (of.loads === 'none expected') return null
  if (of.loads.at === null) return 'No import is on record, so the data’s age is not known'
  const loaded = hours(of.loads.at)
  if (loaded <= limits.maxImportAgeHours) return null
  return `The last import is ${Math.floor(loaded)} hours old; guards.maxImportAgeHours is ${limits.maxImportAgeHours}`
}
