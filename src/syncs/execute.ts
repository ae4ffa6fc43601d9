import { raw, runSync, type SyncEvent, type SyncRun, type SyncSpec } from '../../sync/index.ts'
import type { AudienceField } from '../audiences/columns.ts'
import { guardLimits, type ReadyDestination } from './destination.ts'
import type { ReachContext } from './reach.ts'
import type { LedgerSession } from './session.ts'
import { type ArmsSql, desiredSql, funnelSql } from './spec.ts'
import { checkListFree, ensureSync, findSync, type SyncKey, syncId } from './store.ts'

/** One pair to bring up to date, or to plan. */
export interface SyncRequest {
  kind: SyncKey['kind']
  /** Slug of the campaign or audience. */
  subject: string
  /** Its label: names the list. */
  label: string
  /** Who is selected; null takes everybody off the list (a stopped campaign). */
  reach: (ReachContext & { fields: AudienceField[] }) | null
  /** Null for a bare audience: everybody reachable is on the list. */
  arms: ArmsSql | null
  destination: ReadyDestination
  mode: 'plan' | 'sync'
  approve?: string
  onEvent?: (event: SyncEvent) => void
}

/**
 * One run of one sync: composes what should be on the list and hands it to the engine. Brakes, refusals and vendor failures are in the
 * returned run's status; throws only what keeps a run from starting. Emptying a list asks nothing of the build, so no build blocks it.
 */
export async function executeSync(session: LedgerSession, request: SyncRequest): Promise<SyncRun> {
  const { project, brand, run, build } = session
  const { destination, reach, arms, mode } = request
  const list = mode === 'plan' ? await findList(session, request) : await reserveList(session, request)
  const spec: SyncSpec = {
    syncId: list.id,
    runId: run.id,
    brand: brand.slug,
    schema: project.names.sync,
    listName: list.name,
    desired: reach === null ? nobody : desiredSql(reach, destination.platform, arms),
    fields: reach?.fields ?? [],
    funnel: reach === null ? null : funnelSql(reach, destination.platform, arms),
    destination: destination.platform,
    settings: destination.settings,
    ...(destination.config.endpoint !== undefined && { endpoint: destination.config.endpoint }),
    guard: guardLimits(brand),
    dataDate: build.dataDate,
    health: reach === null ? { buildOk: true, reason: null, historical: false } : build.health,
    epoch: run.epoch,
    ...(reach === null && { emptyOnPurpose: true }),
  }
  const result = await runSync(session.warehouse, session.control, spec, session.effects, {
    dryRun: mode === 'plan',
    signal: run.signal,
    ...(request.approve !== undefined && { approve: request.approve }),
    ...(request.onEvent && { onEvent: request.onEvent }),
  })
  const named = { ...result, destination: destination.config.slug }
  await run.event('sync', named)
  return named
}

/** What names a sync and its list. */
type Named = Pick<SyncRequest, 'kind' | 'subject' | 'label' | 'destination'>

/** Takes a list's name for good: the first sync of the pair decides. Throws Conflict when another sync owns it: call it before assigning anybody. */
export async function reserveList(session: LedgerSession, request: Named): Promise<{ id: string; name: string }> {
  const key = keyOf(session, request)
  const row = await ensureSync(session.project, key, listName(session, request.label), session.at)
  return { id: row.id, name: row.list_name }
}

async function findList(session: LedgerSession, request: Named): Promise<{ id: string; name: string }> {
  const key = keyOf(session, request)
  const wanted = listName(session, request.label)
  const row = await findSync(session.project, key)
  if (row === null) await checkListFree(session.project, key, wanted)
  return { id: syncId(key), name: row?.list_name ?? wanted }
}

const keyOf = (session: LedgerSession, request: Named): SyncKey => ({
  brand: session.brand.slug,
  kind: request.kind,
  subject: request.subject,
  destination: request.destination.config.slug,
})

const nobody = raw(
  `select ${['customer_id', 'person_key', 'email', 'phone', 'external_id', 'other'].map(name => `cast(null as varchar) as ${name}`).join(', ')} where false`,
)

/** `Winback – Autumn win-back`, with the brand in between where a project has several: two brands may share one account. */
function listName(session: LedgerSession, label: string): string {
  const brand = session.project.config.brands.length > 1 ? [session.brand.label] : []
  return ['Winback', ...brand, label].join(' – ')
}
