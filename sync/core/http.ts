import { Breaker } from './breaker.ts'
import type { Effects, HttpReply } from './effects.ts'
import { neverSent, RequestFailed } from './failures.ts'
import type { QuotaLimit } from './quota.ts'
import { Quotas } from './quota.ts'
import { redact } from './redact.ts'
import type { Connection, FailureClass, RequestKind, VendorRequest } from './request.ts'
import { describeReply, pointersOf } from './vendor-errors.ts'

/** One vendor account for one run: the only layer that retries. */
export interface ConnectionOptions {
  effects: Effects
  /** Origin, and a path prefix if there is one. */
  endpoint: string
  headers: Record<string, string>
  quotas: readonly QuotaLimit[]
  secrets: readonly string[]
  classify?: ((status: number, body: string) => FailureClass | null) | undefined
  /** Aborts waits between attempts; a request in flight is always awaited. */
  signal?: AbortSignal | undefined
  /** Default 60 000. */
  timeoutMs?: number
}

/** What left, retries included; bytes are those of write bodies. */
export interface Traffic {
  write: number
  lookup: number
  poll: number
  setup: number
  bytes: number
}

/** A connection, its traffic, and a view of it for one batch. */
export interface SharedConnection {
  readonly traffic: Traffic
  /** The same connection, noting whether any of its attempts was ambiguous before an answer came. */
  lane(): Connection & { readonly tainted: boolean }
}

/** Attempts of one request; the retry budget usually ends it earlier. */
const MAX_ATTEMPTS = 8
/** Retries allowed however few the requests, then 10 % of them (docs/sync-engine.md, Outcomes): a small run may retry too. */
const RETRY_FLOOR = 20
const RETRY_SHARE = 0.1
/** Full jitter between attempts grows from 250 ms to 60 s. */
const BACKOFF_MS = 250
const BACKOFF_MAX_MS = 60_000
/** A vendor that asks for a longer pause (a daily limit) gets the rest of the run put off. */
const MAX_PAUSE_MS = 300_000

/** Opens a connection: quotas in one place, retries in one place, errors without secrets or identities. */
export function openConnection(o: ConnectionOptions): SharedConnection {
  const quotas = sharedQuotas(o)
  const breaker = new Breaker(o.effects)
  const traffic: Traffic = { write: 0, lookup: 0, poll: 0, setup: 0, bytes: 0 }
  let requests = 0
  let retries = 0
  const base = o.endpoint.replace(/\/+$/, '')

  async function attempt<T>(request: VendorRequest<T>): Promise<HttpReply | { error: unknown }> {
    const release = await quotas.take(request.operation, o.signal)
    try {
      count(traffic, request.kind, request.body)
      return await o.effects.http({
        method: request.method,
        url: `${base}${request.path}`,
        headers: o.headers,
        timeoutMs: o.timeoutMs ?? 60_000,
        ...(request.body === undefined ? {} : { body: request.body }),
      })
    } catch (error) {
      return { error }
    } finally {
      release()
    }
  }

  async function send<T>(request: VendorRequest<T>, taint: () => void): Promise<T> {
    requests++
    for (let tries = 1; ; tries++) {
      const probe = await stopped(o.signal, breaker.enter(o.signal))
      const answer = await stopped(o.signal, attempt(request))
      const verdict = judge(request, answer, o)
      breaker.leave(probe, 'failure' in verdict && weak(verdict.failure))
      if ('value' in verdict) return verdict.value

      const { failure } = verdict
      if (failure.outcome === 'ambiguous' && request.kind === 'write') taint()
      const again = failure.outcome === 'transient' || (failure.outcome === 'ambiguous' && request.repeatable !== false)
      if (!again || tries >= MAX_ATTEMPTS || o.signal?.aborted) throw failure
      const pause = retryAfter(verdict.retryAfter, o.effects.now())
      if (pause !== null && pause > MAX_PAUSE_MS) throw failure
      if (failure.status !== 429 && ++retries > Math.max(RETRY_FLOOR, RETRY_SHARE * requests)) throw failure
      const wait = pause ?? o.effects.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** tries)
      if (failure.status === 429) quotas.pause(request.operation, wait)
      // Aborted while waiting: what is known of the last attempt is what stays.
      await o.effects.sleep(wait, o.signal).catch(() => {
        throw failure
      })
    }
  }

  return {
    traffic,
    lane() {
      let tainted = false
      return {
        send: request => send(request, () => (tainted = true)),
        get tainted() {
          return tainted
        },
      }
    },
  }
}

type Verdict<T> = { value: T } | { failure: RequestFailed; retryAfter: string | undefined }

function judge<T>(request: VendorRequest<T>, answer: HttpReply | { error: unknown }, o: ConnectionOptions): Verdict<T> {
  const what = `${request.method} ${redact(request.path.split('?')[0] ?? '', o.secrets)}`
  if ('error' in answer) {
    const outcome = neverSent(answer.error) ? 'transient' : unclear(request)
    const code = (answer.error as { code?: unknown } | null)?.code
    const words = typeof code === 'string' ? code : 'the connection broke'
    return { failure: new RequestFailed(outcome, `${what}: no answer (${words})`), retryAfter: undefined }
  }
  const { status, body } = answer
  if (status >= 200 && status < 300) {
    if (request.reply === undefined) return { value: undefined as T }
    const parsed = request.reply.safeParse(json(body))
    if (parsed.success) return { value: parsed.data }
    const message = `${what}: status ${status} with an answer that cannot be read`
    return { failure: new RequestFailed(unclear(request), message, { status }), retryAfter: undefined }
  }
  const found = o.classify?.(status, body) ?? classify(status)
  const outcome = found === 'ambiguous' ? unclear(request) : found
  const message = `${what}: status ${status}${describeReply(body, o.secrets)}`
  const failure = new RequestFailed(outcome, message, { status, pointers: pointersOf(body) })
  return { failure, retryAfter: answer.headers['retry-after'] }
}

// Only what changes something can be half done.
const unclear = (request: { kind: RequestKind }): FailureClass =>
  request.kind === 'write' || request.kind === 'setup' ? 'ambiguous' : 'transient'

/** The outcome table of docs/sync-engine.md. 429 and 425 are not ambiguous: the vendor refused before acting. */
export function classify(status: number): FailureClass {
  if (status === 401 || status === 403) return 'auth'
  if (status === 404) return 'config'
  if (status === 413) return 'size'
  if (status === 429 || status === 425) return 'transient'
  if (status === 408 || status >= 500 || status < 400) return 'ambiguous'
  return 'split'
}

/** Seconds or an HTTP date as milliseconds from now; null when absent or unreadable. */
export function retryAfter(text: string | undefined, nowMs: number): number | null {
  if (text === undefined || text.trim() === '') return null
  if (/^\d+(\.\d+)?$/.test(text.trim())) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}

const weak = (failure: RequestFailed) =>
  failure.outcome === 'ambiguous' || (failure.outcome === 'transient' && failure.status !== 429)

function count(traffic: Traffic, kind: RequestKind, body: Uint8Array | string | undefined): void {
  traffic[kind]++
  if (kind === 'write') traffic.bytes += typeof body === 'string' ? Buffer.byteLength(body) : (body?.byteLength ?? 0)
}

function json(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** A wait that the caller's abort ended, told as such: nothing was in flight. */
async function stopped<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (signal?.aborted && !(error instanceof RequestFailed))
      throw new RequestFailed('cancelled', 'Stopped before a request')
    throw error
  }
}

// One account's allowance is one, however many runs of this process use it: by effects, address and credentials.
const accounts = new WeakMap<Effects, Map<string, Quotas>>()

function sharedQuotas(o: ConnectionOptions): Quotas {
  const mine = accounts.get(o.effects) ?? new Map<string, Quotas>()
  accounts.set(o.effects, mine)
  const name = JSON.stringify([o.endpoint, o.headers, o.quotas])
  const known = mine.get(name) ?? new Quotas(o.effects, o.quotas)
  mine.set(name, known)
  return known
}
