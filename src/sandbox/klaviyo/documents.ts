import type { ImportError, Job, List } from './account.ts'
import { drawUuid, idOf } from './draw.ts'
import type { Profile } from './profiles.ts'

/** A JSON:API resource. */
export interface Resource {
  type: string
  id: string
  attributes?: Record<string, unknown>
  relationships?: Record<string, unknown>
  links?: { self: string }
}

/** The account itself. */
export function accountResource(base: string, id: string): Resource {
  const address = { address1: null, address2: null, city: null, region: null, country: null, zip: null }
  const contact = {
    default_sender_name: 'Sandbox',
    default_sender_email: 'sandbox@example.com',
    website_url: null,
    organization_name: 'Winback sandbox',
    street_address: address,
  }
  const attributes = {
    test_account: true,
    contact_information: contact,
    industry: null,
    timezone: 'UTC',
    preferred_currency: 'USD',
    public_api_key: id,
    locale: 'en-US',
  }
  return { type: 'account', id, attributes, links: { self: `${base}/api/accounts/${id}` } }
}

/** A list; its member count only where it was asked for. */
export function listResource(base: string, list: List, isCounted = false): Resource {
  const self = `${base}/api/lists/${list.id}`
  const attributes = {
    name: list.name,
    created: instant(list.createdAt),
    updated: instant(list.createdAt),
    opt_in_process: list.optInProcess ?? 'double_opt_in',
    ...(isCounted ? { profile_count: list.members.size } : {}),
  }
  return {
    type: 'list',
    id: list.id,
    attributes,
    relationships: { profiles: related(self, 'profiles') },
    links: { self },
  }
}

/** A profile; `joinedAt` where it is shown as a member of a list. */
export function profileResource(base: string, profile: Profile, joinedAt?: number): Resource {
  const id = idOf('profile', profile.ordinal)
  const names = { first_name: null, last_name: null, organization: null, locale: null, title: null, image: null }
  const attributes = {
    email: profile.email,
    phone_number: profile.phone,
    external_id: profile.externalId,
    ...names,
    location: null,
    properties: {},
    ...profile.attributes,
    created: instant(profile.createdAt),
    updated: instant(profile.updatedAt),
    last_event_date: null,
    ...(joinedAt === undefined ? {} : { joined_group_at: instant(joinedAt) }),
  }
  return { type: 'profile', id, attributes, links: { self: `${base}/api/profiles/${id}` } }
}

/** A profile by its id only. */
export function profileIdentifier(ordinal: number): Resource {
  return { type: 'profile', id: idOf('profile', ordinal) }
}

/** An import job as it stands at `now`. */
export function jobResource(base: string, job: Job, now: number): Resource {
  const self = `${base}/api/profile-bulk-import-jobs/${job.id}`
  const status = job.isDone ? job.end : now < job.startsAt ? 'queued' : 'processing'
  const attributes = {
    status,
    created_at: instant(job.createdAt),
    total_count: job.total,
    completed_count: status === 'complete' ? job.total - job.errors.length : 0,
    failed_count: job.errors.length,
    started_at: status === 'queued' ? null : instant(job.startsAt),
    completed_at: job.isDone && job.endsAt !== null ? instant(job.endsAt) : null,
    expires_at: instant(job.createdAt + 7 * 86_400_000),
  }
  const relationships = {
    lists: { data: job.listIds.map(id => ({ type: 'list', id })), ...related(self, 'lists') },
    profiles: related(self, 'profiles'),
    'import-errors': { links: { related: `${self}/import-errors` } },
  }
  return { type: 'profile-bulk-import-job', id: job.id, attributes, relationships, links: { self } }
}

/** One refused row; the pointer names its place in the request. */
export function importErrorResource(job: Job, error: ImportError): Resource {
  const { code, title, detail, field, index, row } = error
  const pointer = `/data/attributes/profiles/data/${index}${field === null ? '' : `/attributes/${field}`}`
  const payload = { type: 'profile', ...row }
  const attributes = { code, title, detail, source: { pointer }, original_payload: payload }
  return { type: 'import-error', id: drawUuid(job.id, index), attributes }
}

/** Keeps the attributes that `fields[type]` asks for. */
export function sparse(resource: Resource, fields: unknown): Resource {
  if (!Array.isArray(fields) || resource.attributes === undefined) return resource
  const kept = Object.entries(resource.attributes).filter(([name]) => fields.includes(name))
  return { ...resource, attributes: Object.fromEntries(kept) }
}

function related(self: string, name: string) {
  return { links: { self: `${self}/relationships/${name}`, related: `${self}/${name}` } }
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, '+00:00')
}
