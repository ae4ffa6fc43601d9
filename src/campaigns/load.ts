import { ulid } from 'ulid'
import { z } from 'zod'
import { Conflict, raw, sql, type Warehouse } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import type { Campaign } from './campaign.ts'
import { getCampaignFile } from './files.ts'
import { ensureCampaignRow, findCampaignRow, setCampaignStatus } from './store.ts'

/** One row of `S_sync.campaigns`: what was promised at launch. */
const Launch = z.object({
  campaign_id: z.string(),
  holdout_share: z.number(),
  salt: z.string(),
  window_days: z.number(),
  outcome: z.string(),
  launched_on: z.string(),
})
export type Launch = z.infer<typeof Launch>

/** The campaign as its file and the app database tell it, without the warehouse. Its id may be new and not yet kept. */
export async function findCampaign(project: Project, brand: string, slug: string): Promise<Campaign> {
  const { file, campaign } = await getCampaignFile(project, brand, slug)
  const row = await findCampaignRow(project, brand, slug)
  const id = campaign.id ?? row?.id ?? `cmp_${ulid().toLowerCase()}`
  return {
    id,
    slug,
    brand,
    label: campaign.label ?? slug.replace(/[-_]+/g, ' ').replace(/^./, letter => letter.toUpperCase()),
    audience: campaign.audience,
    destinations: campaign.destinations,
    arms: campaign.arms,
    holdout: { share: campaign.holdout.share, salt: campaign.holdout.salt ?? id },
    windowDays: campaign.windowDays,
    outcome: campaign.outcome,
    status: row?.status ?? 'draft',
    launchedOn: row?.launched_on ?? null,
    file,
  }
}

/**
 * The campaign with its launch looked up in the warehouse, which outlives the app database; notes it there when it is new.
 * Throws Conflict when the file no longer says what was promised at launch.
 */
export async function loadCampaign(
  project: Project,
  warehouse: Warehouse,
  brand: string,
  slug: string,
  run: { id: string; at: string },
): Promise<{ campaign: Campaign; launch: Launch | null }> {
  const { campaign: file } = await getCampaignFile(project, brand, slug)
  const found = await findCampaign(project, brand, slug)
  const known = (await findCampaignRow(project, brand, slug)) !== null || file.id !== undefined
  const launch = await findLaunch(project, warehouse, { brand, ...(known ? { id: found.id } : { slug }) }, run.id)
  const id = launch?.campaign_id ?? found.id
  const row = await ensureCampaignRow(project, { id, brand, slug, at: run.at })
  const salt = file.holdout.salt ?? id
  const campaign: Campaign = {
    ...found,
    id,
    holdout: { ...found.holdout, salt },
    status: launch !== null && row.status === 'draft' ? 'running' : row.status,
    launchedOn: launch?.launched_on ?? null,
  }
  if (launch === null) return { campaign, launch }
  checkPromise(campaign, launch)
  if (row.status === 'draft') await restore(project, campaign, launch, run.at)
  return { campaign, launch }
}

/** Holds a launched campaign to its promise; a partly launched one (recorded, not yet running) counts as launched. */
export function checkPromise(campaign: Campaign, launch: Launch): void {
  const promised: [string, string | number, string | number][] = [
    ['holdout.share', launch.holdout_share, campaign.holdout.share],
    ['holdout.salt', launch.salt, campaign.holdout.salt],
    ['windowDays', launch.window_days, campaign.windowDays],
    ['outcome', launch.outcome, campaign.outcome],
  ]
  const changed = promised.find(([, then, now]) => then !== now)
  if (changed === undefined) return
  const [key, then, now] = changed
  throw new Conflict(
    'campaign.promise_changed',
    `${campaign.file}: ${key} was ${then} when '${campaign.slug}' was launched and is ${now} now`,
    'Assignments are made once: put it back, or create another campaign.',
  )
}

/** The app database was lost, or a launch died between warehouse and app database: what the warehouse says counts. */
async function restore(project: Project, campaign: Campaign, launch: Launch, at: string): Promise<void> {
  const { campaign_id: _, ...promised } = launch
  await setCampaignStatus(project, campaign, 'running', at, promised)
}

async function findLaunch(
  project: Project,
  warehouse: Warehouse,
  by: { brand: string; id?: string; slug?: string },
  runId: string,
): Promise<Launch | null> {
  const where = by.id !== undefined ? sql`campaign_id = ${by.id}` : sql`slug = ${by.slug ?? ''}`
  const rows = await warehouse.query(
    sql`select campaign_id, holdout_share, salt, window_days, outcome, cast(launched_on as varchar) as launched_on
      from ${raw(project.names.sync)}.campaigns where brand = ${by.brand} and ${where} order by recorded_at limit 1`,
    Launch,
    { tag: { runId, purpose: 'reading the launch' } },
  )
  return rows[0] ?? null
}
