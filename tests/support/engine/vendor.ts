import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the stand-in does with one request instead of, or after, serving it. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string; apply?: boolean }
  | { reset: 'before' | 'after' }
  | undefined

/** One request as it came in. */
export interface Seen {
  method: string
  path: string
  body: string
  at: number
}

/** A small mail platform with Klaviyo's paths over real HTTP, for engine tests only. It keeps true membership. */
export interface Vendor {
  url: string
  seen: Seen[]
  /** E-mails, phones or external ids on the list, sorted. */
  members(): string[]
  lists: Map<string, string>
  /** Decides a fault for the n-th request (1-based) that matches its method and path. */
  fault: (request: Seen, n: number) => Fault
  /** Import jobs finish after this many polls. */
  pollsUntilDone: number
  /** Rows that a job refuses when it finishes. */
  refuses: (profile: Profile) => string | null
  /** Rows for which the whole request is refused at once. */
  malformed: (profile: Profile) => boolean
  count(method: string, pattern: RegExp): number
  close(): Promise<void>
}

export interface Profile {
  email?: string
  phone_number?: string
  external_id?: string
  properties?: Record<string, unknown>
  first_name?: string
}

export async function startVendor(): Promise<Vendor> {
  const profiles = new Map<string, Profile>()
  const onList = new Map<string, Set<string>>()
  const jobs = new Map<
    string,
    { polls: number; errors: { index: number; code: string; profile: Profile }[]; total: number }
  >()
  let ids = 0
  const server = createServer((request, response) => {
    void read(request).then(body => answer(request, response, body))
  })
  const vendor: Vendor = {
    url: '',
    seen: [],
    lists: new Map(),
    fault: () => undefined,
    pollsUntilDone: 0,
    refuses: () => null,
    malformed: () => false,
    members: () =>
      [...onList.values()]
        .flatMap(set => [...set])
        .map(id => profiles.get(id))
        .map(profile => profile?.email ?? profile?.phone_number ?? profile?.external_id ?? '')
        .sort(),
    count: (method, pattern) => vendor.seen.filter(one => one.method === method && pattern.test(one.path)).length,
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }

  const same = (a: Profile, b: Profile) =>
    a.email !== undefined || b.email !== undefined
      ? a.email === b.email
      : a.phone_number !== undefined || b.phone_number !== undefined
        ? a.phone_number === b.phone_number
        : a.external_id === b.external_id
  const upsert = (attributes: Profile): string => {
    for (const [id, profile] of profiles) {
      if (same(profile, attributes)) {
        Object.assign(profile, attributes)
        return id
      }
    }
    const id = `P${++ids}`
    profiles.set(id, { ...attributes })
    return id
  }

  function serve(seen: Seen): { status: number; body: unknown } {
    const url = new URL(seen.path, 'http://vendor')
    const path = url.pathname
    if (path === '/api/accounts') return { status: 200, body: { data: [{ type: 'account', id: 'ACC1' }] } }
    if (path === '/api/lists' && seen.method === 'GET') {
      const name = JSON.parse(/^equals\(name,(.*)\)$/.exec(url.searchParams.get('filter') ?? '')?.[1] ?? '""')
      const data = [...vendor.lists]
        .filter(([, known]) => known === name)
        .map(([id]) => ({ type: 'list', id, attributes: { name } }))
      return { status: 200, body: { data, links: { self: '', next: null } } }
    }
    if (path === '/api/lists') {
      const id = `L${++ids}`
      vendor.lists.set(id, JSON.parse(seen.body).data.attributes.name)
      onList.set(id, new Set())
      return { status: 201, body: { data: { type: 'list', id } } }
    }
    const list = /^\/api\/lists\/([^/]+)\/relationships\/profiles$/.exec(path)?.[1]
    if (list !== undefined) {
      const set = onList.get(list)
      if (set === undefined) return { status: 404, body: { errors: [{ code: 'not_found', title: 'Not found.' }] } }
      if (seen.method === 'GET')
        return { status: 200, body: { data: [...set].slice(0, 1).map(id => ({ type: 'profile', id })), links: {} } }
      for (const { id } of JSON.parse(seen.body).data) set.delete(id)
      return { status: 204, body: '' }
    }
    if (path === '/api/profiles') {
      const [, name, values] = /^any\((\w+),(\[.*\])\)$/s.exec(url.searchParams.get('filter') ?? '') ?? []
      const wanted = new Set(JSON.parse(values ?? '[]'))
      const data = [...profiles]
        .filter(([, profile]) => wanted.has(profile[name as 'email']))
        .map(([id]) => ({ type: 'profile', id }))
      return { status: 200, body: { data, links: { next: null } } }
    }
    if (path === '/api/profile-bulk-import-jobs') {
      const { attributes, relationships } = JSON.parse(seen.body).data
      const rows: Profile[] = attributes.profiles.data.map((one: { attributes: Profile }) => one.attributes)
      if (rows.some(vendor.malformed)) {
        return {
          status: 400,
          body: {
            errors: [
              {
                code: 'invalid',
                title: 'Invalid input.',
                detail: `'${rows.find(vendor.malformed)?.email}' is not valid`,
              },
            ],
          },
        }
      }
      const errors: { index: number; code: string; profile: Profile }[] = []
      rows.forEach((profile, index) => {
        const code = vendor.refuses(profile)
        if (code !== null) errors.push({ index, code, profile })
        else for (const { id } of relationships.lists.data) onList.get(id)?.add(upsert(profile))
      })
      const id = `J${++ids}`
      jobs.set(id, { polls: 0, errors, total: rows.length })
      return { status: 202, body: { data: { type: 'profile-bulk-import-job', id } } }
    }
    const [, jobId, what] = /^\/api\/profile-bulk-import-jobs\/([^/]+)(\/import-errors)?$/.exec(path) ?? []
    const job = jobs.get(jobId ?? '')
    if (job === undefined) return { status: 404, body: { errors: [{ code: 'not_found', title: 'Not found.' }] } }
    if (what !== undefined) {
      const data = job.errors.map(error => ({
        type: 'import-error',
        id: `E${error.index}`,
        attributes: {
          code: error.code,
          title: 'Invalid input.',
          detail: `${error.profile.email} is bad`,
          source: { pointer: `/data/attributes/profiles/data/${error.index}/attributes/email` },
        },
      }))
      return { status: 200, body: { data, links: {} } }
    }
    const status = job.polls++ >= vendor.pollsUntilDone ? 'complete' : 'processing'
    const attributes = { status, failed_count: job.errors.length, total_count: job.total }
    return { status: 200, body: { data: { type: 'profile-bulk-import-job', id: jobId, attributes } } }
  }

  function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const seen = { method: request.method ?? '', path: request.url ?? '', body, at: Date.now() }
    vendor.seen.push(seen)
    const bare = seen.path.split('?')[0]
    const n = vendor.seen.filter(one => one.method === seen.method && one.path.split('?')[0] === bare).length
    const fault = vendor.fault(seen, n)
    if (fault !== undefined && 'reset' in fault) {
      if (fault.reset === 'after') serve(seen)
      request.socket.destroy()
      return
    }
    if (fault !== undefined) {
      if (fault.apply) serve(seen)
      response.writeHead(fault.status, fault.headers ?? {})
      response.end(fault.body ?? '{}')
      return
    }
    const reply = serve(seen)
    response.writeHead(reply.status, { 'content-type': 'application/vnd.api+json' })
    response.end(reply.body === '' ? undefined : JSON.stringify(reply.body))
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  vendor.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return vendor
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
