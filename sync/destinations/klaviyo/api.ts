import { z } from 'zod'
import { RequestFailed } from '../../core/failures.ts'
import { redact } from '../../core/redact.ts'
import type { Connection } from '../../core/request.ts'
import type { BodyShape, ShapeNode } from '../../core/shape.ts'
import type { Field, Identifier, Member, Rejection, SentBatch } from '../destination.ts'

/** Revision of every request. Supported two years: safe to 2028-07. @see developers.klaviyo.com, API versioning, 2026-11 */
export const REVISION = '2026-07-15'

const Resource = z.object({ id: z.string() })
const Links = z.object({ next: z.string().nullish() }).optional()
const Account = z.object({ data: z.array(Resource).min(1) })
const List = Resource.extend({
  attributes: z.object({ name: z.string().nullish(), created: z.string().nullish() }).optional(),
})
const Lists = z.object({ data: z.array(List), links: Links })
const Ids = z.object({ data: z.array(Resource), links: Links })
const Job = Resource.extend({
  attributes: z.object({
    status: z.enum(['queued', 'processing', 'complete', 'cancelled']),
    failed_count: z.number().nullish(),
  }),
})
const ImportErrors = z.object({
  data: z.array(
    z.object({
      attributes: z.object({
        code: z.string(),
        title: z.string(),
        detail: z.string().optional(),
        source: z.object({ pointer: z.string().nullish() }).nullish(),
        original_payload: z.record(z.string(), z.unknown()).nullish(),
      }),
    }),
  ),
  links: Links,
})

/** The account's id: proves the key. */
export async function getAccount(http: Connection): Promise<string> {
  const reply = await http.send({
    operation: 'accounts',
    kind: 'lookup',
    method: 'GET',
    path: '/api/accounts',
    reply: Account,
  })
  return reply.data[0]?.id ?? ''
}

/** The oldest list of exactly this name, or null. Pages hold at most 10 lists. */
export async function findListByName(http: Connection, name: string): Promise<string | null> {
  const filter = encodeURIComponent(`equals(name,${quoted(name)})`)
  const found: z.infer<typeof List>[] = []
  for await (const page of pages(http, 'lists', `/api/lists?filter=${filter}&page[size]=10`, Lists))
    found.push(...page.data)
  const same = found.filter(list => list.attributes?.name === undefined || list.attributes.name === name)
  same.sort((a, b) => `${a.attributes?.created}|${a.id}`.localeCompare(`${b.attributes?.created}|${b.id}`))
  return same[0]?.id ?? null
}

/** True when nobody is on the list. */
export async function isListEmpty(http: Connection, listId: string): Promise<boolean> {
  const path = `/api/lists/${encodeURIComponent(listId)}/relationships/profiles?page[size]=1`
  const reply = await http.send({ operation: 'list-profiles', kind: 'lookup', method: 'GET', path, reply: Ids })
  return reply.data.length === 0
}

/** Creates a list; not repeated by itself, because a repeat would make a second one. */
export async function createList(http: Connection, name: string): Promise<string> {
  const body = JSON.stringify({ data: { type: 'list', attributes: { name } } })
  const reply = await http.send({
    operation: 'list-create',
    kind: 'setup',
    method: 'POST',
    path: '/api/lists',
    body,
    reply: z.object({ data: Resource }),
    repeatable: false,
  })
  return reply.data.id
}

/** Starts a bulk import of a rendered body into its list; returns the job's id. */
export async function startImport(http: Connection, body: Uint8Array): Promise<string> {
  const reply = await http.send({
    operation: 'import',
    kind: 'write',
    method: 'POST',
    path: '/api/profile-bulk-import-jobs',
    body,
    reply: z.object({ data: Resource }),
  })
  return reply.data.id
}

/** `pending`, or how the job ended; a cancelled job refused nothing by row. */
export async function getImport(
  http: Connection,
  jobId: string,
): Promise<'pending' | 'cancelled' | { failed: number | null }> {
  const path = `/api/profile-bulk-import-jobs/${encodeURIComponent(jobId)}`
  const reply = await http.send({
    operation: 'import-status',
    kind: 'poll',
    method: 'GET',
    path,
    reply: z.object({ data: Job }),
  })
  const { status, failed_count } = reply.data.attributes
  if (status === 'cancelled') return 'cancelled'
  return status === 'complete' ? { failed: failed_count ?? null } : 'pending'
}

/** The rows a finished job refused, found by the identifiers of the payload that the vendor gives back, else by pointer. */
export async function listImportErrors(http: Connection, jobId: string, batch: SentBatch): Promise<Rejection[]> {
  const path = `/api/profile-bulk-import-jobs/${encodeURIComponent(jobId)}/import-errors?page[size]=100`
  const bySeq = new Map<number, Rejection>()
  for await (const page of pages(http, 'import-errors', path, ImportErrors, 'poll')) {
    for (const { attributes } of page.data) {
      const seqs = await rowsOf(attributes, batch)
      for (const seq of seqs)
        bySeq.set(seq, {
          seq,
          code: redact(attributes.code, [], 60),
          message: redact(attributes.title, []),
          permanent: true,
        })
    }
  }
  return [...bySeq.values()]
}

async function rowsOf(
  error: {
    source?: { pointer?: string | null | undefined } | null | undefined
    original_payload?: Record<string, unknown> | null | undefined
  },
  batch: SentBatch,
): Promise<number[]> {
  const payload = error.original_payload ?? {}
  const attributes = (payload.attributes as Record<string, unknown> | undefined) ?? payload
  for (const [name, column] of lookups) {
    const value = attributes[name]
    if (typeof value !== 'string') continue
    const seqs = await batch.find(column, value)
    if (seqs.length > 0) return seqs
  }
  const index = /\/data\/(\d+)(\/|$)/.exec(error.source?.pointer ?? '')?.[1]
  const seq = index === undefined ? undefined : batch.seqAt(Number(index))
  return seq === undefined ? [] : [seq]
}

// Klaviyo's attribute and our column, best first.
const lookups: readonly (readonly [string, Identifier])[] = [
  ['email', 'email'],
  ['phone_number', 'phone'],
  ['external_id', 'external_id'],
]

/** Klaviyo's own ids of these people, by e-mail, else phone, else our id; strangers have none. At most 100 values a request. */
export async function findProfileIds(http: Connection, members: readonly Member[]): Promise<string[]> {
  const ids = new Set<string>()
  for (const [name, column] of lookups) {
    const values = members
      .filter(member => lookups.find(([, other]) => member.identity[other] !== undefined)?.[1] === column)
      .map(member => member.identity[column] ?? '')
    for (const some of portions([...new Set(values)])) {
      const filter = encodeURIComponent(`any(${name},[${some.map(quoted).join(',')}])`)
      const path = `/api/profiles?filter=${filter}&fields[profile]=external_id&page[size]=100`
      for await (const page of pages(http, 'profiles', path, Ids)) for (const { id } of page.data) ids.add(id)
    }
  }
  return [...ids]
}

/** Takes profiles off one list; the profiles and their consent stay as they are. At most 1,000. */
export async function removeFromList(http: Connection, listId: string, ids: readonly string[]): Promise<void> {
  await http.send({
    operation: 'list-remove',
    kind: 'write',
    method: 'DELETE',
    path: `/api/lists/${encodeURIComponent(listId)}/relationships/profiles`,
    body: JSON.stringify({ data: ids.map(id => ({ type: 'profile', id })) }),
  })
}

/** A whole bulk import body: identifiers, first name and custom properties, nothing about consent. Absent identifiers are left out: null would clear them. */
export function importBody(listId: string, fields: readonly Field[]): BodyShape {
  const named = (field: Field) => [field.name, { column: field.name, type: field.type }] as const
  const attributes: (readonly [string, ShapeNode])[] = lookups.map(([name, column]) => [
    name,
    { column, type: 'VARCHAR', optional: true },
  ])
  for (const field of fields)
    if (field.name === 'first_name')
      attributes.push(['first_name', { column: 'first_name', type: field.type, optional: true }])
  const properties = fields.filter(field => field.name !== 'first_name')
  if (properties.length > 0) attributes.push(['properties', { object: properties.map(named) }])
  return {
    open: '{"data":{"type":"profile-bulk-import-job","attributes":{"profiles":{"data":[',
    item: {
      object: [
        ['type', { constant: 'profile' }],
        ['attributes', { object: attributes }],
      ],
    },
    close: `]}},"relationships":{"lists":{"data":[{"type":"list","id":${JSON.stringify(listId)}}]}}}}`,
  }
}

/** Follows `links.next` on the same origin, path and query only; ends after 1,000 pages. */
async function* pages<T extends { links?: { next?: string | null | undefined } | undefined }>(
  http: Connection,
  operation: string,
  path: string,
  reply: z.ZodType<T>,
  kind: 'lookup' | 'poll' = 'lookup',
): AsyncGenerator<T> {
  let next: string | null = path
  for (let page = 0; next !== null; page++) {
    if (page === 1000) throw new RequestFailed('ambiguous', `GET ${path.split('?')[0]}: more than 1,000 pages`)
    const answer: T = await http.send({ operation, kind, method: 'GET', path: next, reply })
    yield answer
    const link = answer.links?.next
    next = link === undefined || link === null || link === '' ? null : pathOf(link)
  }
}

function pathOf(link: string): string {
  const url = new URL(link, 'http://same.origin')
  return `${url.pathname}${url.search}`
}

// A filter's string: JSON's escapes for quotes and backslashes.
const quoted = (value: string) => JSON.stringify(value)

/** At most 100 values, and at most 6,000 characters once encoded: servers commonly refuse a request line beyond 8,000. */
function* portions(values: readonly string[]): Generator<string[]> {
  let some: string[] = []
  let length = 0
  for (const value of values) {
    const more = encodeURIComponent(quoted(value)).length + 3
    if (some.length === 100 || (some.length > 0 && length + more > 6_000)) {
      yield some
      some = []
      length = 0
    }
    some.push(value)
    length += more
  }
  if (some.length > 0) yield some
}
