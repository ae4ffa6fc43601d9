import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { ask, createClock, idsBody, importBody, listBody, makeList } from './klaviyo-probe.ts'

const clock = createClock()
let sandbox: SandboxKlaviyo

beforeEach(async () => {
  sandbox = await startKlaviyo({ now: clock.now, jobs: { queuedMs: 1_000, processingMs: 4_000 } })
})
afterEach(() => sandbox.stop())

const jobs = '/api/profile-bulk-import-jobs'
const noRows = importBody([])
const person = (attributes: object) => importBody([{ email: 'ann@example.com', ...attributes }])

describe('what the sandbox refuses', () => {
  const at = (attribute: string) => `/data/attributes/profiles/data/0/attributes/${attribute}`
  it.each<[string, string, string, unknown, string]>([
    ['an empty object as list', 'POST', '/api/lists', {}, '/data'],
    ['a list without name', 'POST', '/api/lists', { data: { type: 'list', attributes: {} } }, '/data/attributes/name'],
    ['a list name that is a number', 'POST', '/api/lists', listBody(7), '/data/attributes/name'],
    ['a blank list name', 'POST', '/api/lists', listBody(' '), '/data/attributes/name'],
    ['an empty object as members to add', 'POST', '/api/lists/LIST/relationships/profiles', {}, '/data'],
    ['a member id that is a number', 'POST', '/api/lists/LIST/relationships/profiles', idsBody([7]), '/data/0/id'],
    ['an empty object as members to remove', 'DELETE', '/api/lists/LIST/relationships/profiles', {}, '/data'],
    ['a member id that is null', 'DELETE', '/api/lists/LIST/relationships/profiles', idsBody([null]), '/data/0/id'],
    ['an empty object as import', 'POST', jobs, {}, '/data'],
    [
      'an import without profiles',
      'POST',
      jobs,
      { data: { type: 'profile-bulk-import-job', attributes: {} } },
      '/data/attributes/profiles',
    ],
    ['an import of another type', 'POST', jobs, { data: { ...noRows.data, type: 'profile' } }, '/data/type'],
    [
      'profiles that are no list',
      'POST',
      jobs,
      { data: { ...noRows.data, attributes: { profiles: { data: {} } } } },
      '/data/attributes/profiles/data',
    ],
    ['an e-mail that is a number', 'POST', jobs, person({ email: 5 }), at('email')],
    ['a phone that is a number', 'POST', jobs, person({ phone_number: 15550001 }), at('phone_number')],
    ['an external id that is a number', 'POST', jobs, person({ external_id: 5 }), at('external_id')],
    ['properties that are text', 'POST', jobs, person({ properties: 'x' }), at('properties')],
    ['a city that is a list', 'POST', jobs, person({ location: { city: [] } }), at('location/city')],
    ['an unknown attribute', 'POST', jobs, person({ nick_name: 'A' }), at('nick_name')],
    ['an unknown attribute of a location', 'POST', jobs, person({ location: { town: 'X' } }), at('location/town')],
    ['a list that does not exist', 'POST', jobs, importBody([{ email: 'ann@example.com' }], ['NoList']), '/data'],
    ['text that is no JSON', 'POST', jobs, '{"data":', '/data'],
  ])('%s with 400 and a pointer', async (_what, method, path, body, pointer) => {
    const list = await makeList(sandbox, 'L')
    const seen = await ask(sandbox, method, path.replace('LIST', list), body)
    expect(seen.status).toBe(400)
    expect(seen.headers['content-type']).toBe('application/vnd.api+json')
    expect(seen.json.errors).toHaveLength(1)
    expect(seen.json.errors[0]).toMatchObject({ status: 400, source: { pointer } })
    expect(sandbox.profileCount()).toBe(0)
    expect(sandbox.log.at(-1)).toMatchObject({ status: 400, applied: false })
  })

  it('an unknown attribute in the words of the vendor', async () => {
    const { json } = await ask(sandbox, 'POST', jobs, person({ nick_name: 'A' }))
    expect(json.errors[0]?.detail).toBe("'nick_name' is not a valid field for the resource 'profile'.")
  })

  it.each([
    ['/api/accounts?page[size]=1', 'page[size]'],
    ['/api/lists?page[size]=11', 'page[size]'],
    ['/api/lists?sort=colour', 'sort'],
    ['/api/lists?filter=equals(colour,"x")', 'filter'],
    ['/api/lists?filter=name', 'filter'],
    ['/api/lists/LIST?additional-fields[list]=colour', 'additional-fields[list]'],
    ['/api/lists/LIST/profiles?page[size]=ten', 'page[size]'],
    ['/api/lists/LIST/relationships/profiles?page[size]=0', 'page[size]'],
    ['/api/lists/LIST/relationships/profiles?page[cursor]=zzz', 'page[cursor]'],
    ['/api/profiles?page[size]=101', 'page[size]'],
    ['/api/profiles?filter=any(email,"a@example.com")', 'filter'],
    ['/api/profiles?filter=equals(email,5)', 'filter'],
    ['/api/profiles?fields[profile]=shoe_size', 'fields[profile]'],
    [
      `/api/profiles?filter=any(email,${JSON.stringify(Array.from({ length: 101 }, (_, i) => `p${i}@example.com`))})`,
      'filter',
    ],
    ['/api/profile-bulk-import-jobs/JOB?colour=1', 'colour'],
    ['/api/profile-bulk-import-jobs/JOB/import-errors?page[size]=many', 'page[size]'],
    ['/api/profile-bulk-import-jobs/JOB/profiles?page[size]=101', 'page[size]'],
    ['/api/profile-bulk-import-jobs/JOB/relationships/profiles?page[size]=-1', 'page[size]'],
  ])('GET %.60s with 400 and the name of the parameter', async (path, parameter) => {
    const list = await makeList(sandbox, 'L')
    const job = (await ask(sandbox, 'POST', jobs, noRows)).json.data.id
    const seen = await ask(sandbox, 'GET', path.replace('LIST', list).replace('JOB', job))
    expect(seen.status).toBe(400)
    expect(seen.json.errors[0]?.source).toEqual({ parameter })
  })

  it.each([
    ['no key', { Authorization: undefined }, 401],
    ['another scheme', { Authorization: 'Bearer pk_sandbox' }, 401],
    ['a wrong key', { Authorization: 'Klaviyo-API-Key pk_other' }, 401],
    ['no revision', { revision: undefined }, 400],
    ['an old revision', { revision: '2020-01-01' }, 400],
    ['the revision of July', { revision: '2026-07-15' }, 201],
    ['the revision of October', { revision: '2026-10-15' }, 201],
    ['plain text', { 'Content-Type': 'text/plain' }, 415],
    ['no content type', { 'Content-Type': undefined }, 415],
  ])('with %s it answers %3$s', async (_what, headers, status) => {
    const seen = await ask(sandbox, 'POST', '/api/lists', listBody('L'), headers)
    expect(seen.status).toBe(status)
    expect(sandbox.lists()).toHaveLength(status === 201 ? 1 : 0)
  })

  it.each([
    ['GET', '/api/campaigns', 404],
    ['PUT', '/api/lists', 405],
    ['GET', '/api/lists/NoList', 404],
    ['DELETE', '/api/lists/NoList', 404],
    ['GET', '/api/lists/NoList/profiles', 404],
    ['GET', '/api/profile-bulk-import-jobs/NoJob', 404],
    ['GET', '/api/profile-bulk-import-jobs/NoJob/import-errors', 404],
  ])('%s %s with %i', async (method, path, status) => {
    const seen = await ask(sandbox, method, path)
    expect(seen.status).toBe(status)
    expect(seen.json.errors[0]?.status).toBe(status)
  })
})

describe('sizes', () => {
  const people = (count: number) => Array.from({ length: count }, (_, i) => ({ email: `p${i}@example.com` }))
  const padded = (bytes: number) => JSON.stringify(person({})).padEnd(bytes, ' ')

  it.each([
    ['10,000 profiles', () => importBody(people(10_000)), 202],
    ['10,001 profiles', () => importBody(people(10_001)), 400],
    ['5,000,000 bytes', () => padded(5_000_000), 202],
    ['5,000,001 bytes', () => padded(5_000_001), 413],
    ['6,000,000 bytes', () => padded(6_000_000), 413],
    ['a profile of more than 100,000 bytes', () => person({ properties: { text: 'x'.repeat(100_000) } }), 400],
    [
      'two profiles of half of that',
      () => importBody([1, 2].map(i => ({ email: `p${i}@example.com`, properties: { text: 'x'.repeat(60_000) } }))),
      202,
    ],
  ])('%s get %3$s', async (_what, body, status) => {
    const seen = await ask(sandbox, 'POST', jobs, body())
    expect(seen.status).toBe(status)
  })

  it.each([
    ['POST', 1_000, 404],
    ['POST', 1_001, 400],
    ['DELETE', 1_000, 204],
    ['DELETE', 1_001, 400],
  ])('%s of %i members of whom nobody is known gets %i', async (method, count, status) => {
    const list = await makeList(sandbox, 'L')
    const ids = Array.from({ length: count }, (_, i) => `01STRANGER${i}`)
    expect((await ask(sandbox, method, `/api/lists/${list}/relationships/profiles`, idsBody(ids))).status).toBe(status)
  })

  it('a body of 10,000 profiles is checked and accepted in well under a second', async () => {
    const body = JSON.stringify(importBody(people(10_000)))
    await ask(sandbox, 'POST', jobs, body)
    const started = performance.now()
    await ask(sandbox, 'POST', jobs, body)
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('quotas', () => {
  it('the 11th request of a second is refused in the words of the vendor, without RateLimit headers, and the next second takes it', async () => {
    for (let i = 0; i < 10; i += 1) await ask(sandbox, 'POST', jobs, noRows)
    const seen = await ask(sandbox, 'POST', jobs, noRows)
    expect(seen.status).toBe(429)
    expect(seen.headers['retry-after']).toBe('1')
    expect(Object.keys(seen.headers).filter(name => name.startsWith('ratelimit'))).toEqual([])
    expect(seen.json.errors[0]).toMatchObject({
      status: 429,
      code: 'throttled',
      title: 'Request was throttled.',
      detail: 'Request was throttled. Expected available in 1 second.',
      source: { pointer: '/data/' },
    })
    clock.advance(1_000)
    expect((await ask(sandbox, 'POST', jobs, noRows)).status).toBe(202)
  })

  it('the 151st request of a minute is refused until the minute ends', async () => {
    for (let i = 0; i < 150; i += 1) {
      const seen = await ask(sandbox, 'POST', jobs, noRows)
      expect(seen.status).toBe(202)
      expect(seen.headers['ratelimit-remaining']).toBe(String(149 - i))
      clock.advance(100)
    }
    const seen = await ask(sandbox, 'POST', jobs, noRows)
    expect(seen.status).toBe(429)
    expect(seen.headers['retry-after']).toBe('45') // 150 × 0.1 s have passed of 60 s
    expect((await ask(sandbox, 'GET', '/api/profiles')).status).toBe(200)
    clock.advance(45_000)
    expect((await ask(sandbox, 'POST', jobs, noRows)).status).toBe(202)
  })

  it('the 151st list of a day is refused until the day ends', async () => {
    for (let i = 0; i < 150; i += 1) {
      expect((await ask(sandbox, 'POST', '/api/lists', listBody(`L${i}`))).status).toBe(201)
      clock.advance(1_000)
    }
    const seen = await ask(sandbox, 'POST', '/api/lists', listBody('L'))
    expect(seen.status).toBe(429)
    expect(seen.headers['retry-after']).toBe('86250') // 86,400 − 150
    expect(sandbox.lists()).toHaveLength(150)
  })

  it.each([
    ['/api/accounts', 1],
    ['/api/lists', 75],
    ['/api/profiles', 75],
    ['/api/lists/LIST?additional-fields[list]=profile_count', 1],
  ])('GET %s is allowed %i times a second', async (path, burst) => {
    const list = await makeList(sandbox, 'L')
    for (let i = 0; i < burst; i += 1) expect((await ask(sandbox, 'GET', path.replace('LIST', list))).status).toBe(200)
    expect((await ask(sandbox, 'GET', path.replace('LIST', list))).status).toBe(429)
  })

  it('a refused request counts towards its quota, one without a key does not', async () => {
    await ask(sandbox, 'POST', jobs, noRows, { Authorization: undefined })
    for (let i = 0; i < 10; i += 1) expect((await ask(sandbox, 'POST', jobs, {})).status).toBe(400)
    expect((await ask(sandbox, 'POST', jobs, noRows)).status).toBe(429)
  })
})
