import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Effects, HttpReply, HttpRequest } from './effects.ts'
import { RequestFailed } from './failures.ts'
import { classify, openConnection, retryAfter } from './http.ts'
import type { QuotaLimit } from './quota.ts'

/** A network whose answers are given, on a clock that sleeping moves; arrivals are noted. */
function network(
  answer: (request: HttpRequest, n: number, now: number) => HttpReply | Error | Promise<HttpReply>,
  quotas: QuotaLimit[] = [],
) {
  let now = 1_000_000
  const arrivals: number[] = []
  const effects: Effects = {
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      const until = now + ms
      await new Promise(resolve => setImmediate(resolve))
      now = Math.max(now, until)
    },
    random: () => 0.5,
    uuid: () => 'x',
    http: async request => {
      arrivals.push(now)
      const reply = await answer(request, arrivals.length, now)
      if (reply instanceof Error) throw reply
      return reply
    },
  }
  const connection = openConnection({
    effects,
    endpoint: 'https://vendor.example.com/',
    headers: { authorization: 'Bearer sk_canary_secret' },
    quotas,
    secrets: ['sk_canary_secret'],
  })
  return { connection, arrivals, slept: () => now - 1_000_000 }
}

const reply = (status: number, body = '{}', headers: Record<string, string> = {}): HttpReply => ({
  status,
  body,
  headers,
})
const get = {
  operation: 'read',
  kind: 'lookup',
  method: 'GET',
  path: '/a?b=c',
  reply: z.object({ ok: z.boolean() }),
} as const
const post = {
  operation: 'write',
  kind: 'write',
  method: 'POST',
  path: '/a',
  body: 'x'.repeat(10),
  reply: z.object({ ok: z.boolean() }),
} as const
const good = reply(200, '{"ok":true}')

describe('classes of replies', () => {
  // The outcome table of the engine's contract.
  it.each([
    [400, 'split'],
    [422, 'split'],
    [409, 'split'],
    [401, 'auth'],
    [403, 'auth'],
    [404, 'config'],
    [413, 'size'],
    [429, 'transient'],
    [425, 'transient'],
    [408, 'ambiguous'],
    [500, 'ambiguous'],
    [503, 'ambiguous'],
    [302, 'ambiguous'],
  ])('%i means %s', (status, outcome) => {
    expect(classify(status)).toBe(outcome)
  })
})

describe('retries', () => {
  it('waits as long as Retry-After asks, in seconds or as a date', () => {
    expect(retryAfter('3', 0)).toBe(3_000)
    expect(retryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 4_000)).toBe(6_000)
    expect(retryAfter('soon', 0)).toBeNull()
  })

  it('counts every attempt, and does not taint a read', async () => {
    const { connection } = network((_, n) => (n < 3 ? reply(500) : good))
    const lane = connection.lane()
    await expect(lane.send(get)).resolves.toEqual({ ok: true })
    expect(connection.traffic).toMatchObject({ lookup: 3, write: 0 })
    expect(lane.tainted).toBe(false)
  })

  it('taints a write that had an ambiguous attempt', async () => {
    const { connection } = network((_, n) => (n === 1 ? reply(503) : good))
    const lane = connection.lane()
    await lane.send(post)
    expect(lane.tainted).toBe(true)
    expect(connection.traffic).toMatchObject({ write: 2, bytes: 20 })
  })

  it('does not taint a write that was refused by 429 or never left', async () => {
    const gone = Object.assign(new Error('no'), { code: 'ECONNREFUSED' })
    const { connection } = network((_, n) =>
      n === 1 ? reply(429, '{}', { 'retry-after': '1' }) : n === 2 ? gone : good,
    )
    const lane = connection.lane()
    await lane.send(post)
    expect(lane.tainted).toBe(false)
  })

  it('does not repeat what would act twice', async () => {
    const { connection } = network(() => reply(500))
    const sent = connection.lane().send({ ...post, repeatable: false })
    await expect(sent).rejects.toMatchObject({ outcome: 'ambiguous' })
    expect(connection.traffic.write).toBe(1)
  })

  it('gives up when the vendor asks for hours', async () => {
    const { connection, slept } = network(() => reply(429, '{}', { 'retry-after': '7200' }))
    await expect(connection.lane().send(post)).rejects.toMatchObject({ outcome: 'transient' })
    expect(slept()).toBeLessThan(300_000)
  })

  it('spends at most a tenth of the requests on retries, twenty at least', async () => {
    // 600 requests, each fiftieth fails for ever: 11 × 7 retries would be 77 without a budget.
    const failing = new Set<string>()
    const { connection } = network(request => (failing.has(request.url) ? reply(500) : good))
    for (let i = 50; i < 600; i += 50) failing.add(`https://vendor.example.com/p${i}`)
    for (let i = 0; i < 600; i++) {
      await connection
        .lane()
        .send({ ...get, path: `/p${i}` })
        .catch(() => {})
    }
    expect(connection.traffic.lookup - 600).toBeLessThanOrEqual(60)
    expect(connection.traffic.lookup - 600).toBeGreaterThanOrEqual(20)
  })

  it('opens the circuit when half of twenty fail, and gives up after three probes', async () => {
    const { connection, slept } = network(() => reply(500))
    const errors: unknown[] = []
    for (let i = 0; i < 6; i++)
      await connection
        .lane()
        .send(get)
        .catch(error => errors.push(error))
    expect((errors.at(-1) as RequestFailed).outcome).toBe('down')
    expect(slept()).toBeGreaterThanOrEqual(90_000)
    expect(connection.traffic.lookup).toBeLessThan(30)
  })

  it('stops waiting when it is aborted', async () => {
    const stop = new AbortController()
    stop.abort()
    const { connection } = network(() => good)
    const other = openConnection({
      effects: {
        now: () => 0,
        sleep: async (_, signal) => signal?.throwIfAborted(),
        random: () => 0,
        uuid: () => '',
        http: async () => reply(429),
      },
      endpoint: 'http://x',
      headers: {},
      quotas: [],
      secrets: [],
      signal: stop.signal,
    })
    await expect(other.lane().send(get)).rejects.toBeInstanceOf(RequestFailed)
    await expect(connection.lane().send(get)).resolves.toEqual({ ok: true })
  })
})

describe('quotas', () => {
  it('never puts more than the limit into any second or minute, with lanes side by side and slow replies', async () => {
    const quotas = [{ operations: ['read'], perSecond: 3, perMinute: 20 }]
    const { connection, arrivals } = network(async () => {
      await new Promise(resolve => setImmediate(resolve))
      return good
    }, quotas)
    await Promise.all(Array.from({ length: 45 }, () => connection.lane().send(get)))
    const most = (windowMs: number) =>
      Math.max(...arrivals.map(from => arrivals.filter(at => at >= from && at < from + windowMs).length))
    expect(arrivals).toHaveLength(45)
    expect(most(1_000)).toBeLessThanOrEqual(3)
    expect(most(60_000)).toBeLessThanOrEqual(20)
  })

  it('holds back every lane of an operation that got a 429, and no other', async () => {
    const times: [string, number][] = []
    const { connection } = network((request, n, now) => {
      times.push([request.method, now])
      return n === 1 ? reply(429, '{}', { 'retry-after': '10' }) : good
    })
    await connection.lane().send(get)
    await connection.lane().send(post)
    expect(times[1]?.[1]).toBeGreaterThanOrEqual(1_010_000)
  })
})

describe('errors', () => {
  it('says status, code and words, without key, e-mail, phone or quoted value', async () => {
    const body = JSON.stringify({
      errors: [
        {
          code: 'invalid',
          title: 'Invalid input.',
          detail: `'zoe@example.com' or +1 555 010 9999 is not a valid 'email' for sk_canary_secret, "Zoe"`,
          source: { pointer: '/data/attributes/profiles/data/3/attributes/email' },
        },
      ],
    })
    const { connection } = network(() => reply(400, body))
    const error = (await connection
      .lane()
      .send(post)
      .catch(e => e)) as RequestFailed
    expect(error).toMatchObject({
      outcome: 'split',
      status: 400,
      pointers: ['/data/attributes/profiles/data/3/attributes/email'],
    })
    expect(error.message).toContain('POST /a: status 400: invalid')
    expect(error.message).toContain(`'email'`)
    expect(JSON.stringify([error.message, error.hint, error.cause])).not.toMatch(/zoe|example\.com|555|canary/i)
  })
})
