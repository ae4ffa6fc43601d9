import { type Destination, raw, type Sql, sql } from '../../sync/index.ts'
import { fieldList, type ReachContext, reachSql } from './reach.ts'
import { heldOutKeysSql } from './shared-identity.ts'

/** Who of the reachable gets the campaign. Without it (a bare audience) everybody does. */
export interface ArmsSql {
  /** SELECT customer_id, arm of everybody assigned; one row a customer, `conflict` after a merge across arms. Nobody else gets anything. */
  assigned: Sql
}

/** The engine's `desired`: everybody who should be on the list, identifiers, `other`, then the fields. */
export function desiredSql(ctx: ReachContext, destination: Destination, arms: ArmsSql | null): Sql {
  return sql`
    select
      reached.customer_id, reached.person_key, reached.email, reached.phone, reached.external_id,
      ${fieldList(ctx.audience, 'reached')} cast(null as varchar) as other
    from (${reachSql(ctx, destination)}) as reached
    ${arms === null ? raw('') : armsJoin(ctx, destination, arms, 'inner')}
    where reached.obstacle is null ${arms === null ? raw('') : sql`and not ${isHeldOut}`}`
}

/** The engine's `funnel`: one row of counts; each selected customer is counted at the first step that stops them. */
export function funnelSql(ctx: ReachContext, destination: Destination, arms: ArmsSql | null): Sql {
  return sql`
    select
      count(*) as selected,
      count(*) filter (where obstacle is null and is_held_out) as held_out,
      count(*) filter (where obstacle = 'no_consent') as no_consent,
      count(*) filter (where obstacle = 'suppressed') as suppressed,
      count(*) filter (where obstacle = 'invalid') as invalid
    from (
      select reached.obstacle, ${arms === null ? raw('false') : isHeldOut} as is_held_out
      from (${reachSql(ctx, destination)}) as reached
      ${arms === null ? raw('') : armsJoin(ctx, destination, arms, 'left')}
    ) as judged`
}

// Two customers with one address are one membership: where one of them is held out, the other gets nothing either.
function armsJoin(ctx: ReachContext, destination: Destination, arms: ArmsSql, kind: 'inner' | 'left'): Sql {
  return sql`${raw(kind)} join (${arms.assigned}) as assigned on assigned.customer_id = reached.customer_id
    left join (${heldOutKeysSql(ctx, destination, arms.assigned)}) as twins on twins.person_key = reached.person_key`
}

const isHeldOut = raw("(coalesce(assigned.arm in ('holdout', 'conflict'), false) or twins.person_key is not null)")
