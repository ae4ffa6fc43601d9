import { ConfigError, type Destination, destinations, type GuardLimits, guardDefaults } from '../../sync/index.ts'
import { nearest } from '../config/nearest.ts'
import { getDestination } from '../config/project.ts'
import type { Brand, DestinationConfig } from '../config/schema.ts'

/** A destination of winback.yml with its platform and parsed settings. */
export interface ReadyDestination {
  config: DestinationConfig
  platform: Destination
  settings: unknown
}

/** Looks a brand's destination up and parses its settings. Throws NotFound, or ConfigError without any setting's value. */
export function readyDestination(brand: Brand, slug: string): ReadyDestination {
  const config = getDestination(brand, slug)
  const platform = destinations[config.type]
  if (platform === undefined) {
    const near = nearest(config.type, Object.keys(destinations))
    throw new ConfigError(
      'destination.type',
      `Destination '${slug}' has the unknown type '${config.type}'`,
      near === null ? `Known: ${Object.keys(destinations).join(', ')}.` : `Did you mean '${near}'?`,
    )
  }
  const settings = platform.settings.safeParse(config.settings)
  if (!settings.success) {
    const issue = settings.error.issues[0]
    throw new ConfigError(
      'destination.settings',
      `Destination '${slug}': settings.${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`,
      'Correct it in winback.yml.',
    )
  }
  return { config, platform, settings: settings.data }
}

/** The brand's brakes over the engine's defaults. */
export function guardLimits(brand: Brand): GuardLimits {
  const { maxRemoveShare, maxRemoves, maxAddShare, maxInvalidShare } = brand.guards
  return { ...guardDefaults, maxRemoveShare, maxRemoves, maxAddShare, maxInvalidShare }
}
