import { z } from 'zod'
import { ConfigError, raw, sql, type Warehouse, WinbackError } from '../../sync/index.ts'
import { openForReading } from '../audiences/preview.ts'
import { getBrand, type Project } from '../config/project.ts'
import type { Brand } from '../config/schema.ts'
import { type ArmSums, type Readout, readout } from '../experiments/readout.ts'
import type { Campaign } from './campaign.ts'
import { findCampaign } from './load.ts'
import { findCampaignRow } from './store.ts'

/** A campaign judged as of one day. */
export interface CampaignResults {
  campaign: Campaign
  /** D, `YYYY-MM-DD`: events before it count. */
  asOf: string
  /** Complete days since assignment that were read, 1..windowDays. */
  daysRead: number
  arms: ArmSums[]
  readout: Readout
  currency: string
  locale: string
  /** Where margin comes from, in words; null when there is none. */
  marginSource: string | null
}

/**
 * Reads `campaign_results` and judges. The day read is the last complete one of those who were assigned at launch, at most the window's
 * last: everybody in the sums was watched for equally long. `asOf` reads an earlier day of the same build.
 * Throws ConfigError for a day that no build reached, naming the build to run.
 */
export async function campaignResults(
  project: Project,
  brandSlug: string | undefined,
  slug: string,
  o: { asOf?: string; signal?: AbortSignal } = {},
): Promise<CampaignResults> {
  const brand = getBrand(project, brandSlug)
  const found = await findCampaign(project, brand.slug, slug)
  const row = await findCampaignRow(project, brand.slug, slug)
  const warehouse = await openForReading(project)
  try {
    const built = await builtAsOf(project, warehouse)
    const asOf = o.asOf ?? built
    checkAsOf(asOf, built)
    const launchedOn = found.launchedOn
    if (launchedOn === null)
      throw new WinbackError(
        'campaign.not_launched',
        `'${slug}' is not launched`,
        `Launch it with \`winback campaign launch ${slug}\`.`,
      )
    const windowDays = row?.window_days ?? found.windowDays
    const outcome = (row?.outcome as Campaign['outcome'] | null) ?? found.outcome
    const campaign = {
      ...found,
      windowDays,
      outcome,
      holdout: { ...found.holdout, share: row?.holdout_share ?? found.holdout.share },
    }
    const daysRead = Math.min(windowDays, Math.max(0, daysBetween(launchedOn, asOf)))
    const arms = daysRead === 0 ? [] : await readArms(project, warehouse, brand, campaign, daysRead - 1, o.signal)
    return {
      campaign,
      asOf,
      daysRead,
      arms,
      readout: readout(arms, {
        label: campaign.label,
        control: 'holdout',
        holdoutShare: campaign.holdout.share,
        outcome,
        daysRead,
        windowDays,
        currency: brand.currency,
        locale: brand.locale,
      }),
      currency: brand.currency,
      locale: brand.locale,
      marginSource: marginSource(brand, arms),
    }
  } finally {
    await warehouse.close()
  }
}

function marginSource(brand: Brand, arms: readonly ArmSums[]): string | null {
  if (arms.some(arm => arm.margin === null)) return null
  const share = brand.economics.grossMarginShare
  return share === undefined
    ? 'product costs'
    : `product costs, else economics.grossMarginShare ${share} of winback.yml`
}

async function builtAsOf(project: Project, warehouse: Warehouse): Promise<string> {
  const rows = await warehouse.query(
    sql`select cast(max(as_of_date) as varchar) as built from ${raw(project.names.marts)}.build_info`,
    z.object({ built: z.string().nullable() }),
    { tag: { runId: 'none', purpose: 'reading build_info' } },
  )
  const built = rows[0]?.built
  if (built) return built
  throw new ConfigError('build.incomplete', 'No whole build is in the warehouse', 'Run `winback build`.')
}

function checkAsOf(asOf: string, built: string): void {
  const day = new Date(`${asOf}T00:00:00Z`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(asOf) || Number.isNaN(day.getTime()) || !day.toISOString().startsWith(asOf))
    throw new ConfigError('results.as_of', `--as-of ${asOf} is no date`, 'Write it as YYYY-MM-DD.')
  if (asOf > built)
    throw new ConfigError(
      'results.as_of',
      `--as-of ${asOf} is beyond the last build, which counted to ${built}`,
      `Run \`winback build --as-of ${asOf}\` first.`,
    )
}

const number = z.coerce.number()
const Row = z.object({
  arm: z.string(),
  customers: number,
  converters: number,
  orders: number,
  orders_sq: number,
  revenue: number,
  revenue_sq: number,
  margin: number.nullable(),
  margin_sq: number.nullable(),
})

async function readArms(
  project: Project,
  warehouse: Warehouse,
  brand: Brand,
  campaign: Campaign,
  day: number,
  signal?: AbortSignal,
): Promise<ArmSums[]> {
  const rows = await warehouse.query(
    sql`select arm, customers, converters, orders, orders_sq, revenue, revenue_sq, margin, margin_sq from ${raw(project.names.marts)}.campaign_results
      where brand = ${brand.slug} and campaign_id = ${campaign.id} and day = ${day} order by arm`,
    Row,
    { tag: { runId: 'none', purpose: 'reading campaign_results' }, ...(signal && { signal }) },
  )
  return rows.map(row => ({
    arm: row.arm,
    customers: row.customers,
    converters: row.converters,
    orders: row.orders,
    ordersSq: row.orders_sq,
    revenue: row.revenue,
    revenueSq: row.revenue_sq,
    margin: row.margin,
    marginSq: row.margin_sq,
  }))
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}
