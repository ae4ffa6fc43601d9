import { DestinationError } from './errors.ts'
import type { FailureClass } from './request.ts'

/** A request that got no good answer: what it means for the members it carried, and the vendor's redacted words. */
export class RequestFailed extends DestinationError {
  readonly outcome: FailureClass
  /** HTTP status, or null when there was none. */
  readonly status: number | null
  /** The vendor's JSON Pointers of what it refused, e.g. `/data/attributes/profiles/data/3/attributes/email`. */
  readonly pointers: readonly string[]

  constructor(
    outcome: FailureClass,
    message: string,
    options: { status?: number | null; pointers?: readonly string[]; cause?: unknown } = {},
  ) {
    const retryable = outcome === 'ambiguous' || outcome === 'transient' || outcome === 'down'
    super(`destination.${codes[outcome]}`, message, hints[outcome], { retryable, cause: options.cause })
    this.outcome = outcome
    this.status = options.status ?? null
    this.pointers = options.pointers ?? []
  }
}

const codes: Record<FailureClass, string> = {
  ambiguous: 'ambiguous',
  transient: 'unavailable',
  split: 'refused',
  size: 'too_large',
  auth: 'auth',
  config: 'not_found',
  down: 'down',
  cancelled: 'cancelled',
}

const hints: Record<FailureClass, string> = {
  ambiguous: 'Nothing is lost: the next sync asserts these members again.',
  transient: 'Sync again later.',
  split: 'The rows the platform names are recorded as rejected.',
  size: 'Send fewer or smaller fields.',
  auth: 'Check the key (in the environment or .env) and its scopes, then sync again.',
  config: 'Put the list back at the platform, or give the sync another list name; it is never re-created silently.',
  down: 'The platform does not answer; sync again when it does. Nothing is lost.',
  cancelled: 'Sync again to finish.',
}

/** True when the request surely never left: no address, nobody listening. */
export function neverSent(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && unsent.has(code)
}

const unsent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
])
