import type { SyncStatus } from './types.ts'

/** What a batch does; compliance removals take suppressed people off the list and pass every brake. */
export type BatchOp = 'compliance' | 'remove' | 'upsert'

/**
 * intent: about to be sent · provisional: taken, the receipt tells later · accepted: final, but for its rejections ·
 * unknown: may have been applied · refused: surely not applied.
 */
export type BatchState = 'intent' | 'provisional' | 'accepted' | 'unknown' | 'refused'

/** Names one run of a sync in the app DB. */
export interface RunKey {
  syncId: string
  runNo: number
  /** Fencing number of the lease; every write checks it and throws Conflict when it is stale. */
  epoch: number
}

/** One batch before its request: plan rows `first`..`last` without `excluded`. No identity. */
export interface BatchIntent {
  batchNo: number
  op: BatchOp
  first: number
  last: number
  excluded: readonly number[]
  /** The suppression version its members were checked against. */
  suppressionVersion: number
}

/** One batch after its request. */
export interface BatchOutcome {
  batchNo: number
  state: Exclude<BatchState, 'intent'>
  receipt: string | null
  /** An attempt before the last one was ambiguous: it may still be applied later. */
  tainted: boolean
  reason: string | null
  rejections: readonly RejectionRecord[]
}

/** A refused row: plan row, code and redacted words. */
export interface RejectionRecord {
  seq: number
  code: string
  message: string
  permanent: boolean
}

/** A batch as the app DB remembers it. */
export interface BatchRecord {
  batchNo: number
  op: BatchOp
  first: number
  last: number
  excluded: number[]
  state: BatchState
  receipt: string | null
  tainted: boolean
}

/** What is remembered of a sync's destination between runs. */
export interface SyncMemory {
  /** The vendor's account id of the first run; another one blocks. */
  account: string | null
  listId: string | null
}

/** A finished run's counts, newest first, for the median brakes. */
export interface PastRun {
  desired: number
  /** Share of null or invalid identifiers, 0..1. */
  invalidShare: number
}

/** The engine's port to the app DB. Every method is one transaction. */
export interface Control {
  /** Opens a run with a number above `floor` and above every earlier one; `crashes` counts the latest runs in a row that never ended. */
  begin(run: {
    syncId: string
    runId: string
    brand: string
    epoch: number
    floor: number
  }): Promise<{ runNo: number; crashes: number }>
  memory(syncId: string): Promise<SyncMemory>
  remember(key: RunKey, memory: SyncMemory): Promise<void>
  /** At most the last ten runs that ended `done` or `partial`. */
  history(syncId: string): Promise<PastRun[]>
  /** True when a person approved this plan in the last 24 hours. */
  isApproved(syncId: string, planHash: string): Promise<boolean>
  /** Grows with each suppression key of the brand; 0 when there is none. */
  suppressionVersion(brand: string): Promise<number>
  /** For each person key, whether a suppression for the channel (or for all) arrived. */
  suppressed(brand: string, channel: string, personKeys: readonly string[]): Promise<boolean[]>
  /** Checks epoch, kill switch and suppression version, then records the batch; `recheck` when suppressions grew. */
  intend(
    key: RunKey,
    brand: string,
    batch: BatchIntent,
  ): Promise<{ answer: 'go' } | { answer: 'recheck' } | { answer: 'stop'; reason: string }>
  /** Records what came of a batch, at the latest with the run's next write or read; a later call for the same batch replaces it. */
  settle(key: RunKey, outcome: BatchOutcome): Promise<void>
  /** The batches of a run in order, or null when the app DB does not know the run. */
  batches(syncId: string, runNo: number): Promise<BatchRecord[] | null>
  rejections(syncId: string, runNo: number): Promise<RejectionRecord[]>
  /** Closes the run. */
  end(key: RunKey, result: { status: SyncStatus; desired: number; invalidShare: number }): Promise<void>
}
