import type { Change } from './account.ts'
import { Problem, throttled } from './problem.ts'
import type { Fault } from './types.ts'

/** What a fault answers before the request is looked at, or null when it lets it pass. */
export function problemOf(fault: Fault): Problem | null {
  switch (fault.kind) {
    case 'too_many_requests':
      return throttled(fault.retryAfterSeconds ?? 1)
    case 'error_before':
      return serverError(fault)
    case 'unauthorized':
      return new Problem(401, 'authentication_failed', 'Incorrect authentication credentials.', 'Invalid API key.')
    case 'forbidden':
      return new Problem(403, 'permission_denied', 'Forbidden.', 'The key lacks a scope that this needs.')
    case 'list_gone':
      return new Problem(404, 'not_found', 'Not found.', 'A list with this id does not exist.')
    default:
      return null
  }
}

/** The 5xx (or 408, 425) of error_before and error_after. */
export function serverError(fault: Fault): Problem {
  return new Problem(fault.status ?? 500, 'error', 'A server error occurred.', 'The sandbox was asked to fail.')
}

/** When the changes of a request take effect under a fault: at once, later, or both. */
export function planChanges(
  change: Change,
  fault: Fault | null,
  now: number,
  newListId: () => string,
): { change: Change; at: number }[] {
  const later = now + (fault?.delayMs ?? 5_000)
  const first = change.type === 'import' ? shaped(change, fault) : change
  if (fault?.kind === 'late_apply') return [{ change: first, at: later }]
  if (fault?.kind !== 'duplicate') return [{ change: first, at: now }]
  const again = change.type === 'create_list' ? { ...change, id: newListId() } : change
  return [
    { change: first, at: now },
    { change: again, at: later },
  ]
}

function shaped(change: Extract<Change, { type: 'import' }>, fault: Fault | null): Change {
  if (fault?.kind === 'stuck_job') return { ...change, end: 'never' }
  if (fault?.kind === 'cancelled_job') return { ...change, end: 'cancelled' }
  if (fault?.kind === 'half_refused')
    return { ...change, refuse: { share: fault.share ?? 0.5, seed: fault.seed ?? '' } }
  return change
}
