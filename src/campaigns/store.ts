import type { Project } from '../config/project.ts'
import { openAppDb } from '../db/client.ts'
import type { CampaignStatus } from './campaign.ts'

/** A campaign's launch state as the app database keeps it; instants ISO text, days `YYYY-MM-DD`. */
export interface CampaignRow {
  id: string
  brand: string
  slug: string
  status: CampaignStatus
  launched_on: string | null
  /** What was promised at launch; null before. */
  holdout_share: number | null
  salt: string | null
  window_days: number | null
  outcome: string | null
  created_at: string
  updated_at: string
}

/** The state of a brand's campaign, or null when it was never planned. */
export async function findCampaignRow(
  project: Pick<Project, 'paths'>,
  brand: string,
  slug: string,
): Promise<CampaignRow | null> {
  const db = await openAppDb(project.paths)
  return (await db<CampaignRow>('campaigns').where({ brand, slug }).first()) ?? null
}

/**
 * Notes a campaign as draft unless it is known; returns what is there. A draft takes the id that it is given now; a draft of another slug
 * gives its id up, since its file was renamed. The row returned is another slug's where a launched campaign has that id.
 * Idempotent, safe beside another process.
 */
export async function ensureCampaignRow(
  project: Pick<Project, 'paths'>,
  campaign: { id: string; brand: string; slug: string; at: string },
): Promise<CampaignRow> {
  const db = await openAppDb(project.paths)
  const { at, ...key } = campaign
  const promised = { launched_on: null, holdout_share: null, salt: null, window_days: null, outcome: null }
  const row: CampaignRow = { ...key, status: 'draft', ...promised, created_at: at, updated_at: at }
  return db.transaction(async trx => {
    const rows = () => trx<CampaignRow>('campaigns').where({ brand: campaign.brand })
    await rows().where({ id: campaign.id, status: 'draft' }).whereNot({ slug: campaign.slug }).delete()
    const owner = await rows().where({ id: campaign.id }).whereNot({ slug: campaign.slug }).first()
    if (owner !== undefined) return owner
    await trx<CampaignRow>('campaigns').insert(row).onConflict(['brand', 'slug']).ignore()
    await rows().where({ slug: campaign.slug, status: 'draft' }).update({ id: campaign.id })
    return (await rows().where({ slug: campaign.slug }).first()) ?? row
  })
}

/** Moves a campaign on; with `launched` also what was promised. */
export async function setCampaignStatus(
  project: Pick<Project, 'paths'>,
  campaign: { brand: string; slug: string },
  status: CampaignStatus,
  at: string,
  launched: Partial<Pick<CampaignRow, 'launched_on' | 'holdout_share' | 'salt' | 'window_days' | 'outcome'>> = {},
): Promise<void> {
  const db = await openAppDb(project.paths)
  await db<CampaignRow>('campaigns')
    .where({ brand: campaign.brand, slug: campaign.slug })
    .update({ status, updated_at: at, ...launched })
}
