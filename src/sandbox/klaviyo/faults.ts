import { draw } from './draw.ts'
import { type Operation, operations } from './operations.ts'
import type { Fault, FaultKind, FaultSet } from './types.ts'

/** A fault set that the server can ask. */
export interface ActiveFaults extends FaultSet {
  /** The first fault that strikes this request, or null. Counts the request for every fault that it matches up to there. */
  match(operation: Operation): Fault | null
}

const all = Object.keys(operations) as Operation[]
const changing = all.filter(id => operations[id].method !== 'GET')
const ofLists = [
  ...all.filter(id => operations[id].path.startsWith('/api/lists/{id}')),
  'bulk_import_profiles',
] as const

/** What each kind can strike: a kind that makes no sense for an operation passes it by, uncounted. */
const reach: Readonly<Record<FaultKind, readonly Operation[]>> = {
  too_many_requests: all,
  error_before: all,
  error_after: all,
  reset_before: all,
  reset_after: all,
  late_apply: changing,
  slow: all,
  hang: all,
  truncated: all,
  garbage: all,
  half_refused: ['bulk_import_profiles'],
  duplicate: changing,
  unauthorized: all,
  forbidden: all,
  list_gone: ofLists,
  stuck_job: ['bulk_import_profiles'],
  cancelled_job: ['bulk_import_profiles'],
  down: all,
}

/** An empty set; draws of a fault without a seed of its own come from `seed`. */
export function createFaults(seed: string): ActiveFaults {
  const active: { id: string; fault: Fault; matched: number; struck: number }[] = []
  let added = 0
  return {
    add: fault => {
      checkFault(fault)
      added += 1
      const id = `fault_${added}`
      active.push({ id, fault, matched: 0, struck: 0 })
      return id
    },
    clear: id => {
      const kept = id === undefined ? [] : active.filter(one => one.id !== id)
      active.splice(0, active.length, ...kept)
    },
    list: () => active.map(one => ({ ...one })),
    match: operation => {
      for (const one of active) {
        const { fault } = one
        if (!isAimedAt(fault, operation) || one.struck >= (fault.times ?? Number.POSITIVE_INFINITY)) continue
        one.matched += 1
        if (fault.nth !== undefined && one.matched !== fault.nth) continue
        if (fault.probability !== undefined && draw(fault.seed ?? seed, one.id, one.matched) >= fault.probability)
          continue
        one.struck += 1
        return fault
      }
      return null
    },
  }
}

function isAimedAt(fault: Fault, operation: Operation): boolean {
  if (!reach[fault.kind].includes(operation)) return false
  if (fault.operation === undefined) return true
  return typeof fault.operation === 'string' ? fault.operation === operation : fault.operation.includes(operation)
}

/** Throws RangeError when a fault that came over the wire is none. */
function checkFault(fault: Fault): void {
  const wrong = (text: string) => {
    throw new RangeError(`fault: ${text}`)
  }
  if (!Object.hasOwn(reach, fault.kind)) wrong(`kind must be one of ${Object.keys(reach).join(', ')}`)
  const aims = fault.operation === undefined ? [] : [fault.operation].flat()
  for (const aim of aims) if (!Object.hasOwn(operations, aim)) wrong(`operation must be one of ${all.join(', ')}`)
  if (aims.length > 0 && !aims.some(aim => reach[fault.kind].includes(aim)))
    wrong(`${fault.kind} cannot strike ${aims.join(', ')}`)
  for (const name of ['probability', 'share'] as const) {
    const value = fault[name]
    if (value !== undefined && !(value >= 0 && value <= 1)) wrong(`${name} must be between 0 and 1`)
  }
  for (const name of ['nth', 'times', 'delayMs', 'retryAfterSeconds'] as const) {
    const value = fault[name]
    const least = name === 'nth' ? 1 : 0
    if (value !== undefined && !(Number.isInteger(value) && value >= least)) wrong(`${name} must be a whole number`)
  }
  if (!statuses.includes(fault.status ?? 500)) wrong(`status must be one of ${statuses.join(', ')}`)
  if (!replies.includes(fault.reply ?? 'ok')) wrong(`reply must be one of ${replies.join(', ')}`)
}

const statuses: readonly number[] = [408, 425, 500, 502, 503, 504, 524]
const replies: readonly string[] = ['ok', 'reset', 'hang', 'error']
