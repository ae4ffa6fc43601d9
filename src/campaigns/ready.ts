import { ConfigError } from '../../sync/index.ts'
import type { AudienceField } from '../audiences/columns.ts'
import { type ReadyDestination, readyDestination } from '../syncs/destination.ts'
import type { ReachContext } from '../syncs/reach.ts'
import { type LedgerSession, openAudience } from '../syncs/session.ts'
import type { Campaign } from './campaign.ts'
import { type Launch, loadCampaign } from './load.ts'

/** A campaign with everything it names looked up and checked against the build. */
export interface ReadyCampaign {
  campaign: Campaign
  launch: Launch | null
  reach: ReachContext & { fields: AudienceField[] }
  destinations: ReadyDestination[]
}

/** Loads a campaign for one session; `to` keeps one of its destinations. Throws NotFound, ConfigError, Conflict; starts nothing. */
export async function readyCampaign(session: LedgerSession, slug: string): Promise<ReadyCampaign> {
  const { project, brand, warehouse, run, at } = session
  const { campaign, launch } = await loadCampaign(project, warehouse, brand.slug, slug, { id: run.id, at })
  const destinations = campaign.destinations.map(name => readyDestination(brand, name))
  return { campaign, launch, destinations, reach: await openAudience(session, campaign.audience) }
}

/** The destinations a command is about: all, or the one of `--to`; one alone where a plan hash is approved. */
export function chosenDestinations(
  all: readonly ReadyDestination[],
  o: { to?: string; approve?: string },
): ReadyDestination[] {
  const chosen = o.to === undefined ? [...all] : all.filter(d => d.config.slug === o.to)
  if (chosen.length === 0) {
    const known = all.map(d => d.config.slug).join(', ')
    throw new ConfigError('sync.destination', `'${o.to}' is not one of its destinations`, `Its destinations: ${known}.`)
  }
  if (o.approve !== undefined && chosen.length > 1)
    throw new ConfigError('sync.approve', '--approve is bound to one destination’s plan', 'Name it with --to.')
  return chosen
}
