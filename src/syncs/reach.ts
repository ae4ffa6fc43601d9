import { type Destination, raw, type Sql, sql } from '../../sync/index.ts'
import type { Audience } from '../audiences/compile.ts'
import type { SchemaNames } from '../config/schemas.ts'
import { deniedKeysSql } from './shared-identity.ts'

/** Whom a destination could reach, in words of the card. */
export interface ReachContext {
  /** A brand's slug, already checked. */
  brand: string
  names: Pick<SchemaNames, 'marts' | 'sync'>
  audience: Audience
}

/**
 * SELECT of everybody the audience selects, judged for one destination: customer_id, person_key, email, phone, external_id, the
 * audience's fields, and `obstacle`: the first thing in the way (invalid, no_consent, suppressed) or null. One row a customer.
 */
export function reachSql(ctx: ReachContext, destination: Destination): Sql {
  const { brand, names, audience } = ctx
  const b = raw(`'${brand}'`)
  const channel = raw(`'${destination.channel}'`)
  const marts = raw(names.marts)
  const hasIdentifier = raw(destination.identity.map(name => `identities.${name}`).join(', '))
  return sql`
    select
      selected.customer_id, identities.person_key, identities.email, identities.phone, identities.external_id,
      ${fieldList(audience, 'selected')}
      case
        when identities.customer_id is null or not identities.is_valid or coalesce(${hasIdentifier}) is null then 'invalid'
        when consents.customer_id is null or denied.person_key is not null then 'no_consent'
        when suppressions.person_key is not null then 'suppressed'
      end as obstacle
    from (${audience.sql}) as selected
    left join (select * from ${marts}.${raw(destination.identityModel)} where brand = ${b}) as identities
      on identities.customer_id = selected.customer_id
    left join (
      select distinct customer_id from ${marts}.customer_consents where brand = ${b} and channel = ${channel} and is_granted
    ) as consents on consents.customer_id = selected.customer_id
    left join (${deniedKeysSql(ctx, destination)}) as denied on denied.person_key = identities.person_key
    left join (
      select distinct person_key from ${raw(names.sync)}.suppressions where brand = ${b} and channel in (${channel}, 'all')
    ) as suppressions on suppressions.person_key = identities.person_key`
}

/** `selected.a, selected.b, ` or nothing. */
export function fieldList(audience: Audience, from: string): Sql {
  return raw(audience.fields.map(field => `${from}.${field}, `).join(''))
}

/** SELECT customer_id of the population: whom at least one of the destinations could reach. */
export function populationSql(ctx: ReachContext, destinations: readonly Destination[]): Sql {
  const parts = destinations.map(
    d => sql`select distinct customer_id from (${reachSql(ctx, d)}) as judged where obstacle is null`,
  )
  return parts.reduce((all, next) => sql`${all} union ${next}`)
}
