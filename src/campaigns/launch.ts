import { Conflict, PlanRefused, raw, type SyncRun, sql, WinbackError } from '../../sync/index.ts'
import { getBrand, type Project } from '../config/project.ts'
import { withRun } from '../runs/with-run.ts'
import { reserveList } from '../syncs/execute.ts'
import { type LedgerSession, withLedger } from '../syncs/session.ts'
import type { Campaign } from './campaign.ts'
import { emptyDropped, listDropped } from './dropped.ts'
import { type Approvals, isHeld } from './entrants.ts'
import { nobodyReached } from './nobody.ts'
import { type Follow, planHash, planRuns } from './plan.ts'
import { countPopulation } from './population.ts'
import { chosenDestinations, type ReadyCampaign, readyCampaign } from './ready.ts'
import { setCampaignStatus } from './store.ts'
import { syncLists } from './sync-lists.ts'

/** What came of a launch or of a campaign's sync. */
export interface CampaignSyncs {
  campaign: Campaign
  dataDate: string
  /** Customers who came into the campaign in this run, both arms. */
  assigned: number
  runs: SyncRun[]
}

/**
 * Launches: records what is promised, assigns the population once, syncs every destination. A plan that a brake refuses, or that asks for an
 * approval nobody gave, ends it before anything is recorded and anybody assigned; a platform that is down does not: the next sync delivers.
 * Safe to repeat after a crash: nobody is assigned twice. A paused campaign goes on, under the brakes of an ordinary sync. `approve` is the
 * hash that the plan of a draft shows. Throws Conflict when it runs already or is stopped, and when a build failed (nothing is assigned then).
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
      const { campaign, destinations } = ready
      checkLaunchable(ready, session.build)
      const first = ready.launch === null ? await tryLaunch(session, ready, o) : null
      await recordLaunch(session, campaign)
      const dropped = await listDropped(session, campaign)
      const only = destinations.length === 1 ? destinations[0]?.config.slug : undefined
      const given: Approvals = new Map(
        only !== undefined && o.approve !== undefined ? [[only, o.approve] as const] : [],
      )
      const lists = { ...o, chosen: destinations, dropped, approvals: first?.approvals ?? given }
      const done = await syncLists(session, ready, first === null ? lists : { ...lists, tried: first.runs })
      return { campaign, dataDate: session.build.dataDate, ...done }
    }),
  )
}

/** Brings every list of a running campaign up to date: later entrants are assigned first, buyers leave, destinations taken out of the file are emptied. */
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
      const { campaign } = ready
      checkRunning(campaign)
      const dropped = (await listDropped(session, campaign)).filter(name => o.to === undefined || name === o.to)
      const isDropped = o.to !== undefined && dropped.length > 0
      const chosen = isDropped ? [] : chosenDestinations(ready.destinations, o)
      const { dataDate } = session.build
      if (o.dryRun === true) {
        const runs = await planRuns(session, ready, chosen, o)
        runs.push(...(await emptyDropped(session, campaign, dropped, { ...o, dryRun: true })))
        return { campaign, dataDate, assigned: 0, runs }
      }
      const about = isDropped ? dropped : chosen.map(d => d.config.slug)
      const approvals: Approvals = new Map(about.flatMap(name => (o.approve === undefined ? [] : [[name, o.approve]])))
      return { campaign, dataDate, ...(await syncLists(session, ready, { ...o, chosen, dropped, approvals })) }
    }),
  )
}

function checkLaunchable({ campaign, launch }: ReadyCampaign, build: LedgerSession['build']): void {
  const { slug, status } = campaign
  if (status === 'stopped')
    throw new Conflict(
      'campaign.stopped',
      `'${slug}' was stopped`,
      'Create another campaign: this one’s window and assignments are over.',
    )
  if (status === 'running' && launch !== null && launch.launched_on !== build.dataDate)
    throw new Conflict(
      'campaign.running',
      `'${slug}' runs since ${campaign.launchedOn}`,
      'Use `winback sync` to bring its lists up to date.',
    )
  if (build.health.buildOk) return
  throw new WinbackError(
    'launch.blocked',
    `Nothing was launched: ${build.health.reason}`,
    'Build again until it succeeds; nobody was assigned and nothing was sent.',
  )
}

/** Plans the launch and throws unless it may go ahead; returns the plans, and the approval of each. Takes the lists' names. */
async function tryLaunch(
  session: LedgerSession,
  ready: ReadyCampaign,
  o: Follow & { approve?: string },
): Promise<{ runs: SyncRun[]; approvals: Approvals }> {
  const { campaign, destinations } = ready
  await checkReached(session, ready)
  for (const destination of destinations)
    await reserveList(session, { kind: 'campaign', subject: campaign.slug, label: campaign.label, destination })
  const runs = await planRuns(session, ready, destinations, o)
  checkNotRefused(runs)
  const hash = planHash(runs)
  const approvals: Approvals = new Map(
    runs.flatMap(run => (o.approve === hash && run.planHash !== null ? [[run.destination, run.planHash]] : [])),
  )
  for (const run of runs) {
    if (!(await isHeld(session, campaign, run, approvals))) continue
    throw new PlanRefused(
      'launch.needs_approval',
      `Nothing was launched: the plan for ${run.destination} asks for approval (${run.card?.needsApproval.join(', ')})`,
      `Nobody was assigned. Look at \`winback campaign plan ${campaign.slug}\`; if it is right: winback campaign launch ${campaign.slug} --yes --approve ${hash}`,
    )
  }
  return { runs, approvals }
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
