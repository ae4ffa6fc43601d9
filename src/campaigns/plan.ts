import { createHash } from 'node:crypto'
import type { SyncEvent, SyncRun } from '../../sync/index.ts'
import { getBrand, type Project } from '../config/project.ts'
import { detectableLift } from '../experiments/power.ts'
import { withRun } from '../runs/with-run.ts'
import type { ReadyDestination } from '../syncs/destination.ts'
import { executeSync } from '../syncs/execute.ts'
import { type LedgerSession, withLedger } from '../syncs/session.ts'
import { armsSql } from './arms.ts'
import { type BaseRate, baseRate } from './base-rate.ts'
import type { Campaign } from './campaign.ts'
import { emptyDropped, listDropped } from './dropped.ts'
import { nobodyReached } from './nobody.ts'
import { countPopulation, type PopulationCounts } from './population.ts'
import { type ReadyCampaign, readyCampaign } from './ready.ts'

/** How a command follows work and stops it. */
export interface Follow {
  signal: AbortSignal
  onWait?: (text: string) => void
  onSync?: (destination: string, event: SyncEvent) => void
}

/** What a campaign would do, and what its holdout could show. */
export interface CampaignPlan {
  campaign: Campaign
  dataDate: string
  /** One destination: its plan's hash; several: a digest of theirs. Null when a run was blocked before its plan. */
  planHash: string | null
  runs: SyncRun[]
  counts: PopulationCounts
  base: BaseRate
  /** Smallest absolute conversion lift seen with 80 % power; null when not computable. */
  detectableLift: number | null
  /** Channel to the brand's policy, printed on every card. */
  consentPolicy: Record<string, string>
}

/** Plans a campaign: sends nothing, assigns nobody. Throws when it would reach nobody and is not launched yet. */
export function planCampaign(
  project: Project,
  brandSlug: string | undefined,
  slug: string,
  follow: Follow,
): Promise<CampaignPlan> {
  const brand = getBrand(project, brandSlug)
  return withRun(project, { kind: 'plan', input: { brand: brand.slug, campaign: slug } }, follow, run =>
    withLedger(project, brand, run, {}, async session => {
      const ready = await readyCampaign(session, slug)
      return planReady(session, ready, follow)
    }),
  )
}

/** The plan of a campaign that is loaded already. */
export async function planReady(session: LedgerSession, ready: ReadyCampaign, follow: Follow): Promise<CampaignPlan> {
  const { campaign, reach, destinations } = ready
  const platforms = destinations.map(d => d.platform)
  const run = { id: session.run.id, signal: session.run.signal }
  const counts = await countPopulation(session.warehouse, reach, campaign, platforms, run)
  if (counts.population === 0 && ready.launch === null)
    throw await nobodyReached(session, counts, [...new Set(platforms.map(p => p.channel))])

  const base = await baseRate(session.warehouse, reach, platforms, {
    ...run,
    dataDate: session.build.dataDate,
    windowDays: campaign.windowDays,
  })
  const runs = await planRuns(session, ready, destinations, follow)
  const dropped = await listDropped(session, campaign)
  const arms = { control: counts.heldOut, treatment: counts.population - counts.heldOut }
  return {
    campaign,
    dataDate: session.build.dataDate,
    planHash: planHash(runs),
    runs: [...runs, ...(await emptyDropped(session, campaign, dropped, { ...follow, dryRun: true }))],
    counts,
    base,
    detectableLift: base.rate === null ? null : detectableLift(arms, base.rate),
    consentPolicy: Object.fromEntries(
      platforms.map(p => [p.channel, (session.brand.consentPolicy as Record<string, string>)[p.channel] ?? 'opt_in']),
    ),
  }
}

/** Plans the given destinations with everybody who would be assigned now. Sends nothing, assigns nobody. */
export async function planRuns(
  session: LedgerSession,
  { campaign, reach, destinations }: ReadyCampaign,
  chosen: readonly ReadyDestination[],
  follow: Pick<Follow, 'onSync'>,
): Promise<SyncRun[]> {
  const platforms = destinations.map(d => d.platform)
  const runs: SyncRun[] = []
  for (const destination of chosen) {
    const onEvent = (event: SyncEvent) => follow.onSync?.(destination.config.slug, event)
    runs.push(
      await executeSync(session, {
        kind: 'campaign',
        subject: campaign.slug,
        label: campaign.label,
        reach,
        arms: armsSql(reach, campaign, platforms, 'drawn'),
        destination,
        mode: 'plan',
        onEvent,
      }),
    )
  }
  return runs
}

/** What approves the plans of a campaign at once: the hash of one, a digest of several; null when one was blocked before its plan. */
export function planHash(runs: readonly SyncRun[]): string | null {
  const hashes = runs.map(run => run.planHash)
  if (hashes.some(hash => hash === null)) return null
  return hashes.length === 1 ? (hashes[0] ?? null) : createHash('md5').update(hashes.join('|')).digest('hex')
}
