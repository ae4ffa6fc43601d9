import { type Destination, raw, type Sql, sql } from '../../sync/index.ts'
import { fieldList, type ReachContext, reachSql } from './reach.ts'

/** Who of the reachable gets the campaign. Without it (a bare audience) everybody does. */
export interface ArmsSql {
  /** SELECT customer_id, arm of everybody already assigned; one row a customer, `conflict` after a merge across arms. */
  assigned: Sql
  /** The arm that the hash gives to `reached.customer_id`; null when only stored assignments count. */
  drawn: Sql | null
}

/** The engine's `desired`: everybody who should be on the list, identifiers, `other`, then the fields. */
export function desiredSql(ctx: ReachContext, destination: Destination, arms: ArmsSql | null): Sql {
  return sql`
    select
      reached.customer_id, reached.person_key, reached.email, reached.phone, reached.external_id,
      ${fieldList(ctx.audience, 'reached')} cast(null as varchar) as other
    from (${reachSql(ctx, destination)}) as reached
    ${arms === null ? raw('') : assignedJoin(arms.drawn === null ? 'inner' : 'left', arms)}
    where reached.obstacle is null ${arms === null ? raw('') : sql`and ${armOf(arms)} not in ('holdout', 'conflict')`}`
}

/** The engine's `funnel`: one row of counts; each selected customer is counted at the first step that stops them. */
export function funnelSql(ctx: ReachContext, destination: Destination, arms: ArmsSql | null): Sql {
  const heldOut =
    arms === null ? raw('0') : sql`count(*) filter (where obstacle is null and arm in ('holdout', 'conflict'))`
  return sql`
    select
      count(*) as selected,
      ${heldOut} as held_out,
      count(*) filter (where obstacle = 'no_consent') as no_consent,
      count(*) filter (where obstacle = 'suppressed') as suppressed,
      count(*) filter (where obstacle = 'invalid') as invalid
    from (
      select reached.obstacle, ${arms === null ? raw("''") : armOf(arms)} as arm
      from (${reachSql(ctx, destination)}) as reached
      ${arms === null ? raw('') : assignedJoin('left', arms)}
    ) as judged`
}

function assignedJoin(kind: 'inner' | 'left', arms: ArmsSql): Sql {
  return sql`${raw(kind)} join (${arms.assigned}) as assigned on assigned.customer_id = reached.customer_id`
}

function armOf(arms: ArmsSql): Sql {
  return arms.drawn === null ? raw('assigned.arm') : sql`coalesce(assigned.arm, ${arms.drawn})`
}
