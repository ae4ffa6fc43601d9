import type { Effects } from './effects.ts'

/** One window of an allowance: at most `limit` requests within any `windowMs`. */
interface Window {
  limit: number
  windowMs: number
  /** When each finished request's place is free again, oldest first. */
  freeAt: number[]
  busy: number
}

/** Requests that share one allowance, as a destination declares it. */
export interface QuotaLimit {
  operations: readonly string[]
  perSecond?: number
  perMinute?: number
  perDay?: number
}

/**
 * Places for requests under every window of their operation, shared by all lanes of a connection. A place is held from
 * the request's start until one window after its reply, so no window of the vendor's clock, wherever it begins, can hold
 * more than its limit.
 */
export class Quotas {
  readonly #effects: Pick<Effects, 'now' | 'sleep'>
  readonly #windows: { operations: ReadonlySet<string>; windows: Window[] }[]
  readonly #pausedUntil = new Map<string, number>()

  constructor(effects: Pick<Effects, 'now' | 'sleep'>, limits: readonly QuotaLimit[]) {
    this.#effects = effects
    this.#windows = limits.map(limit => ({
      operations: new Set(limit.operations),
      windows: [
        ...window(limit.perSecond, 1_000),
        ...window(limit.perMinute, 60_000),
        ...window(limit.perDay, 86_400_000),
      ],
    }))
  }

  /** Waits for a place; the returned function gives it back when the reply is there. */
  async take(operation: string, signal?: AbortSignal): Promise<() => void> {
    const windows = this.#windows.filter(group => group.operations.has(operation)).flatMap(group => group.windows)
    for (;;) {
      const now = this.#effects.now()
      const wait = Math.max((this.#pausedUntil.get(operation) ?? 0) - now, ...windows.map(w => waitFor(w, now)), 0)
      if (wait <= 0) break
      await this.#effects.sleep(Math.ceil(wait), signal)
    }
    for (const w of windows) w.busy++
    return () => {
      const now = this.#effects.now()
      for (const w of windows) {
        w.busy--
        w.freeAt.push(now + w.windowMs)
      }
    }
  }

  /** No request of this operation leaves for `ms` more milliseconds: the vendor said so. */
  pause(operation: string, ms: number): void {
    const until = this.#effects.now() + ms
    this.#pausedUntil.set(operation, Math.max(until, this.#pausedUntil.get(operation) ?? 0))
  }
}

function window(limit: number | undefined, windowMs: number): Window[] {
  return limit === undefined ? [] : [{ limit, windowMs, freeAt: [], busy: 0 }]
}

// Milliseconds until a place is free; while all places are in flight nobody knows, so ask again soon.
function waitFor(w: Window, now: number): number {
  while (w.freeAt[0] !== undefined && w.freeAt[0] <= now) w.freeAt.shift()
  if (w.busy + w.freeAt.length < w.limit) return 0
  return w.freeAt[0] === undefined ? 5 : Math.max(1, w.freeAt[0] - now)
}
