import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Fault, type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { ask, createClock, idsBody, importBody, listBody, makeList } from './klaviyo-probe.ts'

const clock = createClock()
const slept: number[] = []
let sandbox: SandboxKlaviyo
let list: string

beforeEach(async () => {
  slept.length = 0
  const sleep = async (ms: number) => void slept.push(ms)
  sandbox = await startKlaviyo({ now: clock.now, sleep, jobs: { queuedMs: 0, processingMs: 100 } })
  list = await makeList(sandbox, 'L')
})
afterEach(() => sandbox.stop())

const jobs = '/api/profile-bulk-import-jobs'
const people = (count: number) => Array.from({ length: count }, (_, i) => ({ external_id: `c${i}` }))
const push = (count = 1) => ask(sandbox, 'POST', jobs, importBody(people(count), [list]))
const error = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (e: NodeJS.ErrnoException) => e.code ?? e.message,
  )
const members = () => {
  clock.advance(1_000)
  return sandbox.membership(list).size
}

describe('faults that answer', () => {
  it.each<[Fault, number, number]>([
    [{ kind: 'too_many_requests', retryAfterSeconds: 7 }, 429, 0],
    [{ kind: 'error_before' }, 500, 0],
    [{ kind: 'error_before', status: 503 }, 503, 0],
    [{ kind: 'error_after', status: 502 }, 502, 1],
    [{ kind: 'unauthorized' }, 401, 0],
    [{ kind: 'forbidden' }, 403, 0],
    [{ kind: 'list_gone' }, 404, 0],
    [{ kind: 'late_apply', reply: 'error', delayMs: 0 }, 500, 1],
    [{ kind: 'slow', delayMs: 30_000 }, 202, 1],
    [{ kind: 'garbage' }, 200, 1],
  ])('%o gets %i and leaves %i members', async (fault, status, count) => {
    sandbox.faults.add(fault)
    const seen = await push()
    expect(seen.status).toBe(status)
    expect(members()).toBe(count)
    expect(sandbox.log.at(-1)).toMatchObject({ status, fault: fault.kind, applied: count === 1 })
    if (fault.kind === 'too_many_requests') expect(seen.headers['retry-after']).toBe('7')
    if (fault.kind === 'garbage') expect(seen.text).toContain('<html>')
    if (status >= 400) expect(seen.json.errors[0]?.status).toBe(status)
    expect(slept).toEqual(fault.kind === 'slow' ? [30_000] : [])
  })
})

describe('faults that cut the connection', () => {
  it.each<[Fault, number]>([
    [{ kind: 'reset_before' }, 0],
    [{ kind: 'reset_after' }, 1],
    [{ kind: 'truncated' }, 1],
    [{ kind: 'late_apply', delayMs: 0 }, 1],
  ])('%o ends in a socket error and leaves %i members', async (fault, count) => {
    sandbox.faults.add(fault)
    expect(await error(push())).toMatch(/ECONNRESET|aborted/)
    expect(members()).toBe(count)
    expect(sandbox.log.at(-1)).toMatchObject({ status: null, fault: fault.kind, applied: count === 1 })
  })

  it('half a reply without a body breaks off within its status line', async () => {
    await push()
    clock.advance(1_000)
    const id = sandbox.members(list)[0]?.profileId
    sandbox.faults.add({ kind: 'truncated' })
    expect(await error(ask(sandbox, 'DELETE', `/api/lists/${list}/relationships/profiles`, idsBody([id])))).not.toBe(
      'no error',
    )
    expect(members()).toBe(0)
  })

  it.each<[Fault, number]>([
    [{ kind: 'hang' }, 0],
    [{ kind: 'late_apply', reply: 'hang', delayMs: 0 }, 1],
  ])('%o never answers and leaves %i members', async (fault, count) => {
    sandbox.faults.add(fault)
    const asked = error(push())
    while (sandbox.log.length < 2) await new Promise(resolve => setTimeout(resolve, 5))
    expect(await Promise.race([asked, new Promise(resolve => setTimeout(resolve, 50, 'silence'))])).toBe('silence')
    expect(members()).toBe(count)
    await sandbox.stop()
    expect(await asked).not.toBe('no error')
  })

  it('down refuses connections until it is up again, and knows what it knew', async () => {
    await push()
    sandbox.faults.add({ kind: 'down', times: 1 })
    expect(await error(push())).not.toBe('no error')
    expect(await error(push())).toBe('ECONNREFUSED')
    await sandbox.up()
    expect((await push()).status).toBe(202)
    expect(members()).toBe(1)
    await sandbox.down()
    expect(await error(push())).toBe('ECONNREFUSED')
  })

  it('down with a duration comes back by itself', async () => {
    sandbox.faults.add({ kind: 'down', times: 1, delayMs: 100 })
    expect(await error(push())).not.toBe('no error')
    expect(await error(push())).toBe('ECONNREFUSED')
    await new Promise(resolve => setTimeout(resolve, 300))
    expect((await push()).status).toBe(202)
  })
})

describe('faults of time', () => {
  it('a late apply lands after its retry, also when the members were removed in between', async () => {
    sandbox.faults.add({ kind: 'late_apply', nth: 1, delayMs: 60_000 })
    await error(push())
    expect((await push()).status).toBe(202)
    expect(members()).toBe(1)
    await ask(
      sandbox,
      'DELETE',
      `/api/lists/${list}/relationships/profiles`,
      idsBody(sandbox.members(list).map(one => one.profileId)),
    )
    expect(members()).toBe(0)
    clock.advance(60_000)
    expect(members()).toBe(1)
  })

  it('a late removal takes away who was added again', async () => {
    await push()
    clock.advance(1_000)
    const ids = idsBody(sandbox.members(list).map(one => one.profileId))
    sandbox.faults.add({ kind: 'late_apply', operation: 'remove_profiles_from_list', delayMs: 5_000 })
    expect(await error(ask(sandbox, 'DELETE', `/api/lists/${list}/relationships/profiles`, ids))).toBe('ECONNRESET')
    expect(members()).toBe(1)
    clock.advance(5_000)
    expect(members()).toBe(0)
  })

  it('a duplicate delivery applies a second time later', async () => {
    sandbox.faults.add({ kind: 'duplicate', delayMs: 10_000 })
    expect((await ask(sandbox, 'POST', '/api/lists', listBody('two'))).status).toBe(201)
    expect(sandbox.lists()).toHaveLength(2)
    clock.advance(10_000)
    expect(sandbox.lists()).toHaveLength(3)
  })

  it('a stuck job never completes', async () => {
    sandbox.faults.add({ kind: 'stuck_job' })
    const id = (await push()).json.data.id
    clock.advance(86_400_000)
    expect((await ask(sandbox, 'GET', `${jobs}/${id}`)).json.data.attributes.status).toBe('processing')
    expect(members()).toBe(0)
  })

  it('a cancelled job says so, and applied nothing', async () => {
    sandbox.faults.add({ kind: 'cancelled_job' })
    const id = (await push()).json.data.id
    expect(members()).toBe(0)
    const { attributes } = (await ask(sandbox, 'GET', `${jobs}/${id}`)).json.data
    expect(attributes).toMatchObject({ status: 'cancelled', completed_count: 0, failed_count: 0 })
  })

  it('half a batch refused becomes import errors, the same ones under the same seed', async () => {
    sandbox.faults.add({ kind: 'half_refused' })
    const id = (await push(1_000)).json.data.id
    const taken = members()
    expect(taken).toBeGreaterThan(420) // 1,000 draws at 0.5: 5 standard deviations of 15.8 are 79
    expect(taken).toBeLessThan(580)
    const { attributes } = (await ask(sandbox, 'GET', `${jobs}/${id}`)).json.data
    expect(attributes).toMatchObject({ completed_count: taken, failed_count: 1_000 - taken })
    await using twin = await startKlaviyo({ now: clock.now, jobs: { queuedMs: 0, processingMs: 0 } })
    twin.faults.add({ kind: 'half_refused' })
    await ask(twin, 'POST', jobs, importBody(people(1_000), [await makeList(twin, 'L')]))
    expect(twin.membership('L')).toEqual(sandbox.membership(list))
  })
})

describe('when a fault strikes', () => {
  const statuses = async (count: number) => {
    const seen = []
    for (let i = 0; i < count; i += 1) {
      clock.advance(1_000)
      seen.push((await push()).status)
    }
    return seen
  }

  it('nth counts the matching requests only, and strikes once', async () => {
    sandbox.faults.add({ kind: 'error_before', operation: 'bulk_import_profiles', nth: 2 })
    await ask(sandbox, 'GET', '/api/accounts')
    expect(await statuses(4)).toEqual([202, 500, 202, 202])
  })

  it('times ends it, and clear too', async () => {
    sandbox.faults.add({ kind: 'error_before', times: 2 })
    expect(await statuses(3)).toEqual([500, 500, 202])
    const id = sandbox.faults.add({ kind: 'forbidden' })
    expect(await statuses(1)).toEqual([403])
    sandbox.faults.clear(id)
    expect(await statuses(1)).toEqual([202])
  })

  it('a probability draws from its seed: the same strikes again, others under another seed', async () => {
    const strikes = async (seed: string) => {
      await using one = await startKlaviyo({ quotas: false })
      one.faults.add({ kind: 'error_before', probability: 0.3, seed })
      for (let i = 0; i < 200; i += 1) await ask(one, 'GET', '/api/profiles')
      return one.log.map(entry => entry.status).join()
    }
    const first = await strikes('a')
    expect(await strikes('a')).toBe(first)
    expect(await strikes('b')).not.toBe(first)
    const share = first.split('500').length - 1
    expect(share).toBeGreaterThan(27) // 200 draws at 0.3: 60, 5 standard deviations of 6.5 are 33
    expect(share).toBeLessThan(93)
  })

  it.each<[unknown, RegExp]>([
    [{ kind: 'flood' }, /kind must be one of/],
    [{ kind: 'slow', operation: 'get_weather' }, /operation must be one of/],
    [{ kind: 'stuck_job', operation: 'get_lists' }, /cannot strike get_lists/],
    [{ kind: 'slow', probability: 2 }, /probability must be between 0 and 1/],
    [{ kind: 'slow', nth: 0 }, /nth must be a whole number/],
    [{ kind: 'error_after', status: 200 }, /status must be one of/],
    [{ kind: 'late_apply', reply: 'maybe' }, /reply must be one of/],
    [{ kind: 'slow', nth: 1.5 }, /nth must be a whole number/],
  ])('%o is no fault', (fault, message) => {
    expect(() => sandbox.faults.add(fault as Fault)).toThrow(message)
  })
})
