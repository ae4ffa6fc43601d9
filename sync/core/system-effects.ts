import { setTimeout as sleep } from 'node:timers/promises'
import { ulid } from 'ulid'
import { Pool } from 'undici'
import type { Effects, HttpReply, HttpRequest } from './effects.ts'

const shared = globalThis as { winbackEffects?: Effects }

/** The real clock, randomness and network: one per process, so that quotas are shared; connections are kept alive per origin. */
export function systemEffects(): Effects {
  shared.winbackEffects ??= {
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, signal === undefined ? {} : { signal })
    },
    random: Math.random,
    uuid: () => ulid().toLowerCase(),
    http: request => http(request),
  }
  return shared.winbackEffects
}

const pools = new Map<string, Pool>()
/** A vendor's answer beyond this is not an answer. */
const MAX_REPLY_BYTES = 32_000_000

async function http(request: HttpRequest): Promise<HttpReply> {
  const url = new URL(request.url)
  const pool =
    pools.get(url.origin) ?? new Pool(url.origin, { connections: 16, pipelining: 1, keepAliveTimeout: 4_000 })
  pools.set(url.origin, pool)
  // One signal for the caller and the deadline: the reply's end counts, not only its headers.
  const stop = new AbortController()
  const abort = () => stop.abort(request.signal?.reason)
  request.signal?.addEventListener('abort', abort)
  const deadline = setTimeout(
    () => stop.abort(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })),
    request.timeoutMs,
  )
  try {
    const reply = await pool.request({
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: request.headers,
      body: request.body ?? null,
      signal: stop.signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of reply.body) {
      bytes += (chunk as Buffer).length
      if (bytes > MAX_REPLY_BYTES) throw Object.assign(new Error('reply too large'), { code: 'EMSGSIZE' })
      chunks.push(chunk as Buffer)
    }
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(reply.headers)) headers[name.toLowerCase()] = String(value)
    return { status: reply.statusCode, headers, body: Buffer.concat(chunks).toString('utf8') }
  } finally {
    clearTimeout(deadline)
    request.signal?.removeEventListener('abort', abort)
  }
}
