import { throttled } from './problem.ts'

/** Requests allowed per second, minute and day. */
export interface Rate {
  burst: number
  steady: number
  daily?: number
}

/** What a counted request learns about the steady window: allowed in it, left in it, seconds to its end. */
export interface Standing {
  limit: number
  remaining: number
  resetSeconds: number
}

/** Counts requests per endpoint in fixed windows. */
export interface Quotas {
  /** Counts one request; throws the 429 with the wait of the window that is full. A request refused here is not counted. */
  take(endpoint: string, rate: Rate): Standing
  clear(): void
}

interface Window {
  endsAt: number
  used: number
}

/** Fixed windows of 1 s, 60 s and one day; a window opens with the first request after the last one ended. `now` in milliseconds. */
export function createQuotas(now: () => number): Quotas {
  const windows = new Map<string, Window>()
  return {
    take: (endpoint, rate) => {
      const at = now()
      const limits = [
        { limit: rate.burst, lengthMs: 1_000 },
        { limit: rate.steady, lengthMs: 60_000 },
        ...(rate.daily === undefined ? [] : [{ limit: rate.daily, lengthMs: 86_400_000 }]),
      ]
      const open = limits.map(({ limit, lengthMs }) => {
        const key = `${endpoint} ${lengthMs}`
        const last = windows.get(key)
        const window = last && at < last.endsAt ? last : { endsAt: at + lengthMs, used: 0 }
        windows.set(key, window)
        return { window, limit }
      })
      const waits = open.filter(({ window, limit }) => window.used >= limit).map(({ window }) => window.endsAt - at)
      if (waits.length > 0) throw throttled(Math.max(1, Math.ceil(Math.max(...waits) / 1000)))

      for (const { window } of open) window.used += 1
      const steady = open[1]?.window ?? { endsAt: at, used: 0 }
      return {
        limit: rate.steady,
        remaining: rate.steady - steady.used,
        resetSeconds: Math.ceil((steady.endsAt - at) / 1000),
      }
    },
    clear: () => windows.clear(),
  }
}
