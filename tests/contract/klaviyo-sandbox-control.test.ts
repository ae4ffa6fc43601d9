import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { ask, createClock, importBody, listBody, makeList } from './klaviyo-probe.ts'

const clock = createClock()
let sandbox: SandboxKlaviyo
let list: string

beforeEach(async () => {
  sandbox = await startKlaviyo({ now: clock.now, jobs: { queuedMs: 0, processingMs: 100 } })
  list = await makeList(sandbox, 'L')
})
afterEach(() => sandbox.stop())

const jobs = '/api/profile-bulk-import-jobs'
const people = (count: number) => Array.from({ length: count }, (_, i) => ({ external_id: `c${i}` }))
const push = (count = 1) => ask(sandbox, 'POST', jobs, importBody(people(count), [list]))

describe('the control paths', () => {
  const control = (method: string, path: string, body?: unknown, headers = {}) =>
    ask(sandbox, method, `/__sandbox/${path}`, body, { Authorization: undefined, revision: undefined, ...headers })
  const read = (text: string) => JSON.parse(text)

  it('set, list and clear faults for another process', async () => {
    const set = await control('POST', 'faults', [{ kind: 'forbidden' }, { kind: 'slow', delayMs: 5 }])
    expect(set.status).toBe(201)
    expect((await push()).status).toBe(403)
    const listed = read((await control('GET', 'faults')).text).faults
    expect(listed).toMatchObject([
      { id: 'fault_1', struck: 1 },
      { id: 'fault_2', struck: 0 },
    ])
    await control('DELETE', 'faults?id=fault_1')
    expect((await push()).status).toBe(202)
    await control('DELETE', 'faults')
    expect(sandbox.faults.list()).toEqual([])
  })

  it.each([
    [{ kind: 'flood' }],
    [{ kind: 'down' }],
    ['no json'],
    [null],
    [[7]],
    [[{ kind: 'slow' }, { kind: 'flood' }]],
  ])('refuse %o as a fault', async fault => {
    expect((await control('POST', 'faults', fault)).status).toBe(400)
    expect(sandbox.faults.list()).toEqual([])
  })

  it('show true membership, lists and the log, and reset it all', async () => {
    await push(3)
    clock.advance(1_000)
    const shown = read((await control('GET', 'membership?list=L')).text)
    expect(shown).toMatchObject({ list, name: 'L', count: 3 })
    expect(shown.members.map((one: { externalId: string }) => one.externalId)).toEqual(['c0', 'c1', 'c2'])
    expect(read((await control('GET', 'lists')).text).lists).toMatchObject([{ id: list, members: 3 }])
    expect(read((await control('GET', 'log?since=1')).text).log).toMatchObject([
      { operation: 'bulk_import_profiles', rows: 3 },
    ])
    expect((await control('GET', 'membership?list=none')).status).toBe(404)
    expect((await control('POST', 'reset')).status).toBe(200)
    expect(sandbox.lists()).toEqual([])
    expect(sandbox.log).toEqual([])
  })

  it.each([[{ Origin: 'https://example.com' }], [{ Host: 'evil.example.com' }]])(
    'refuse a page of a browser: %o',
    async headers => {
      expect((await control('GET', 'membership?list=L', undefined, headers)).status).toBe(403)
    },
  )
})

describe('the log', () => {
  it('has every request with rows and bytes and no identity', async () => {
    await ask(
      sandbox,
      'GET',
      `/api/profiles?filter=${encodeURIComponent('any(email,["ann@example.com","bob@example.com"])')}`,
    )
    await ask(sandbox, 'GET', '/api/people/ann@example.com?phone=%2B15550100001')
    await ask(sandbox, 'POST', jobs, importBody([{ email: 'ann@example.com', phone_number: '+15550100001' }]))
    expect(sandbox.log.map(({ path, rows }) => [path, rows])).toEqual([
      ['/api/lists', 0],
      ['/api/profiles?filter=any(email,[2])', 2],
      ['/api/people/…?phone=…', 0],
      [jobs, 1],
    ])
    expect(sandbox.log[3]?.bytes).toBeGreaterThan(100)
    expect(JSON.stringify(sandbox.log)).not.toMatch(/ann|bob|1555/)
  })

  it('keeps bodies when it is told to', async () => {
    await using keeping = await startKlaviyo({ keepBodies: true })
    await makeList(keeping, 'L')
    expect(keeping.log[0]?.body).toBe(JSON.stringify(listBody('L')))
  })
})
