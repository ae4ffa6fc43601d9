import { z } from 'zod'
import { raw, type Sql, sql } from '../core/sql.ts'
import type { Field, Identifier } from '../destinations/destination.ts'
import type { Session } from './session.ts'

/** The ledger's identity columns, in the order in which their digest is made. */
export const IDENTITY = ['customer_id', 'email', 'phone', 'external_id'] as const

/** Columns of a member beside its fields, in plan and ledger. */
export const MEMBER = ['customer_id', 'person_key', 'email', 'phone', 'external_id', 'other'] as const

/**
 * Everybody who should be on the list: the caller's SELECT, identifiers as text with empty ones as NULL, without people
 * suppressed for the channel. The anti join is left out while nobody is suppressed: it costs a hash of every person key.
 */
export async function openSource(session: Session): Promise<Sql> {
  const { desired, brand, destination, schema, fields } = session.spec
  const hidden = sql`select person_key from ${raw(schema)}.suppressions where brand = ${brand} and channel in (${destination.channel}, 'all')`
  const [any] = await session.warehouse.query(
    sql`select count(*) as n from (${hidden} limit 1)`,
    z.object({ n: z.number() }),
    session.call('looking for suppressions'),
  )
  const columns = MEMBER.map(name =>
    identifiers.has(name) ? `nullif(d.${name}::varchar, '') as ${name}` : `d.${name}::varchar as ${name}`,
  )
  const without = (any?.n ?? 0) === 0 ? raw('') : sql`anti join (${hidden}) s on s.person_key = d.person_key`
  return sql`select ${raw([...columns, ...fields.map(field => `d.${field.name}`)].join(', '))} from (${desired}) d ${without}`
}

const identifiers: ReadonlySet<string> = new Set(['email', 'phone', 'external_id'])

/** A stable 128-bit digest of NULL-safe text: never concat_ws, which skips NULL, so that (NULL, x) and (x, NULL) would be equal. */
export function digest(columns: readonly string[]): string {
  if (columns.length === 0) return '0::uhugeint'
  return `md5_number(concat(${columns.map(column => `ifnull(${column}::varchar, chr(0))`).join(', chr(31), ')}))`
}

/** The entry's key: customer and identifiers. */
export const ENTRY_KEY = digest(IDENTITY)

/** The digest of what is sent beside the identifiers. */
export const rowHash = (fields: readonly Field[]) => digest(fields.map(field => field.name))

/** True for a member that can be sent: a customer with at least one identifier the platform knows. */
export function isUsable(identity: readonly Identifier[]): string {
  return `(customer_id is not null and coalesce(${identity.join(', ')}) is not null)`
}

/** A 64-bit hash of what the platform matches first: two members with the same one are one membership. */
export function identityHash(identity: readonly Identifier[]): string {
  return `case ${identity.map((column, i) => `when ${column} is not null then hash(${column}, ${i})`).join(' ')} end`
}
