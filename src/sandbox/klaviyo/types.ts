import type { Operation } from './operations.ts'

/** How the stand-in platform is started. Everything has a default; two sandboxes started alike and asked alike answer alike. */
export interface KlaviyoOptions {
  /** TCP port on 127.0.0.1; 0 (default) takes a free one. */
  port?: number
  /** The private key that is accepted. Default `pk_sandbox`. */
  apiKey?: string
  /** The account's id in GET /api/accounts; another id looks like another customer's key. Default `SANDBX`. */
  accountId?: string
  /** Any text; ids, error ids and fault draws follow from it. Default `1`. */
  seed?: string
  /** Milliseconds since 1970, UTC; a test or a simulation passes its own clock. Quota windows, jobs and late effects go by it. Default Date.now. */
  now?: () => number
  /** Waits `ms` milliseconds before a slow reply. Default setTimeout. */
  sleep?: (ms: number) => Promise<void>
  /** How long an import job is queued and then processed, in milliseconds of `now`. Default 100 and 200. */
  jobs?: { queuedMs?: number; processingMs?: number }
  /** False switches the vendor's rate limits off (benchmarks). Default true. */
  quotas?: boolean
  /** What a row with a malformed identifier gets: its own import error when the job ends (default), or a 400 for the whole request, as public reports of the real platform show. */
  malformedRows?: 'import_error' | 'bad_request'
  /** A journal of what was accepted, read at start; survives kill -9 at any instant. One sandbox a file. Default: memory only. */
  stateFile?: string
  /** Keep request bodies in the log (memory only). Default false. */
  keepBodies?: boolean
  /** Called with each finished request; the entry carries no identity. */
  onRequest?: (entry: LogEntry) => void
}

/** A running stand-in for Klaviyo. */
export interface SandboxKlaviyo {
  /** `http://127.0.0.1:<port>`, what a destination takes as `endpoint`. */
  readonly endpoint: string
  readonly port: number
  /** The key it accepts. */
  readonly apiKey: string
  readonly faults: FaultSet
  /** Every request to /api since the start or the last reset, oldest first. */
  readonly log: readonly LogEntry[]
  /** Lists that exist now, oldest first. */
  lists(): SandboxList[]
  /** True members now, by list id or name (oldest of that name): external_id where there is one, else e-mail, else phone. Empty when there is no such list. */
  membership(list: string): Set<string>
  /** The same with every identifier. */
  members(list: string): SandboxMember[]
  /** Number of profiles, on lists or not. */
  profileCount(): number
  /** Refuses connections and cuts the open ones until `up`. */
  down(): Promise<void>
  /** Listens again on the same port. */
  up(): Promise<void>
  /** Forgets profiles, lists, jobs, faults, quotas and the log. */
  reset(): void
  /** Cuts open connections and ends; idempotent. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A list as the account's owner sees it. */
export interface SandboxList {
  id: string
  name: string
  createdAt: number
  members: number
}

/** A member with the identifiers that the platform holds. */
export interface SandboxMember {
  profileId: string
  externalId: string | null
  email: string | null
  phone: string | null
  firstName: string | null
  joinedAt: number
}

/** One request as the sandbox saw it; no identifier in clear (query values are counted, not shown). */
export interface LogEntry {
  seq: number
  /** Milliseconds by the sandbox's clock when the request was whole. */
  at: number
  method: string
  /** Path with its ids and a masked query: `/api/profiles?filter=any(email,[100])`. */
  path: string
  operation: Operation | null
  /** Null when the connection was cut before a status. */
  status: number | null
  /** Profiles in the body, or values in the filter. */
  rows: number
  /** Bytes of the request body. */
  bytes: number
  /** The fault that struck, if any. */
  fault: FaultKind | null
  /** True when the request changed the account, now or at a later time. */
  applied: boolean
  /** With `keepBodies`. */
  body?: string
}

/**
 * What can go wrong. *Before*: nothing was applied. *After*: it was applied, and the caller does not learn it.
 * too_many_requests 429 · error_before and error_after 5xx · reset_before and reset_after cut the socket · late_apply applies `delayMs` after its reply ·
 * slow replies `delayMs` late · hang never replies, nothing applied · truncated half a reply, then cut · garbage 200 with HTML · half_refused import errors for a share of rows ·
 * duplicate applies once more `delayMs` later, as a replaying proxy does · unauthorized 401 · forbidden 403 · list_gone 404 · stuck_job never completes · cancelled_job ends with nothing applied · down refuses connections.
 */
export type FaultKind =
  | 'too_many_requests'
  | 'error_before'
  | 'error_after'
  | 'reset_before'
  | 'reset_after'
  | 'late_apply'
  | 'slow'
  | 'hang'
  | 'truncated'
  | 'garbage'
  | 'half_refused'
  | 'duplicate'
  | 'unauthorized'
  | 'forbidden'
  | 'list_gone'
  | 'stuck_job'
  | 'cancelled_job'
  | 'down'

/** A fault to inject. Without `nth` and `probability` it strikes every matching request. */
export interface Fault {
  kind: FaultKind
  /** Only these operations; default all. */
  operation?: Operation | readonly Operation[]
  /** Only the n-th matching request since the fault was added, from 1. */
  nth?: number
  /** Strikes with this chance (0..1), drawn from `seed` and the request's ordinal. */
  probability?: number
  /** Default: the sandbox's seed (half_refused: none). */
  seed?: string
  /** At most this many strikes; default without end. */
  times?: number
  /** late_apply, duplicate: milliseconds of `now` until it applies (default 5,000). slow: milliseconds until the reply (default 1,000). down: milliseconds of real time until it listens again (default: until `up`). */
  delayMs?: number
  /** too_many_requests: seconds of Retry-After, default 1. */
  retryAfterSeconds?: number
  /** error_before, error_after: status, default 500. */
  status?: 408 | 425 | 500 | 502 | 503 | 504 | 524
  /** half_refused: share (0..1) of rows refused, default 0.5, chosen by the hash of the row's ordinal. */
  share?: number
  /** late_apply: what the caller sees meanwhile; default `reset`. */
  reply?: 'ok' | 'reset' | 'hang' | 'error'
}

/** The faults of a sandbox; the first that matches a request strikes. */
export interface FaultSet {
  /** Adds one at the end; returns its id. Throws RangeError when it is malformed. */
  add(fault: Fault): string
  /** Removes one by id, or all. */
  clear(id?: string): void
  list(): { id: string; fault: Fault; matched: number; struck: number }[]
}
