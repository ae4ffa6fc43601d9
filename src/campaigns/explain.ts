import { z } from 'zod'
import { NotFound, raw, sql } from '../../sync/index.ts'
import { getBrand, type Project } from '../config/project.ts'
import { withRun } from '../runs/with-run.ts'
import { type LedgerSession, withLedger } from '../syncs/session.ts'
import { armStep, destinationSteps, listStep, one, twinSteps } from './explain-steps.ts'
import type { Follow } from './plan.ts'
import { type ReadyCampaign, readyCampaign } from './ready.ts'

/** One step on the way to a list. */
export interface ExplainStep {
  step:
    | 'customer'
    | 'selected'
    | 'identifiable'
    | 'consented'
    | 'suppressed'
    | 'assigned'
    | 'drawn'
    | 'shared'
    | 'listed'
  /** Set for the steps of one destination. */
  destination: string | null
  /** True lets the customer on, false keeps them off, null is neither. */
  ok: boolean | null
  text: string
}

/** Why one customer is in, out or held out. No address and no number to call. */
export interface Explanation {
  customer: string
  campaign: string
  dataDate: string
  steps: ExplainStep[]
  /** in: on at least one list or about to be; held out; out. */
  outcome: 'in' | 'held out' | 'out'
  sentence: string
}

/** Walks one customer through a campaign, step by step. Throws NotFound for an id the brand does not have. */
export async function explainCustomer(
  project: Project,
  brandSlug: string | undefined,
  customer: string,
  slug: string,
  follow: Follow,
): Promise<Explanation> {
  const brand = getBrand(project, brandSlug)
  let told: Explanation | null = null
  // Not returned from the run: its result is kept in the history, and who was asked about is nobody's to read there.
  await withRun(project, { kind: 'plan', input: { brand: brand.slug, campaign: slug, explain: true } }, follow, run =>
    withLedger(project, brand, run, {}, async session => {
      told = await explain(session, await readyCampaign(session, slug), customer)
    }),
  )
  if (told === null) throw new Error('a run that ended without its answer')
  return told
}

async function explain(session: LedgerSession, ready: ReadyCampaign, customer: string): Promise<Explanation> {
  const { campaign, reach } = ready
  const { dataDate } = session.build
  const marts = raw(session.project.names.marts)
  const there = await one(
    session,
    sql`select state from ${marts}.customers where brand = ${campaign.brand} and customer_id = ${customer}`,
    z.object({ state: z.string().nullable() }),
  )
  if (there === null)
    throw new NotFound(
      'customer.unknown',
      `Brand '${campaign.brand}' has no customer with that id as of ${dataDate}`,
      'Ids are the source’s own; see `winback show customers`.',
    )

  const selected =
    (await one(
      session,
      sql`select 1 as n from (${reach.audience.sql}) as a where customer_id = ${customer}`,
      z.object({ n: z.number() }),
    )) !== null
  const steps: ExplainStep[] = [
    {
      step: 'customer',
      destination: null,
      ok: null,
      text: `a customer of ${campaign.brand}, state ${there.state ?? 'unknown'}, as of ${dataDate}`,
    },
    {
      step: 'selected',
      destination: null,
      ok: selected,
      text: `${selected ? 'selected' : 'not selected'} by the audience ${campaign.audience}`,
    },
  ]
  const reachable: string[] = []
  for (const destination of ready.destinations) {
    const found = await destinationSteps(session, destination, customer)
    steps.push(...found)
    if (found.every(step => step.ok !== false)) reachable.push(destination.config.slug)
  }
  const arm = await armStep(session, ready, customer)
  steps.push(arm.step)
  const own = arm.arm === 'holdout' || arm.arm === 'conflict'
  const twins = own ? [] : await twinSteps(session, ready, customer)
  steps.push(...twins)
  for (const destination of ready.destinations) steps.push(await listStep(session, ready, destination, customer))

  const open = reachable.filter(slug => !twins.some(step => step.destination === slug))
  const held = own || (reachable.length > 0 && open.length === 0)
  const on = steps.some(step => step.step === 'listed' && step.ok === true)
  const gets = selected && open.length > 0 && !held
  const outcome =
    held && arm.isAssigned
      ? 'held out'
      : held && selected && reachable.length > 0
        ? 'held out'
        : gets || on
          ? 'in'
          : 'out'
  return {
    customer,
    campaign: campaign.slug,
    dataDate,
    steps,
    outcome,
    sentence: sentence(outcome, { on, gets, selected, isAssigned: arm.isAssigned }),
  }
}

function sentence(
  outcome: Explanation['outcome'],
  s: { on: boolean; gets: boolean; selected: boolean; isAssigned: boolean },
): string {
  if (outcome === 'held out')
    return s.isAssigned
      ? 'Held out: gets nothing, so that the effect can be measured.'
      : 'Would be held out at the next launch or sync.'
  if (s.on && s.gets) return 'In: on the list.'
  if (s.on) return 'On the list, and leaves it with the next sync.'
  if (s.gets) return 'In: comes onto the list with the next launch or sync.'
  return s.selected
    ? 'Out: selected, but no destination may or can reach them.'
    : 'Out: the audience does not select them.'
}
