import type { SyncRun, SyncStatus } from '../../sync/index.ts'

export type { SyncEvent, SyncRun } from '../../sync/index.ts'

/** Ends that need somebody: the command that ran them exits with 1. */
const failed: ReadonlySet<SyncStatus> = new Set([
  'awaiting_approval',
  'refused',
  'blocked',
  'failed',
  'quarantined',
  'cancelled',
])

/** From best to worst: the document's status is its worst run's. */
const order: readonly SyncStatus[] = [
  'planned',
  'done',
  'partial',
  'awaiting_approval',
  'cancelled',
  'blocked',
  'refused',
  'quarantined',
  'failed',
]

/** True for a run that ended short of its plan. */
export function hasFailed(run: Pick<SyncRun, 'status'>): boolean {
  return failed.has(run.status)
}

/** The worst status of several runs; `done` of none. */
export function worstStatus(runs: readonly Pick<SyncRun, 'status'>[]): SyncStatus {
  return runs
    .map(run => run.status)
    .reduce<SyncStatus>((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'planned')
}

/** The `sync` document of cli.md; `campaign` is the audience's slug for a bare audience. */
export function syncDocument(
  subject: string,
  dataDate: string,
  runs: readonly SyncRun[],
  more: Record<string, unknown> = {},
) {
  return {
    campaign: subject,
    status: runs.length === 0 ? 'done' : worstStatus(runs),
    dataDate,
    ...more,
    runs: runs.map(run => ({ ...run })),
  }
}
