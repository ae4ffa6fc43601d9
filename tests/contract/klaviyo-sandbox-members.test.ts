import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { ask, createClock, idsBody, importBody, listBody, makeList } from './klaviyo-probe.ts'

const clock = createClock()
let sandbox: SandboxKlaviyo
let list: string

beforeEach(async () => {
  sandbox = await startKlaviyo({ now: clock.now, jobs: { queuedMs: 1_000, processingMs: 4_000 } })
  list = await makeList(sandbox, 'L')
})
afterEach(() => sandbox.stop())

/** Imports and waits until the job has ended; returns its id. */
async function push(profiles: readonly object[], lists = [list]): Promise<string> {
  const seen = await ask(sandbox, 'POST', '/api/profile-bulk-import-jobs', importBody(profiles, lists))
  expect(seen.status).toBe(202)
  clock.advance(5_000)
  return seen.json.data.id
}

async function job(id: string, part = '') {
  clock.advance(1_000)
  return (await ask(sandbox, 'GET', `/api/profile-bulk-import-jobs/${id}${part}`)).json
}

async function lookUp(field: string, ...values: string[]) {
  const filter = encodeURIComponent(`any(${field},${JSON.stringify(values)})`)
  return (await ask(sandbox, 'GET', `/api/profiles?page[size]=100&filter=${filter}`)).json.data
}

const membersPath = () => `/api/lists/${list}/relationships/profiles`

describe('an import job', () => {
  it('is queued, then processing, then complete, and applies when it completes', async () => {
    const seen = await ask(
      sandbox,
      'POST',
      '/api/profile-bulk-import-jobs',
      importBody([{ email: 'ann@example.com', external_id: 'c1' }], [list]),
    )
    expect(seen.json.data.attributes).toMatchObject({ status: 'queued', total_count: 1, completed_count: 0 })
    const id = seen.json.data.id
    expect((await job(id)).data.attributes).toMatchObject({ status: 'processing', completed_at: null })
    expect(sandbox.membership(list)).toEqual(new Set())
    expect((await job(id, '/profiles')).data).toEqual([])
    clock.advance(4_000)
    expect(sandbox.membership(list)).toEqual(new Set(['c1']))
    expect((await job(id)).data.attributes).toMatchObject({ status: 'complete', completed_count: 1, failed_count: 0 })
    expect((await job(id, '/relationships/profiles')).data).toEqual([
      { type: 'profile', id: sandbox.members(list)[0]?.profileId },
    ])
    expect((await job(id, '/profiles')).data[0]?.attributes).toMatchObject({
      email: 'ann@example.com',
      external_id: 'c1',
    })
  })

  it('refuses bad rows one by one, with the row in the pointer, and takes the others', async () => {
    const rows = [
      { external_id: 'ok1', email: 'ok1@example.com' },
      { external_id: 'bad1', email: 'not-an-email' },
      { external_id: 'ok2', email: 'Zoë@example.com' },
      { external_id: 'bad2', phone_number: '0555 123' },
      { first_name: 'Nobody' },
      { external_id: 'ok3', phone_number: '+15550100001' },
    ]
    const id = await push(rows)
    expect((await job(id)).data.attributes).toMatchObject({
      status: 'complete',
      total_count: 6,
      completed_count: 3,
      failed_count: 3,
    })
    const errors = (await job(id, '/import-errors')).data
    expect(errors.map(one => one.attributes.source.pointer)).toEqual([
      '/data/attributes/profiles/data/1/attributes/email',
      '/data/attributes/profiles/data/3/attributes/phone_number',
      '/data/attributes/profiles/data/4',
    ])
    expect(errors[0]?.attributes.original_payload.attributes).toEqual(rows[1])
    expect(sandbox.membership(list)).toEqual(new Set(['ok1', 'ok2', 'ok3']))
  })

  it('hands out more than a hundred import errors page by page', async () => {
    const id = await push(Array.from({ length: 250 }, (_, i) => ({ email: `broken${i}` })))
    const pointers = []
    let path: string | null = `/api/profile-bulk-import-jobs/${id}/import-errors?page[size]=100`
    for (let pages = 0; path !== null; pages += 1) {
      expect(pages).toBeLessThan(3)
      const { json } = await ask(sandbox, 'GET', path)
      pointers.push(...json.data.map(one => one.attributes.source.pointer))
      path = json.links.next
    }
    expect(new Set(pointers).size).toBe(250)
  })

  it('refuses the whole request for one malformed row when it is told to, as public reports show', async () => {
    await using strict = await startKlaviyo({ malformedRows: 'bad_request' })
    const body = importBody([{ email: 'a@example.com' }, { email: 'nope' }])
    const seen = await ask(strict, 'POST', '/api/profile-bulk-import-jobs', body)
    expect(seen.status).toBe(400)
    expect(seen.json.errors[0]?.source.pointer).toBe('/data/attributes/profiles/data/1/attributes/email')
  })
})

describe('profiles', () => {
  it('merges by any identifier, e-mail in any case: what is named is overwritten, null clears, the rest stays', async () => {
    await push([
      { email: 'Ann@Example.com', external_id: 'c1', first_name: 'Ann', last_name: 'Lee', properties: { a: 1, b: 2 } },
    ])
    await push([{ email: 'ANN@example.com', last_name: null, properties: { b: 3 } }])
    await push([{ external_id: 'c1', phone_number: '+15550100001' }])
    const [ann, ...others] = await lookUp('phone_number', '+15550100001')
    expect(others).toEqual([])
    expect(ann?.attributes).toMatchObject({
      email: 'ann@example.com',
      external_id: 'c1',
      first_name: 'Ann',
      last_name: null,
      properties: { a: 1, b: 3 },
    })
    expect(sandbox.profileCount()).toBe(1)
  })

  it('reports identifiers of different profiles as a conflict and changes neither', async () => {
    await push(
      [
        { email: 'ann@example.com', external_id: 'c1' },
        { email: 'bob@example.com', external_id: 'c2' },
      ],
      [],
    )
    const id = await push([{ email: 'ann@example.com', external_id: 'c2', first_name: 'X' }])
    const [error] = (await job(id, '/import-errors')).data
    expect(error?.attributes).toMatchObject({
      code: 'duplicate_profile',
      source: { pointer: '/data/attributes/profiles/data/0' },
    })
    expect(sandbox.membership(list)).toEqual(new Set())
    expect((await lookUp('external_id', 'c1', 'c2')).map(one => one.attributes.first_name)).toEqual([null, null])
  })

  it('a changed e-mail stays one profile, and the old one finds nobody', async () => {
    await push([{ email: 'old@example.com', external_id: 'c1' }])
    await push([{ email: 'new@example.com', external_id: 'c1' }])
    expect(await lookUp('email', 'old@example.com')).toEqual([])
    expect((await lookUp('email', 'new@example.com'))[0]?.attributes.external_id).toBe('c1')
    expect(sandbox.membership(list)).toEqual(new Set(['c1']))
  })

  it('finds up to a hundred by one filter, whoever is unknown is left out, and shows only the fields asked for', async () => {
    await push(Array.from({ length: 100 }, (_, i) => ({ email: `p${i}@example.com` })))
    const filter = encodeURIComponent(
      `any(email,${JSON.stringify(Array.from({ length: 100 }, (_, i) => `P${i + 1}@example.com`))})`,
    )
    const { json } = await ask(sandbox, 'GET', `/api/profiles?page[size]=100&fields[profile]=email&filter=${filter}`)
    expect(json.data).toHaveLength(99)
    expect(json.data[0]?.attributes).toEqual({ email: 'p1@example.com' })
    expect(json.links.next).toBeNull()
  })

  it('understands equals, and quotes of either kind', async () => {
    await push([{ email: "o'hara@example.com" }])
    for (const filter of [`equals(email,"o'hara@example.com")`, `equals(email,'o\\'hara@example.com')`])
      expect((await ask(sandbox, 'GET', `/api/profiles?filter=${encodeURIComponent(filter)}`)).json.data).toHaveLength(
        1,
      )
  })
})

describe('list membership', () => {
  it('is changed by profile id, both ways any number of times, and a stranger to remove is no error', async () => {
    await push([
      { email: 'ann@example.com', external_id: 'c1' },
      { email: 'bob@example.com', external_id: 'c2' },
    ])
    const ids = sandbox.members(list).map(one => one.profileId)
    for (let i = 0; i < 2; i += 1) {
      expect((await ask(sandbox, 'DELETE', membersPath(), idsBody([ids[0], '01STRANGER']))).status).toBe(204)
      expect(sandbox.membership(list)).toEqual(new Set(['c2']))
    }
    expect(sandbox.profileCount()).toBe(2)
    for (let i = 0; i < 2; i += 1) expect((await ask(sandbox, 'POST', membersPath(), idsBody(ids))).status).toBe(204)
    expect(sandbox.membership('L')).toEqual(new Set(['c1', 'c2']))
  })

  it('is read page by page through links.next, each member once, also while members leave', async () => {
    await push(Array.from({ length: 250 }, (_, i) => ({ external_id: `c${i}` })))
    const seen: string[] = []
    let path: string | null = `${membersPath()}?page[size]=100`
    while (path !== null) {
      const { json } = await ask(sandbox, 'GET', path)
      seen.push(...json.data.map(one => one.id))
      await ask(sandbox, 'DELETE', membersPath(), idsBody(json.data.map(one => one.id)))
      path = json.links.next
    }
    expect(new Set(seen).size).toBe(250)
    expect(seen).toHaveLength(250)
    expect(sandbox.membership(list)).toEqual(new Set())
  })

  it.each([
    [2, 1],
    [1, 1],
    [3, 2],
    [0, 1],
  ])('of %i has %i pages of two', async (count, pages) => {
    if (count > 0) await push(Array.from({ length: count }, (_, i) => ({ external_id: `c${i}` })))
    let seen = 0
    for (let path: string | null = `${membersPath()}?page[size]=2`; path !== null; seen += 1)
      path = (await ask(sandbox, 'GET', path)).json.links.next
    expect(seen).toBe(pages)
  })

  it('shows 20 members a page unless told otherwise, with when they joined', async () => {
    await push(Array.from({ length: 21 }, (_, i) => ({ external_id: `c${i}` })))
    const { json } = await ask(sandbox, 'GET', `/api/lists/${list}/profiles`)
    expect(json.data).toHaveLength(20)
    expect(Date.parse(String(json.data[0]?.attributes.joined_group_at))).toBe(clock.now())
    expect(
      (await ask(sandbox, 'GET', `/api/lists/${list}?additional-fields[list]=profile_count`)).json.data.attributes
        .profile_count,
    ).toBe(21)
  })
})

describe('lists', () => {
  it('are found by name, 10 a page, and a name may exist twice', async () => {
    for (let i = 0; i < 11; i += 1) {
      await ask(sandbox, 'POST', '/api/lists', listBody('twice'))
      clock.advance(200)
    }
    const { json } = await ask(sandbox, 'GET', `/api/lists?filter=${encodeURIComponent('equals(name,"twice")')}`)
    expect(json.data).toHaveLength(10)
    const rest = await ask(sandbox, 'GET', json.links.next ?? '')
    expect(rest.json.data).toHaveLength(1)
    expect(rest.json.links.next).toBeNull()
    expect(new Set(sandbox.lists().map(one => one.id)).size).toBe(12)
  })

  it('go with their memberships, and the profiles stay', async () => {
    await push([{ email: 'ann@example.com' }])
    expect((await ask(sandbox, 'DELETE', `/api/lists/${list}`)).status).toBe(204)
    expect(sandbox.membership(list)).toEqual(new Set())
    expect(sandbox.lists()).toEqual([])
    expect(sandbox.profileCount()).toBe(1)
    expect((await ask(sandbox, 'GET', `/api/lists/${list}`)).status).toBe(404)
  })

  it('the account answers a check of the key with its id', async () => {
    expect((await ask(sandbox, 'GET', '/api/accounts/')).json.data[0]).toMatchObject({ type: 'account', id: 'SANDBX' })
    await using other = await startKlaviyo({ accountId: 'OTHER1' })
    expect((await ask(other, 'GET', '/api/accounts')).json.data[0]?.id).toBe('OTHER1')
  })
})
