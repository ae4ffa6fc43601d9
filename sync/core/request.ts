import type { z } from 'zod'

/** How requests are counted apart: `write` changes members, `setup` creates a list, `lookup` and `poll` only read. */
export type RequestKind = 'write' | 'setup' | 'lookup' | 'poll'

/** One request to a vendor, before quotas, retries and headers are added. */
export interface VendorRequest<T> {
  /** The quota it draws from: one of the destination's `limits.quotas[].operations`. */
  operation: string
  kind: RequestKind
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Path and query, joined to the endpoint's origin. */
  path: string
  body?: Uint8Array | string
  /** Shape of a good reply's JSON; a good status with another shape is ambiguous. Absent: the body is not read. */
  reply?: z.ZodType<T>
  /** False: an ambiguous outcome is thrown at once, because a repeat would act twice (creating a list). Default true. */
  repeatable?: boolean
}

/** One vendor account as a batch sees it: quotas, retries and redaction are behind it. */
export interface Connection {
  /** Sends until there is an answer; throws RequestFailed, whose `outcome` says what is known of the destination. */
  send<T>(request: VendorRequest<T>): Promise<T>
}

/** What a failed request means (outcome table of docs/sync-engine.md). */
export type FailureClass =
  /** May have been applied, or may be later: timeout, reset, 5xx after the body was sent, unparsable 2xx. */
  | 'ambiguous'
  /** Surely not applied, worth trying later: 429, refused connection, DNS. */
  | 'transient'
  /** The whole batch was refused because of its content: bisect. */
  | 'split'
  /** The body is too large: halve. */
  | 'size'
  /** The key is wrong or lacks a scope. */
  | 'auth'
  /** What the request names is not there (the list). */
  | 'config'
  /** The circuit is open: nothing was sent. */
  | 'down'
  /** The caller stopped while nothing was in flight. */
  | 'cancelled'
