import type { Sql } from '../core/sql.ts'
import type { Destination, Field } from '../destinations/destination.ts'

/** What one run is asked to do: make the destination's list equal to `desired`. */
export interface SyncSpec {
  /** Stable id of the (campaign or audience, destination) pair; `[a-z0-9_]`. */
  syncId: string
  runId: string
  brand: string
  /** `S_sync` as written in SQL, e.g. `ledger.winback_sync`. */
  schema: string
  /** The list's name at the destination. */
  listName: string
  /**
   * SELECT customer_id, person_key, email, phone, external_id, other, then the fields. Everybody who should be on the
   * list: selected, in treatment, consented, valid. Deterministic: the plan reads it more than once. Suppressions are
   * joined again here.
   */
  desired: Sql
  fields: readonly Field[]
  /** One row: selected, held_out, no_consent, suppressed, invalid (counts); for the card and the guard. */
  funnel: Sql | null
  destination: Destination
  /** Already parsed by `destination.settings`. */
  settings: unknown
  /** Replaces the vendor's address: a proxy, or a sandbox. */
  endpoint?: string
  guard: GuardLimits
  /** `YYYY-MM-DD`: the as-of date of the build that was read. */
  dataDate: string
  health: Health
  /** A person asked for an empty list (a stopped campaign): the brakes on removals and on an empty audience stand aside. */
  emptyOnPurpose?: boolean
  /** Fencing number of the lease. */
  epoch: number
}

/** Whether the build that is read may be trusted. */
export interface Health {
  buildOk: boolean
  /** Why not, one sentence. */
  reason: string | null
  /** The build was made as of a past date. */
  historical: boolean
}

/** The brakes' thresholds; shares are 0..1. */
export interface GuardLimits {
  /** Removals above this share of the known members ask for approval, from `minKnown` known on. */
  maxRemoveShare: number
  minKnown: number
  /** Removals above this number ask for approval. */
  maxRemoves: number
  /** Additions above this share of the known members ask for approval, after the third run. */
  maxAddShare: number
  /** Desired members outside median ± this share of the last ten runs ask for approval. */
  medianBand: number
  /** Null or invalid identifiers above this share are refused; so is a rise of `maxInvalidRise` on the median. */
  maxInvalidShare: number
  maxInvalidRise: number
  /** Members whose identity stands on more than five customers, above this share: refused. */
  maxSharedShare: number
  /** Refused rows above this share, after 200 rows, stop the push. */
  maxRejectShare: number
}

/** The defaults of docs/sync-engine.md, Brakes. */
export const guardDefaults: GuardLimits = {
  maxRemoveShare: 0.2,
  minKnown: 100,
  maxRemoves: 50_000,
  maxAddShare: 0.5,
  medianBand: 0.4,
  maxInvalidShare: 0.3,
  maxInvalidRise: 0.15,
  maxSharedShare: 0.01,
  maxRejectShare: 0.05,
}

/** Counts per direction. */
export interface Counts {
  upserts: number
  removes: number
}

/** A brake that tripped: `block` waits for the world to change, `refuse` cannot be approved, `approve` can. */
export interface Brake {
  /** Dotted: `plan.too_many_removes`. */
  code: string
  action: 'block' | 'refuse' | 'approve'
  message: string
  hint: string
}

/** What a plan would do, as `campaign plan` shows it. Counts of members. */
export interface PlanCard {
  destination: string
  /** On the list now, as the ledger knows it. */
  before: number
  after: number
  adds: number
  updates: number
  removes: number
  /** Of the removals, people suppressed since they were sent: never held back by a brake. */
  complianceRemoves: number
  unchanged: number
  selected: number | null
  heldOut: number | null
  noConsent: number | null
  suppressed: number | null
  invalid: number
  /** Codes of the brakes that ask for approval. */
  needsApproval: string[]
  /** Codes of the brakes that refuse or block. */
  refused: string[]
}

/** How a run ended; `planned` is a dry run. */
export type SyncStatus =
  | 'planned'
  | 'done'
  | 'partial'
  | 'awaiting_approval'
  | 'refused'
  | 'blocked'
  | 'failed'
  | 'cancelled'
  | 'quarantined'

/** One run as `winback sync --json` prints it. */
export interface SyncRun {
  runId: string
  runNo: number | null
  status: SyncStatus
  destination: string
  planHash: string | null
  card: PlanCard | null
  planned: Counts
  accepted: Counts
  rejected: Counts
  unknown: Counts
  /** Planned and not sent: suppressed meanwhile, or the run stopped first. No ledger row; the next plan has them again. */
  skipped: Counts
  /** Requests as they left, retries included; `setup` creates lists. */
  requests: { write: number; lookup: number; poll: number; setup: number }
  /** Body bytes of write requests. */
  bytes: number
  seconds: number
  /** Seconds by phase. */
  phases: Record<string, number>
  /** Numbers of crashed runs that were settled first. */
  recovered: number[]
  /** Why it did not end as `done`. */
  reason: { code: string; message: string; hint: string } | null
}

/** The phases of a run, in order. */
export type Phase =
  | 'recover'
  | 'preflight'
  | 'plan'
  | 'guard'
  | 'mark'
  | 'push'
  | 'settle'
  | 'acknowledge'
  | 'reconcile'

/** Progress: `done` of `total` members in push, of jobs in settle; 0 of 0 where a phase has no count. */
export interface SyncEvent {
  phase: Phase
  done: number
  total: number
}

/** How the caller steers a run. */
export interface SyncOptions {
  /** Plans, guards and stops: nothing is sent and nothing stays. */
  dryRun?: boolean
  /** The plan hash a person approved. */
  approve?: string
  onEvent?: (event: SyncEvent) => void
  /** Stops before the next batch; what was sent is acknowledged. */
  signal?: AbortSignal
}
