import { z } from 'zod'
import { raw, type SyncRun, sql } from '../../sync/index.ts'
import type { ReadyDestination } from '../syncs/destination.ts'
import type { LedgerSession } from '../syncs/session.ts'
import { syncId } from '../syncs/store.ts'
import { assignPopulation } from './arms.ts'
import type { Campaign } from './campaign.ts'
import { planRuns } from './plan.ts'
import { countPopulation } from './population.ts'
import type { ReadyCampaign } from './ready.ts'

/** Plan hashes that a person approved, by destination. */
export type Approvals = ReadonlyMap<string, string>

/** How many of the population are not assigned yet. */
export async function countEntrants(session: LedgerSession, { campaign, reach, destinations }: ReadyCampaign) {
  const platforms = destinations.map(d => d.platform)
  const counts = await countPopulation(session.warehouse, reach, campaign, platforms, session.run)
  return counts.population - counts.assigned
}

/**
 * Lets later entrants in, unless a brake holds the plan that has them: then nobody is assigned, and the destinations that hold are returned.
 * What a brake says of a stranger's list is known only after the platform was asked, so that one cannot be looked at here: people are
 * assigned then, and wait. `tried` are plans made before, of the same arms.
 */
export async function admit(
  session: LedgerSession,
  ready: ReadyCampaign,
  chosen: readonly ReadyDestination[],
  o: { approvals: Approvals; tried?: readonly SyncRun[] },
): Promise<{ assigned: number; held: ReadonlySet<string> }> {
  const { campaign, reach, destinations } = ready
  const { warehouse, run, build, at } = session
  const tried = o.tried ?? (await planRuns(session, ready, chosen, {}))
  const held = new Set<string>()
  for (const plan of tried) if (await isHeld(session, campaign, plan, o.approvals)) held.add(plan.destination)
  if (held.size > 0) return { assigned: 0, held }
  const who = { id: run.id, dataDate: build.dataDate, at, signal: run.signal }
  const platforms = destinations.map(d => d.platform)
  return { assigned: await assignPopulation(warehouse, reach, campaign, platforms, who), held }
}

/** True for a plan that is refused, or that asks for an approval nobody gave. */
export async function isHeld(
  session: LedgerSession,
  campaign: Pick<Campaign, 'brand' | 'slug'>,
  plan: SyncRun,
  approvals: Approvals,
): Promise<boolean> {
  const { card, planHash, destination } = plan
  if (card === null || planHash === null || card.refused.length > 0) return true
  if (card.needsApproval.length === 0 || approvals.get(destination) === planHash) return false
  return !(await session.control.isApproved(idOf(campaign, destination), planHash))
}

/** Of the destinations, those where a run broke off and its outcome is not in the ledger yet: a plan made now would not be the one after. */
export async function listUnsettled(
  session: LedgerSession,
  campaign: Pick<Campaign, 'brand' | 'slug'>,
  chosen: readonly ReadyDestination[],
): Promise<ReadyDestination[]> {
  const rows = await session.warehouse.query(
    sql`select distinct sync_id from (
        select sync_id, run_no from ${raw(session.project.names.sync)}.plans where brand = ${campaign.brand}
        group by sync_id, run_no having count(acknowledged_at) = 0
      ) as broken`,
    z.object({ sync_id: z.string() }),
    { tag: { runId: session.run.id, purpose: 'looking for crashed runs' } },
  )
  const broken = new Set(rows.map(row => row.sync_id))
  return chosen.filter(d => broken.has(idOf(campaign, d.config.slug)))
}

const idOf = (campaign: Pick<Campaign, 'brand' | 'slug'>, destination: string) =>
  syncId({ brand: campaign.brand, kind: 'campaign', subject: campaign.slug, destination })
