import { Conflict, PlanRefused, raw, type SyncEvent, type SyncRun, sql, WinbackError } from '../../sync/index.ts'
import { getBrand, type Project } from '../config/project.ts'
import { withRun } from '../runs/with-run.ts'
import { executeSync, reserveList } from '../syncs/execute.ts'
import { type LedgerSession, withLedger } from '../syncs/session.ts'
import { armsSql, assignPopulation } from './arms.ts'
import type { Campaign } from './campaign.ts'
import { nobodyReached } from './nobody.ts'
import type { Follow } from './plan.ts'
import { countPopulation } from './population.ts'
import { chosenDestinations, type ReadyCampaign, readyCampaign } from './ready.ts'
import { setCampaignStatus } from './store.ts'

/** What came of a launch or of a campaign's sync. */
export interface CampaignSyncs {
  campaign: Campaign
  dataDate: string
  /** Customers who came into the campaign in this run, both arms. */
  assigned: number
  runs: SyncRun[]
}

/**
 * Launches: records what is promised, assigns the population once, syncs every destination. A plan that a brake refuses ends it before
 * anybody is assigned; a platform that is down does not: the next sync delivers. Safe to repeat after a crash: nobody is assigned twice. A paused campaign goes on. Throws Conflict when it runs already or is stopped, and when a build failed (nothing is assigned then).
 */
export function launchCampaign(
  project: Project,
  brandSlug: string | undefined,
  slug: string,
  o: Follow & { approve?: string },
): Promise<CampaignSyncs> {
  const brand = getBrand(project, brandSlug)
  return withRun(project, { kind: 'launch', input: { brand: brand.slug, campaign: slug } }, o, run =>
    withLedger(project, brand, run, {}, async session => {
      const ready = await readyCampaign(session, slug)
      const { campaign } = ready
      if (campaign.status === 'stopped')
        throw new Conflict(
          'campaign.stopped',
          `'${slug}' was stopped`,
          'Create another campaign: this one’s window and assignments are over.',
        )
      if (campaign.status === 'running' && ready.launch !== null && ready.launch.launched_on !== session.build.dataDate)
        throw new Conflict(
          'campaign.running',
          `'${slug}' runs since ${campaign.launchedOn}`,
          'Use `winback sync` to bring its lists up to date.',
        )
      const { buildOk, reason } = session.build.health
      if (!buildOk)
        throw new WinbackError(
          'launch.blocked',
          `Nothing was launched: ${reason}`,
          'Build again until it succeeds; nobody was assigned and nothing was sent.',
        )
      await checkReached(session, ready)
      for (const destination of ready.destinations)
        await reserveList(session, { kind: 'campaign', subject: campaign.slug, label: campaign.label, destination })
      const tried = await syncReady(session, ready, { ...o, dryRun: true })
      checkNotRefused(tried.runs)
      await recordLaunch(session, campaign)
      return syncReady(session, ready, o)
    }),
  )
}

/** Brings every list of a running campaign up to date: later entrants are assigned first, buyers leave. */
export function syncCampaign(
  project: Project,
  brandSlug: string | undefined,
  slug: string,
  o: Follow & { to?: string; approve?: string; after?: string; dryRun?: boolean },
): Promise<CampaignSyncs> {
  const brand = getBrand(project, brandSlug)
  return withRun(project, { kind: 'sync', input: { brand: brand.slug, campaign: slug, to: o.to ?? null } }, o, run =>
    withLedger(project, brand, run, o, async session => {
      const ready = await readyCampaign(session, slug)
      checkRunning(ready.campaign)
      return syncReady(session, ready, o)
    }),
  )
}

async function syncReady(
  session: LedgerSession,
  ready: ReadyCampaign,
  o: Follow & { to?: string; approve?: string; dryRun?: boolean },
): Promise<CampaignSyncs> {
  const { campaign, reach } = ready
  const { warehouse, run, build, at } = session
  const chosen = chosenDestinations(ready.destinations, o)
  // Nobody new comes in on a build that the engine will block: their window would begin on data nobody trusts.
  const enters = o.dryRun !== true && build.health.buildOk
  const platforms = ready.destinations.map(d => d.platform)
  const who = { id: run.id, dataDate: build.dataDate, at, signal: run.signal }
  const assigned = enters ? await assignPopulation(warehouse, reach, campaign, platforms, who) : 0
  await run.event('assigned', { campaign: campaign.slug, assigned })
  const runs: SyncRun[] = []
  for (const destination of chosen) {
    const onEvent = (event: SyncEvent) => o.onSync?.(destination.config.slug, event)
    runs.push(
      await executeSync(session, {
        kind: 'campaign',
        subject: campaign.slug,
        label: campaign.label,
        reach,
        arms: armsSql(reach.names, campaign, o.dryRun === true ? 'drawn' : 'stored'),
        destination,
        mode: o.dryRun === true ? 'plan' : 'sync',
        ...(o.approve !== undefined && { approve: o.approve }),
        onEvent,
      }),
    )
  }
  return { campaign, dataDate: build.dataDate, assigned, runs }
}

async function checkReached(session: LedgerSession, ready: ReadyCampaign): Promise<void> {
  const platforms = ready.destinations.map(d => d.platform)
  const counts = await countPopulation(session.warehouse, ready.reach, ready.campaign, platforms, session.run)
  if (counts.population === 0) throw await nobodyReached(session, counts, [...new Set(platforms.map(p => p.channel))])
}

function checkNotRefused(runs: readonly SyncRun[]): void {
  const refused = runs.find(run => (run.card?.refused.length ?? 0) > 0)
  if (refused === undefined) return
  throw new PlanRefused(
    'launch.refused',
    `Nothing was launched: the plan for ${refused.destination} is refused (${refused.card?.refused.join(', ')})`,
    'Nobody was assigned. Look at the audience with `winback show`, and at the imported e-mails and phones.',
  )
}

/** The promise goes into the warehouse before anybody is assigned, and into the app database beside it. */
async function recordLaunch(session: LedgerSession, campaign: Campaign): Promise<void> {
  const { warehouse, project, build, at, run } = session
  const table = raw(`${project.names.sync}.campaigns`)
  await warehouse.execute(
    sql`insert into ${table} (brand, campaign_id, slug, label, window_days, outcome, holdout_share, salt, launched_on, recorded_at)
      select ${campaign.brand}, ${campaign.id}, ${campaign.slug}, ${campaign.label}, cast(${campaign.windowDays} as integer), ${campaign.outcome},
        cast(${campaign.holdout.share} as double), ${campaign.holdout.salt}, cast(${build.dataDate} as date), cast(${at.replace('Z', '')} as timestamp)
      where not exists (select 1 from ${table} where brand = ${campaign.brand} and campaign_id = ${campaign.id})`,
    { tag: { runId: run.id, purpose: 'recording the launch' } },
  )
  await setCampaignStatus(project, campaign, 'running', at, {
    launched_on: campaign.launchedOn ?? build.dataDate,
    holdout_share: campaign.holdout.share,
    salt: campaign.holdout.salt,
    window_days: campaign.windowDays,
    outcome: campaign.outcome,
  })
}

/** Throws Conflict unless the campaign runs, and says how to make it run. */
export function checkRunning(campaign: Campaign): void {
  if (campaign.status === 'running') return
  const { slug } = campaign
  if (campaign.status === 'draft')
    throw new Conflict(
      'campaign.not_launched',
      `'${slug}' is not launched`,
      `Look at \`winback campaign plan ${slug}\`, then \`winback campaign launch ${slug}\`.`,
    )
  if (campaign.status === 'paused')
    throw new Conflict(
      'campaign.paused',
      `'${slug}' is paused: nothing was sent or removed`,
      `\`winback campaign launch ${slug}\` lets it go on.`,
    )
  throw new Conflict('campaign.stopped', `'${slug}' was stopped`, 'Create another campaign.')
}
