import { Conflict } from '../../sync/index.ts'
import { getBrand, type Project } from '../config/project.ts'
import { withRun } from '../runs/with-run.ts'
import { withLedger } from '../syncs/session.ts'
import { emptyLists, listDropped } from './dropped.ts'
import type { CampaignSyncs } from './launch.ts'
import { findCampaign, loadCampaign } from './load.ts'
import type { Follow } from './plan.ts'
import { setCampaignStatus } from './store.ts'

/** Holds a running campaign: no more assignments and no more syncs, so buyers stay on its lists until it goes on. Idempotent. */
export async function pauseCampaign(
  project: Project,
  brandSlug: string | undefined,
  slug: string,
  at: string,
): Promise<void> {
  const brand = getBrand(project, brandSlug)
  const campaign = await findCampaign(project, brand.slug, slug)
  if (campaign.status === 'draft' || campaign.status === 'stopped')
    throw new Conflict(
      'campaign.not_running',
      `'${slug}' is ${campaign.status === 'draft' ? 'not launched' : 'stopped'}`,
      'Only a running campaign can be paused.',
    )
  await setCampaignStatus(project, campaign, 'paused', at)
}

/**
 * Ends a campaign for good: nobody is assigned any more, and every list it ever had is emptied by removals, since people who stay on a list that is
 * no longer kept up would be written to after they bought. Emptying is what was asked for, so no brake on removals holds it; a vendor that
 * is down leaves the run failed and `stop` can be repeated. Assignments and readout stay.
 */
export function stopCampaign(
  project: Project,
  brandSlug: string | undefined,
  slug: string,
  follow: Follow,
): Promise<CampaignSyncs> {
  const brand = getBrand(project, brandSlug)
  return withRun(project, { kind: 'sync', input: { brand: brand.slug, campaign: slug, stop: true } }, follow, run =>
    withLedger(project, brand, run, {}, async session => {
      const { warehouse, at } = session
      const { campaign, launch } = await loadCampaign(project, warehouse, brand.slug, slug, { id: run.id, at })
      if (launch === null)
        throw new Conflict('campaign.not_launched', `'${slug}' is not launched`, 'There is nothing to stop.')
      await setCampaignStatus(project, campaign, 'stopped', session.at)
      const everywhere = [...campaign.destinations, ...(await listDropped(session, campaign))]
      const runs = await emptyLists(session, campaign, everywhere, follow)
      return { campaign: { ...campaign, status: 'stopped' }, dataDate: session.build.dataDate, assigned: 0, runs }
    }),
  )
}
