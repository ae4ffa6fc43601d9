import { type Destination, raw, type Sql, sql } from '../../sync/index.ts'
import type { SchemaNames } from '../config/schemas.ts'

/** Whose identities, and where they stand. */
export interface IdentityContext {
  /** A brand's slug, already checked. */
  brand: string
  names: Pick<SchemaNames, 'marts'>
}

/**
 * SELECT person_key of everybody of whom another id said no to the destination's channel: a platform knows people by their address and not by
 * our ids, so a no by one of them is a no. Never asked is not a no.
 */
export function deniedKeysSql(ctx: IdentityContext, destination: Destination): Sql {
  const denied = sql`
    select customer_id from ${raw(ctx.names.marts)}.customer_consents
    where brand = ${raw(`'${ctx.brand}'`)} and channel = ${raw(`'${destination.channel}'`)} and state = 'denied'`
  return sharedKeysSql(ctx, destination, denied)
}

/** SELECT person_key of everybody of whom another id is held out of the campaign, or left out of it; `assigned` is SELECT customer_id, arm. */
export function heldOutKeysSql(ctx: IdentityContext, destination: Destination, assigned: Sql): Sql {
  const heldOut = sql`select customer_id from (${assigned}) as drawn where arm in ('holdout', 'conflict')`
  return sharedKeysSql(ctx, destination, heldOut)
}

// Keys that stand on one customer alone are dropped first: they are nearly all, and what is left is a small set to look in. They are counted
// by a 64-bit hash, in a third of the memory; a collision only keeps the key of somebody who is denied or held out by their own id anyway.
function sharedKeysSql(ctx: IdentityContext, destination: Destination, customers: Sql): Sql {
  const identities = sql`
    (select customer_id, person_key from ${raw(ctx.names.marts)}.${raw(destination.identityModel)}
      where brand = ${raw(`'${ctx.brand}'`)} and person_key is not null)`
  return sql`
    select distinct person_key from ${identities} as people
    where hash(person_key) in (select hash(person_key) from ${identities} as counted group by 1 having count(*) > 1)
      and customer_id in (${customers})`
}
