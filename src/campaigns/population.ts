import { z } from 'zod'
import { type Destination, raw, sql, type Warehouse } from '../../sync/index.ts'
import { populationSql, type ReachContext } from '../syncs/reach.ts'
import { assignedSql, drawnArm } from './arms.ts'
import type { Campaign } from './campaign.ts'

/** Sizes of a campaign's population, customers. */
export interface PopulationCounts {
  /** Selected by the audience. */
  selected: number
  /** Reachable on at least one destination: who is assigned and judged. */
  population: number
  /** Of the population, in the holdout by a stored or the coming draw. */
  heldOut: number
  /** Of the population, already assigned. */
  assigned: number
}

const count = z.coerce.number()

/** Counts the population as of the last build. Counts the draw for those who are not assigned yet; writes nothing. */
export async function countPopulation(
  warehouse: Warehouse,
  ctx: ReachContext,
  campaign: Campaign,
  destinations: readonly Destination[],
  run: { id: string; signal?: AbortSignal },
): Promise<PopulationCounts> {
  const rows = await warehouse.query(
    sql`select count(*) as population, count(*) filter (where arm in ('holdout', 'conflict')) as held_out,
        count(*) filter (where is_assigned) as assigned, (select count(*) from (${ctx.audience.sql}) as a) as selected
      from (
        select
          coalesce(assigned.arm, ${drawnArm(campaign, raw('population.customer_id'))}) as arm,
          assigned.customer_id is not null as is_assigned
        from (${populationSql(ctx, destinations)}) as population
        left join (${assignedSql(ctx.names, campaign)}) as assigned on assigned.customer_id = population.customer_id
      ) as drawn`,
    z.object({ population: count, held_out: count, assigned: count, selected: count }),
    { tag: { runId: run.id, purpose: 'counting the population' }, ...(run.signal && { signal: run.signal }) },
  )
  const row = rows[0] ?? { population: 0, held_out: 0, assigned: 0, selected: 0 }
  return { selected: row.selected, population: row.population, heldOut: row.held_out, assigned: row.assigned }
}
