import { ordinalOf } from './draw.ts'
import { malformed, type PatchProperties, type Row, type RowError } from './identifiers.ts'

/** A person as the platform holds them. */
export interface Profile {
  ordinal: number
  /** Lower case. */
  email: string | null
  phone: string | null
  externalId: string | null
  /** Everything else that was imported: names, location, properties. */
  attributes: Record<string, unknown>
  createdAt: number
  updatedAt: number
}

/** Identifiers by the vendor's attribute names. */
export type IdentifierField = 'email' | 'phone_number' | 'external_id'

/** All profiles of the account with an index per identifier. */
export interface Profiles {
  readonly all: readonly Profile[]
  /** By one identifier; e-mail in any case. */
  find(field: IdentifierField | 'id', value: string): Profile | undefined
  /** Creates or merges: what the row names is overwritten, null clears, the rest stays. Identifiers of different profiles are a conflict and change nothing. */
  upsert(row: Row, at: number): Profile | RowError
}

/** An empty account's profiles. */
export function createProfiles(): Profiles {
  const all: Profile[] = []
  const indexes = {
    email: new Map<string, Profile>(),
    phone: new Map<string, Profile>(),
    externalId: new Map<string, Profile>(),
  }

  const find: Profiles['find'] = (field, value) => {
    if (field === 'id') return all[ordinalOf('profile', value) ?? -1]
    return indexes[keys[field]].get(field === 'email' ? value.toLowerCase() : value)
  }

  const setIdentifier = (profile: Profile, field: IdentifierField, value: unknown) => {
    const key = keys[field]
    const old = profile[key]
    const next = typeof value !== 'string' ? null : field === 'email' ? value.toLowerCase() : value
    if (old === next) return
    if (old !== null) indexes[key].delete(old)
    if (next !== null) indexes[key].set(next, profile)
    profile[key] = next
  }

  return {
    all,
    find,
    upsert: (row, at) => {
      const error = malformed(row)
      if (error) return error
      const found = new Set<Profile>()
      for (const field of ['id', ...identifierFields] as const) {
        const value = field === 'id' ? row.id : row.attributes[field]
        const match = typeof value === 'string' ? find(field, value) : undefined
        if (match) found.add(match)
        else if (field === 'id' && value) return unknownId
      }
      if (found.size > 1) return conflict

      const [known] = found
      const profile = known ?? create(all, at)
      for (const field of identifierFields)
        if (field in row.attributes) setIdentifier(profile, field, row.attributes[field])
      merge(profile, row)
      profile.updatedAt = at
      return profile
    },
  }
}

const keys = { email: 'email', phone_number: 'phone', external_id: 'externalId' } as const
const identifierFields = ['email', 'phone_number', 'external_id'] as const

const conflict: RowError = {
  code: 'duplicate_profile',
  title: 'Conflict.',
  detail: 'A profile already exists with one of these identifiers, and another with another.',
  field: null,
}

const unknownId: RowError = {
  code: 'not_found',
  title: 'Not found.',
  detail: 'A profile with this id does not exist.',
  field: null,
}

function create(all: Profile[], at: number): Profile {
  const nothing = { email: null, phone: null, externalId: null, attributes: {} }
  const profile: Profile = { ordinal: all.length, ...nothing, createdAt: at, updatedAt: at }
  all.push(profile)
  return profile
}

function merge(profile: Profile, row: Row): void {
  for (const [name, value] of Object.entries(row.attributes)) {
    if (name in keys || name === '_kx') continue
    const old = profile.attributes[name]
    if (value === null) delete profile.attributes[name]
    else profile.attributes[name] = isObject(value) && isObject(old) ? { ...old, ...value } : value
  }
  const patch = row.meta?.patch_properties
  if (patch) profile.attributes.properties = patched(profile.attributes.properties, patch)
}

function patched(properties: unknown, patch: PatchProperties): Record<string, unknown> {
  const result = isObject(properties) ? { ...properties } : {}
  for (const [name, value] of Object.entries(patch.append ?? {})) result[name] = [...list(result[name]), ...list(value)]
  for (const [name, value] of Object.entries(patch.unappend ?? {})) {
    const gone = new Set(list(value))
    result[name] = list(result[name]).filter(one => !gone.has(one))
  }
  for (const name of list(patch.unset)) delete result[String(name)]
  return result
}

function list(value: unknown): unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
