import { Conflict } from '../../../sync/core/errors.ts'
import type {
  BatchRecord,
  Control,
  PastRun,
  RejectionRecord,
  RunKey,
  SyncMemory,
} from '../../../sync/engine/control.ts'
import type { SyncStatus } from '../../../sync/engine/types.ts'

/** A control in memory for engine tests: what a test may look at and change stands beside the port. */
export interface MemoryControl extends Control {
  epoch: number
  suppressedKeys: Set<string>
  approved: Set<string>
  past: PastRun[]
  stop: string | null
  runs: {
    syncId: string
    runNo: number
    status: SyncStatus | null
    batches: BatchRecord[]
    rejections: RejectionRecord[]
  }[]
  /** Called before each write; a throw is a crash at that instant. */
  before: (what: 'begin' | 'remember' | 'intend' | 'settle' | 'end') => void
}

export function memoryControl(): MemoryControl {
  const memory = new Map<string, SyncMemory>()
  const find = (key: { syncId: string; runNo: number }) =>
    control.runs.find(run => run.syncId === key.syncId && run.runNo === key.runNo)
  const check = (key: { epoch: number }) => {
    if (key.epoch !== control.epoch) throw new Conflict('sync.stale', 'Another process took over')
  }
  const get = (key: RunKey) => {
    check(key)
    const run = find(key)
    if (run === undefined) throw new Error('no such run')
    return run
  }
  const control: MemoryControl = {
    epoch: 1,
    suppressedKeys: new Set(),
    approved: new Set(),
    past: [],
    stop: null,
    runs: [],
    before: () => {},
    begin: async run => {
      control.before('begin')
      check(run)
      const mine = control.runs.filter(other => other.syncId === run.syncId).reverse()
      const ended = mine.findIndex(other => other.status !== null)
      const runNo = Math.max(run.floor, mine[0]?.runNo ?? 0) + 1
      control.runs.push({ syncId: run.syncId, runNo, status: null, batches: [], rejections: [] })
      return { runNo, crashes: ended === -1 ? mine.length : ended }
    },
    memory: async syncId => memory.get(syncId) ?? { account: null, listId: null },
    remember: async (key, value) => {
      control.before('remember')
      check(key)
      memory.set(key.syncId, value)
    },
    history: async () => control.past,
    isApproved: async (_, hash) => control.approved.has(hash),
    suppressionVersion: async () => control.suppressedKeys.size,
    suppressed: async (_brand, _channel, keys) => keys.map(key => control.suppressedKeys.has(key)),
    intend: async (key, _brand, batch) => {
      control.before('intend')
      const run = get(key)
      if (control.stop !== null) return { answer: 'stop', reason: control.stop }
      if (batch.suppressionVersion !== -1 && batch.suppressionVersion !== control.suppressedKeys.size) {
        return { answer: 'recheck' }
      }
      const { batchNo, op, first, last } = batch
      run.batches.push({
        batchNo,
        op,
        first,
        last,
        excluded: [...batch.excluded],
        state: 'intent',
        receipt: null,
        tainted: false,
      })
      return { answer: 'go' }
    },
    settle: async (key, outcome) => {
      control.before('settle')
      const run = get(key)
      const batch = run.batches.find(one => one.batchNo === outcome.batchNo)
      if (batch === undefined) throw new Error('no such batch')
      Object.assign(batch, { state: outcome.state, receipt: outcome.receipt, tainted: outcome.tainted })
      run.rejections.push(...outcome.rejections)
    },
    batches: async (syncId, runNo) => find({ syncId, runNo })?.batches.map(batch => ({ ...batch })) ?? null,
    rejections: async (syncId, runNo) => [...(find({ syncId, runNo })?.rejections ?? [])],
    end: async (key, result) => {
      control.before('end')
      get(key).status = result.status
    },
  }
  return control
}
