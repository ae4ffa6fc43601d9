import type { SyncEvent, SyncRun } from '../../sync/index.ts'
import { getAudience } from '../audiences/list.ts'
import { chosenDestinations } from '../campaigns/ready.ts'
import { getBrand, type Project } from '../config/project.ts'
import { withRun } from '../runs/with-run.ts'
import { readyDestination } from './destination.ts'
import { executeSync } from './execute.ts'
import { openAudience, withLedger } from './session.ts'

/** What came of a bare audience's sync. */
export interface AudienceSyncs {
  audience: string
  dataDate: string
  runs: SyncRun[]
}

/** Mirrors an audience without a campaign: no holdout, everybody reachable is on the list of each of the brand's destinations, or of `to`. */
export async function syncAudience(
  project: Project,
  brandSlug: string | undefined,
  slug: string,
  o: {
    signal: AbortSignal
    to?: string
    approve?: string
    after?: string
    dryRun?: boolean
    onWait?: (text: string) => void
    onSync?: (destination: string, event: SyncEvent) => void
  },
): Promise<AudienceSyncs> {
  const brand = getBrand(project, brandSlug)
  await getAudience(project, slug)
  const all = brand.destinations
    .filter(d => o.to === undefined || d.slug === o.to)
    .map(d => readyDestination(brand, d.slug))
  const chosen = all.length === 0 && o.to !== undefined ? [readyDestination(brand, o.to)] : chosenDestinations(all, o)
  return withRun(project, { kind: 'sync', input: { brand: brand.slug, audience: slug, to: o.to ?? null } }, o, run =>
    withLedger(project, brand, run, o, async session => {
      const reach = await openAudience(session, slug)
      const runs: SyncRun[] = []
      for (const destination of chosen) {
        runs.push(
          await executeSync(session, {
            kind: 'audience',
            subject: slug,
            label: reach.label,
            reach,
            arms: null,
            destination,
            mode: o.dryRun === true ? 'plan' : 'sync',
            ...(o.approve !== undefined && { approve: o.approve }),
            onEvent: event => o.onSync?.(destination.config.slug, event),
          }),
        )
      }
      return { audience: slug, dataDate: session.build.dataDate, runs }
    }),
  )
}
