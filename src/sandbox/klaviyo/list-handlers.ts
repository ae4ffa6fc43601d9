import type { List } from './account.ts'
import { listResource, profileIdentifier, profileResource, type Resource, sparse } from './documents.ts'
import { ordinalOf } from './draw.ts'
import { parseFilter } from './filter.ts'
import { cutPage } from './page.ts'
import { invalid, notFound } from './problem.ts'
import type { ApiRequest, ListCreateBody, Plan, ProfileIdsBody } from './requests.ts'

const maxProfileIds = 1000 // "accepts a maximum of 1000 profiles per call", add_profiles_to_list and remove_profiles_from_list

/** GET /api/lists: by default oldest first, 10 a page. */
export function getLists({ account, query, base, url }: ApiRequest): Plan {
  const filter = typeof query.filter === 'string' ? parseFilter(query.filter, ['id', 'name']) : null
  const all = [...account.lists.values()].filter(
    list => !filter || filter.values.includes(filter.field === 'id' ? list.id : list.name),
  )
  const sorted = sortLists(all, typeof query.sort === 'string' ? query.sort : 'created')
  const page = cutPage([...sorted.keys()], query, 10)
  const data = page.keys.flatMap(key => sorted[key] ?? []).map(list => listResource(base, list))
  return show({ data: data.map(one => sparse(one, query['fields[list]'])), links: pageLinks(url, page.next) })
}

/** POST /api/lists: a name may exist many times, as at the vendor. */
export function createList({ account, body, base, query }: ApiRequest): Plan {
  const { name, opt_in_process: optInProcess = null } = (body as ListCreateBody).data.attributes
  if (name.trim() === '') throw invalid('This field may not be blank.', { pointer: '/data/attributes/name' })
  const id = account.newListId()
  return {
    change: { type: 'create_list', id, name, optInProcess },
    reply: () => {
      const list = account.lists.get(id) ?? { id, name, optInProcess, createdAt: 0, members: new Map(), sorted: null }
      const resource = sparse(listResource(base, list), query['fields[list]'])
      return { status: 201, document: { data: resource, links: resource.links } }
    },
  }
}

/** GET /api/lists/{id}. */
export function getList(request: ApiRequest): Plan {
  const isCounted = Array.isArray(request.query['additional-fields[list]'])
  const resource = sparse(listResource(request.base, findList(request), isCounted), request.query['fields[list]'])
  return show({ data: resource, links: resource.links })
}

/** DELETE /api/lists/{id}: the profiles stay. */
export function deleteList(request: ApiRequest): Plan {
  return { change: { type: 'delete_list', id: findList(request).id }, reply: empty }
}

/** GET /api/lists/{id}/profiles. */
export function getProfilesForList(request: ApiRequest): Plan {
  const list = findList(request)
  return memberPage(request, list, ordinal => {
    const profile = request.account.profiles.all[ordinal]
    if (!profile) return profileIdentifier(ordinal)
    const resource = profileResource(request.base, profile, list.members.get(ordinal))
    return sparse(resource, request.query['fields[profile]'])
  })
}

/** GET /api/lists/{id}/relationships/profiles. */
export function getProfileIdsForList(request: ApiRequest): Plan {
  return memberPage(request, findList(request), profileIdentifier)
}

/** POST and DELETE /api/lists/{id}/relationships/profiles: idempotent; an unknown profile id is a 404 when adding and nothing when removing. */
export function changeMembers(type: 'add_members' | 'remove_members') {
  return (request: ApiRequest): Plan => {
    const list = findList(request)
    const { data } = request.body as ProfileIdsBody
    if (data.length > maxProfileIds)
      throw invalid(`At most ${maxProfileIds} profiles per request, not ${data.length}.`, { pointer: '/data' })
    const profiles = data.flatMap(({ id }, index) => {
      const ordinal = ordinalOf('profile', id)
      if (ordinal !== null && request.account.profiles.all[ordinal]) return ordinal
      if (type === 'add_members') throw notFound('profile', id, { pointer: `/data/${index}/id` })
      return []
    })
    return { change: { type, listId: list.id, profiles }, reply: empty }
  }
}

/** A page of a collection, with the vendor's links. */
export function pageLinks(url: URL, next: string | null) {
  const nextUrl = new URL(url)
  if (next !== null) nextUrl.searchParams.set('page[cursor]', next)
  return { self: encode(url), next: next === null ? null : encode(nextUrl), prev: null }
}

/** The address with its brackets escaped, as RFC 3986 wants a URI. */
export function encode(url: URL): string {
  return url.href.replace(/[[\]]/g, encodeURIComponent)
}

/** A 200 with a document. */
export function show(document: object): Plan {
  return { reply: () => ({ status: 200, document }) }
}

function memberPage(request: ApiRequest, list: List, resource: (ordinal: number) => Resource): Plan {
  list.sorted ??= [...list.members.keys()].sort((a, b) => a - b)
  const { query, account, url } = request
  let keys: readonly number[] = list.sorted
  if (typeof query.filter === 'string') {
    const { field, values } = parseFilter(query.filter, ['email', 'phone_number'])
    const found = values.map(value => account.profiles.find(field as 'email' | 'phone_number', value)?.ordinal ?? -1)
    keys = [...new Set(found)].filter(ordinal => list.members.has(ordinal)).sort((a, b) => a - b)
  }
  const page = cutPage(keys, query, 20)
  return show({ data: page.keys.map(resource), links: pageLinks(url, page.next) })
}

function findList({ account, id }: ApiRequest): List {
  const list = account.lists.get(id)
  if (!list) throw notFound('list', id)
  return list
}

function sortLists(lists: List[], sort: string): List[] {
  const field = sort.replace('-', '')
  const key = (list: List) => (field === 'name' ? list.name : field === 'id' ? list.id : list.createdAt)
  const sign = sort.startsWith('-') ? -1 : 1
  return lists.sort((a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0))
}

function empty() {
  return { status: 204, document: null }
}
