import {
  bucketSql,
  type Destination,
  raw,
  SALT_VERSION,
  type Sql,
  saltText,
  sql,
  type Warehouse,
} from '../../sync/index.ts'
import type { SchemaNames } from '../config/schemas.ts'
import { populationSql, type ReachContext } from '../syncs/reach.ts'
import type { ArmsSql } from '../syncs/spec.ts'
import type { Campaign } from './campaign.ts'

/** Ten-thousandths of the population that are held out: held out when bucket < this. */
export function holdoutBuckets(share: number): number {
  return Math.round(share * 10_000)
}

/** The arm that the hash gives to a customer id: held out by one hash, treatment arms split evenly by a second (data model, Campaign population). */
export function drawnArm(campaign: Pick<Campaign, 'holdout' | 'arms'>, column: Sql): Sql {
  const { share, salt } = campaign.holdout
  const held = bucketSql('duckdb', saltText(salt), column)
  const split = bucketSql('duckdb', saltText(salt, 'arm'), column)
  const count = campaign.arms.length
  const cases = campaign.arms
    .slice(0, -1)
    .map(
      (arm, i) => sql`when ${split} < ${raw(String(Math.round(((i + 1) * 10_000) / count)))} then ${raw(`'${arm}'`)} `,
    )
  const treated = cases.reduce((all, next) => sql`${all}${next}`, raw(''))
  return sql`case when ${held} < ${raw(String(holdoutBuckets(share)))} then 'holdout' ${treated}else ${raw(`'${campaign.arms.at(-1) ?? 'treatment'}'`)} end`
}

/** SELECT customer_id, arm of everybody assigned, under today's id of people who were merged; `conflict` when a merge joined two arms. */
export function assignedSql(names: Pick<SchemaNames, 'sync'>, campaign: Pick<Campaign, 'brand' | 'id'>): Sql {
  const sync = raw(names.sync)
  const brand = raw(`'${campaign.brand}'`)
  return sql`
    select
      coalesce(aliases.customer_id, assignments.customer_id) as customer_id,
      case when count(distinct assignments.arm) = 1 then min(assignments.arm) else 'conflict' end as arm
    from ${sync}.assignments as assignments
    left join ${sync}.customer_aliases as aliases on aliases.brand = assignments.brand and aliases.alias_id = assignments.customer_id
    where assignments.brand = ${brand} and assignments.campaign_id = ${raw(`'${campaign.id}'`)}
    group by 1`
}

/** SELECT customer_id, arm of whoever of the population is not assigned yet, by the draw. */
export function entrantsSql(ctx: ReachContext, campaign: Campaign, destinations: readonly Destination[]): Sql {
  return sql`
    select population.customer_id, ${drawnArm(campaign, raw('population.customer_id'))} as arm
    from (${populationSql(ctx, destinations)}) as population
    where not exists (
      select 1 from (${assignedSql(ctx.names, campaign)}) as assigned where assigned.customer_id = population.customer_id)`
}

/**
 * Arms as they are (`stored`: what a sync may send to), or as they would be were everybody reachable assigned now (`drawn`: for a plan).
 * What `drawn` gives before `assignPopulation` is what `stored` gives after it, so the plan and its hash are the same.
 */
export function armsSql(
  ctx: ReachContext,
  campaign: Campaign,
  destinations: readonly Destination[],
  mode: 'stored' | 'drawn',
): ArmsSql {
  const stored = assignedSql(ctx.names, campaign)
  if (mode === 'stored') return { assigned: stored }
  return { assigned: sql`${stored} union all ${entrantsSql(ctx, campaign, destinations)}` }
}

/**
 * Assigns whoever of the population is not assigned yet: one INSERT … SELECT, anti-joined, so that a second call adds nobody.
 * Returns how many came in. `dataDate` is `YYYY-MM-DD`, `at` an ISO instant (audit only).
 */
export async function assignPopulation(
  warehouse: Warehouse,
  ctx: ReachContext,
  campaign: Campaign,
  destinations: readonly Destination[],
  run: { id: string; dataDate: string; at: string; signal?: AbortSignal },
): Promise<number> {
  const statement = sql`
    insert into ${raw(ctx.names.sync)}.assignments
      (brand, campaign_id, customer_id, arm, salt_version, assigned_on, assigned_at)
    select
      ${raw(`'${campaign.brand}'`)}, ${raw(`'${campaign.id}'`)}, entrants.customer_id, entrants.arm, ${raw(`'${SALT_VERSION}'`)},
      cast(${run.dataDate} as date), cast(${run.at.replace('Z', '')} as timestamp)
    from (${entrantsSql(ctx, campaign, destinations)}) as entrants`
  const { rows } = await warehouse.execute(statement, {
    tag: { runId: run.id, purpose: 'assigning the population' },
    ...(run.signal && { signal: run.signal }),
  })
  return rows ?? 0
}
