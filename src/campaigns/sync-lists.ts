import type { SyncEvent, SyncRun } from '../../sync/index.ts'
import type { ReadyDestination } from '../syncs/destination.ts'
import { executeSync } from '../syncs/execute.ts'
import type { LedgerSession } from '../syncs/session.ts'
import { armsSql } from './arms.ts'
import { emptyDropped } from './dropped.ts'
import { type Approvals, admit, countEntrants, listUnsettled } from './entrants.ts'
import type { Follow } from './plan.ts'
import type { ReadyCampaign } from './ready.ts'

/** Which lists to bring up to date. */
export interface ListsRequest extends Follow {
  chosen: readonly ReadyDestination[]
  /** Slugs of destinations that the file no longer names: emptied. */
  dropped: readonly string[]
  approvals: Approvals
  /** Plans made in this session, with everybody who would be assigned. */
  tried?: readonly SyncRun[]
}

/**
 * Brings a launched campaign's lists up to date. Whoever is new is assigned first, unless a brake holds the plan that has them: that
 * destination's run then ends at its brake with that plan's hash, and the others go on with those assigned before.
 */
export async function syncLists(
  session: LedgerSession,
  ready: ReadyCampaign,
  o: ListsRequest,
): Promise<{ assigned: number; runs: SyncRun[] }> {
  const { campaign } = ready
  const runs: SyncRun[] = []
  let entry: Awaited<ReturnType<typeof admit>> = { assigned: 0, held: new Set() }
  // Nobody new comes in on a build that the engine will block: their window would begin on data nobody trusts.
  if (session.build.health.buildOk && (await countEntrants(session, ready)) > 0) {
    for (const destination of await listUnsettled(session, campaign, o.chosen))
      runs.push(await syncList(session, ready, destination, 'stored', o))
    const isSettled = (await listUnsettled(session, campaign, o.chosen)).length === 0
    if (isSettled) entry = await admit(session, ready, o.chosen, runs.length > 0 ? { approvals: o.approvals } : o)
  }
  await session.run.event('assigned', { campaign: campaign.slug, assigned: entry.assigned })
  for (const destination of o.chosen) {
    const mode = entry.held.has(destination.config.slug) ? 'held' : 'stored'
    runs.push(await syncList(session, ready, destination, mode, o))
  }
  runs.push(...(await emptyDropped(session, campaign, o.dropped, o)))
  return { assigned: entry.assigned, runs }
}

/** `held` runs the plan with people who are not assigned: nothing that was approved meanwhile may let it through. */
function syncList(
  session: LedgerSession,
  { campaign, reach, destinations }: ReadyCampaign,
  destination: ReadyDestination,
  mode: 'stored' | 'held',
  o: Pick<ListsRequest, 'approvals' | 'onSync'>,
): Promise<SyncRun> {
  const platforms = destinations.map(d => d.platform)
  const approve = mode === 'held' ? undefined : o.approvals.get(destination.config.slug)
  const deaf = { ...session, control: { ...session.control, isApproved: async () => false } }
  return executeSync(mode === 'held' ? deaf : session, {
    kind: 'campaign',
    subject: campaign.slug,
    label: campaign.label,
    reach,
    arms: armsSql(reach, campaign, platforms, mode === 'held' ? 'drawn' : 'stored'),
    destination,
    mode: 'sync',
    ...(approve !== undefined && { approve }),
    onEvent: (event: SyncEvent) => o.onSync?.(destination.config.slug, event),
  })
}
