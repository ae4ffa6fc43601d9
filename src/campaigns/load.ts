import { ulid } from 'ulid'
import { z } from 'zod'
import { Conflict, raw, sql, type Warehouse } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import type { Campaign } from './campaign.ts'
import { type FoundFile, getCampaignFile } from './files.ts'
import { type CampaignRow, ensureCampaignRow, findCampaignRow, setCampaignStatus } from './store.ts'

/** One row of `S_sync.campaigns`: what was promised at launch. */
const Launch = z.object({
  campaign_id: z.string(),
  slug: z.string(),
  holdout_share: z.number(),
  salt: z.string(),
  window_days: z.number(),
  outcome: z.string(),
  launched_on: z.string(),
})
export type Launch = z.infer<typeof Launch>

/**
 * The campaign as its file and the app database tell it, without the warehouse. Its id may be new and not yet kept.
 * Throws Conflict when the file names another id than the one it was launched by.
 */
export async function findCampaign(project: Project, brand: string, slug: string): Promise<Campaign> {
  const found = await getCampaignFile(project, brand, slug)
  const row = await findCampaignRow(project, brand, slug)
  if (row !== null && row.status !== 'draft') checkId(found, slug, row.id)
  return described(found, brand, slug, row)
}

/**
 * The campaign with its launch looked up in the warehouse, which outlives the app database; notes it there when it is new.
 * The launch is looked up by slug, never by what the file says now: another id would be another campaign, and everybody would be
 * assigned again. Throws Conflict when the file no longer says what was promised at launch, or names another campaign's id.
 */
export async function loadCampaign(
  project: Project,
  warehouse: Warehouse,
  brand: string,
  slug: string,
  run: { id: string; at: string },
): Promise<{ campaign: Campaign; launch: Launch | null }> {
  const found = await getCampaignFile(project, brand, slug)
  const known = await findCampaignRow(project, brand, slug)
  const launch = await findLaunch(project, warehouse, { brand, slug }, run.id)
  const launchedId = launch?.campaign_id ?? (known !== null && known.status !== 'draft' ? known.id : null)
  if (launchedId !== null) checkId(found, slug, launchedId)
  const draft = described(found, brand, slug, known)
  const id = launchedId ?? draft.id
  if (launch === null) {
    const other = await findLaunch(project, warehouse, { brand, id }, run.id)
    if (other !== null) throw idTaken(found.file, id, other.slug)
  }
  const row = await ensureCampaignRow(project, { id, brand, slug, at: run.at })
  if (row.slug !== slug) throw idTaken(found.file, id, row.slug)
  const campaign: Campaign = {
    ...draft,
    id,
    holdout: { ...draft.holdout, salt: found.campaign.holdout.salt ?? id },
    status: launch !== null && row.status === 'draft' ? 'running' : row.status,
    launchedOn: launch?.launched_on ?? null,
  }
  if (launch === null) return { campaign, launch }
  checkPromise(campaign, launch)
  if (row.status === 'draft') await restore(project, campaign, launch, run.at)
  return { campaign, launch }
}

function described({ file, campaign }: FoundFile, brand: string, slug: string, row: CampaignRow | null): Campaign {
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

/** The file may leave the id out; it may not say another one than everybody was assigned by. */
function checkId({ file, campaign }: FoundFile, slug: string, launchedId: string): void {
  if (campaign.id === undefined || campaign.id === launchedId) return
  throw new Conflict(
    'campaign.promise_changed',
    `${file}: id was ${launchedId} when '${slug}' was launched and is ${campaign.id} now`,
    'Assignments are made once: put it back, or create another campaign.',
  )
}

function idTaken(file: string, id: string, owner: string): Conflict {
  return new Conflict(
    'campaign.id_taken',
    `${file}: the id ${id} belongs to campaign '${owner}'`,
    'Take `id:` out of this file, or give it another: one id is one campaign, and a launched one keeps its file’s name.',
  )
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
  const { campaign_id: _, slug: __, ...promised } = launch
  await setCampaignStatus(project, campaign, 'running', at, promised)
}

async function findLaunch(
  project: Project,
  warehouse: Warehouse,
  by: { brand: string; id: string } | { brand: string; slug: string },
  runId: string,
): Promise<Launch | null> {
  const where = 'id' in by ? sql`campaign_id = ${by.id}` : sql`slug = ${by.slug}`
  const rows = await warehouse.query(
    sql`select campaign_id, slug, holdout_share, salt, window_days, outcome, cast(launched_on as varchar) as launched_on
      from ${raw(project.names.sync)}.campaigns where brand = ${by.brand} and ${where} order by recorded_at limit 1`,
    Launch,
    { tag: { runId, purpose: 'reading the launch' } },
  )
  return rows[0] ?? null
}
