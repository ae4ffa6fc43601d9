import { z } from 'zod'
import { type Destination, raw, sql, type Warehouse } from '../../sync/index.ts'
import { populationSql, type ReachContext } from '../syncs/reach.ts'

/** How often people like the population ordered without the campaign. */
export interface BaseRate {
  /** Share who order within the window, 0..1; null when the past holds nobody alike. */
  rate: number | null
  /** Past customers it was counted on. */
  customers: number
  /** Share of the population that has somebody alike in the past, 0..1. */
  coverage: number
  reason: 'no_past' | null
}

/**
 * The conversion to expect in the holdout: the same people a window earlier cannot tell (who lapsed did not order, by selection), so
 * everybody's past does. Both are sorted by how long they had been away (30-day steps) and how often they had bought (1, 2–3, 4+ days):
 * the population at the data date D, all customers at D − W; the share of the latter who ordered in [D − W, D), weighted by the former.
 */
export async function baseRate(
  warehouse: Warehouse,
  ctx: ReachContext,
  destinations: readonly Destination[],
  run: { id: string; dataDate: string; windowDays: number; signal?: AbortSignal },
): Promise<BaseRate> {
  const days = raw(String(Math.trunc(run.windowDays)))
  const rows = await warehouse.query(
    sql`
    with
    clock as (select cast(${run.dataDate} as date) as d1, cast(${run.dataDate} as date) - ${days} as d0),
    days as (
      select distinct customer_id, ordered_on from ${raw(ctx.names.marts)}.orders
      where brand = ${raw(`'${ctx.brand}'`)} and is_purchase and customer_id is not null
    ),
    past as (
      select customer_id, (d0 - max(ordered_on) filter (where ordered_on < d0)) // 30 as away,
        count(*) filter (where ordered_on < d0) as bought, count(*) filter (where ordered_on >= d0 and ordered_on < d1) > 0 as ordered
      from days, clock group by customer_id, d0, d1 having count(*) filter (where ordered_on < d0) > 0
    ),
    present as (
      select days.customer_id, (d1 - max(ordered_on)) // 30 as away, count(*) as bought
      from days, clock where ordered_on < d1 and days.customer_id in (select customer_id from (${populationSql(ctx, destinations)}) as population)
      group by days.customer_id, d1
    ),
    strata as (
      select least(away, 24) as away, ${band} as band, count(*) as customers, avg(case when ordered then 1.0 else 0 end) as rate
      from past group by 1, 2
    ),
    alike as (
      select strata.rate, strata.customers, count(*) as weight
      from (select least(away, 24) as away, ${band} as band from present) as now
      left join strata on strata.away = now.away and strata.band = now.band
      group by strata.away, strata.band, strata.rate, strata.customers
    )
    select
      sum(rate * weight) / nullif(sum(weight) filter (where rate is not null), 0) as rate,
      coalesce(sum(customers), 0) as customers,
      coalesce(sum(weight) filter (where rate is not null) * 1.0 / nullif(sum(weight), 0), 0) as coverage
    from alike`,
    z.object({ rate: z.coerce.number().nullable(), customers: z.coerce.number(), coverage: z.coerce.number() }),
    { tag: { runId: run.id, purpose: 'estimating the base rate' }, ...(run.signal && { signal: run.signal }) },
  )
  const row = rows[0] ?? { rate: null, customers: 0, coverage: 0 }
  return { ...row, reason: row.rate === null ? 'no_past' : null }
}

const band = raw('case when bought = 1 then 1 when bought <= 3 then 2 else 3 end')
