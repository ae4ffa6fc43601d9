import { z } from 'zod'
import { blankRun, NotFound, raw, type SyncEvent, type SyncRun, sql } from '../../sync/index.ts'
import { type ReadyDestination, readyDestination } from '../syncs/destination.ts'
import { executeSync } from '../syncs/execute.ts'
import type { LedgerSession } from '../syncs/session.ts'
import { listSyncedDestinations, syncId } from '../syncs/store.ts'
import type { Campaign } from './campaign.ts'

type Named = Pick<Campaign, 'brand' | 'slug' | 'label' | 'destinations'>

/**
 * The destinations that this campaign was synced to and that its file no longer names, by slug. Told by the app database, and where that was
 * lost by the plans in the warehouse.
 */
export async function listDropped(session: LedgerSession, campaign: Named): Promise<string[]> {
  const key = { brand: campaign.brand, kind: 'campaign' as const, subject: campaign.slug }
  const noted = await listSyncedDestinations(session.project, key)
  const rows = await session.warehouse.query(
    sql`select distinct sync_id from ${raw(session.project.names.sync)}.plans where brand = ${campaign.brand}`,
    z.object({ sync_id: z.string() }),
    { tag: { runId: session.run.id, purpose: 'looking for lists' } },
  )
  const planned = new Set(rows.map(row => row.sync_id))
  const known = session.brand.destinations.map(d => d.slug)
  const found = known.filter(destination => planned.has(syncId({ ...key, destination })))
  return [...new Set([...noted, ...found])].filter(slug => !campaign.destinations.includes(slug)).sort()
}

/** Empties the lists of `listDropped`; returns the runs that had something to do, since an emptied list is emptied again by each sync. */
export async function emptyDropped(...given: Parameters<typeof emptyLists>): Promise<SyncRun[]> {
  return (await emptyLists(...given)).filter(run => {
    const { upserts, removes } = run.planned
    return upserts + removes + run.recovered.length > 0 || !['done', 'planned'].includes(run.status)
  })
}

/**
 * Takes everybody off the lists at the given destinations: a campaign that no longer keeps a list up must not leave people on it. An ordinary
 * sync of nobody each. A destination that winback.yml no longer names blocks while people are on its list.
 */
export async function emptyLists(
  session: LedgerSession,
  campaign: Named,
  destinations: readonly string[],
  o: { dryRun?: boolean; approvals?: ReadonlyMap<string, string>; onSync?: (slug: string, event: SyncEvent) => void },
): Promise<SyncRun[]> {
  const runs: SyncRun[] = []
  for (const slug of destinations) {
    const destination = findDestination(session, slug)
    if (destination === null) {
      const members = await countMembers(session, campaign, slug)
      if (members > 0) runs.push(gone(session, slug, members))
      continue
    }
    const approve = o.approvals?.get(slug)
    runs.push(
      await executeSync(session, {
        kind: 'campaign',
        subject: campaign.slug,
        label: campaign.label,
        reach: null,
        arms: null,
        destination,
        mode: o.dryRun === true ? 'plan' : 'sync',
        ...(approve !== undefined && { approve }),
        onEvent: event => o.onSync?.(slug, event),
      }),
    )
  }
  return runs
}

function findDestination(session: LedgerSession, slug: string): ReadyDestination | null {
  try {
    return readyDestination(session.brand, slug)
  } catch (error) {
    if (error instanceof NotFound) return null
    throw error
  }
}

/** Entries that the ledger says are on the list, or perhaps on it. */
async function countMembers(session: LedgerSession, campaign: Named, destination: string): Promise<number> {
  const sync = raw(session.project.names.sync)
  const id = syncId({ brand: campaign.brand, kind: 'campaign', subject: campaign.slug, destination })
  const events = (table: string) =>
    sql`select entry_key, kind, run_no, step from ${sync}.${raw(table)} where brand = ${campaign.brand} and sync_id = ${id}`
  const rows = await session.warehouse.query(
    sql`select count(*) as n from (
        select arg_max(kind, run_no * 16 + step) as kind from (${events('ledger')} union all ${events('ledger_base')}) as events group by entry_key
      ) as latest where kind in ('sent', 'unknown')`,
    z.object({ n: z.coerce.number() }),
    { tag: { runId: session.run.id, purpose: 'counting members' } },
  )
  return rows[0]?.n ?? 0
}

/** A run that cannot start: the address and the key are no longer known. */
function gone(session: LedgerSession, destination: string, members: number): SyncRun {
  return {
    ...blankRun(session.run.id, destination),
    status: 'blocked',
    reason: {
      code: 'sync.destination_gone',
      message: `${members.toLocaleString('en-GB')} people are still on the list at '${destination}', which winback.yml no longer names`,
      hint: `Put '${destination}' back into winback.yml until a sync has emptied its list.`,
    },
  }
}
