import type { CampaignPlan } from '../campaigns/plan.ts'
import type { Output } from './output.ts'

/** The `campaign plan` document of cli.md. */
export function planDocument(plan: CampaignPlan) {
  return {
    campaign: plan.campaign.slug,
    planHash: plan.planHash,
    dataDate: plan.dataDate,
    destinations: plan.runs.map(run => ({
      destination: run.destination,
      status: run.status,
      planHash: run.planHash,
      ...(run.card ?? {}),
      needsApproval: run.card?.needsApproval ?? [],
      reason: run.reason,
    })),
    selected: plan.counts.selected,
    population: plan.counts.population,
    heldOut: plan.counts.heldOut,
    detectableLift: plan.detectableLift,
    baseRate: {
      rate: plan.base.rate,
      customers: plan.base.customers,
      coverage: plan.base.coverage,
      reason: plan.base.reason,
    },
    consentPolicy: plan.consentPolicy,
  }
}

/** The card a person reads before a launch. */
export function printPlan(out: Output, plan: CampaignPlan): void {
  const { counts, campaign } = plan
  const treated = counts.population - counts.heldOut
  out.line(out.bold(`${campaign.label}: ${n(treated)} people would get it, ${n(counts.heldOut)} are held out`))
  out.line(
    `${n(counts.selected)} selected by ${campaign.audience} as of ${plan.dataDate}, ${n(counts.population)} of them reachable`,
  )
  out.line()
  const cards = plan.runs.flatMap(run => (run.card === null ? [] : [run.card]))
  if (cards.length > 0)
    out.table(
      ['list', ...cards.map(card => card.destination)],
      rows.map(([name, of]) => [name, ...cards.map(of)]),
    )
  out.line()
  for (const run of plan.runs) {
    if (run.reason !== null) out.line(`${out.red('✗')} ${run.destination}: ${run.reason.message}`)
    if (run.reason?.hint) out.line(`  ${run.reason.hint}`)
    for (const brake of run.card?.refused ?? [])
      out.line(`${out.red('✗')} ${run.destination}: would be refused (${brake})`)
    for (const brake of run.card?.needsApproval ?? [])
      out.line(`${out.amber('!')} ${run.destination}: will ask for approval (${brake})`)
  }
  out.line(powerText(plan))
  const policies = Object.entries(plan.consentPolicy).map(([channel, policy]) => `${channel} ${policy}`)
  out.line(`Consent policy: ${policies.join(', ')}`)
  if (plan.planHash !== null) out.line(out.dim(`Plan ${plan.planHash}`))
}

type Card = NonNullable<CampaignPlan['runs'][number]['card']>

const rows: readonly (readonly [string, (card: Card) => number | null])[] = [
  ['before', card => card.before],
  ['after', card => card.after],
  ['  adds', card => card.adds],
  ['  updates', card => card.updates],
  ['  removes', card => card.removes],
  ['  unchanged', card => card.unchanged],
  ['held out', card => card.heldOut],
  ['no consent', card => card.noConsent],
  ['suppressed', card => card.suppressed],
  ['invalid or no identifier', card => card.invalid],
]

function powerText(plan: CampaignPlan): string {
  const { campaign, base, detectableLift, counts } = plan
  if (counts.heldOut === 0) return 'Without a holdout nobody can say what the campaign causes.'
  if (base.rate === null) return 'No past customers like these: the smallest lift the holdout can show is unknown.'
  const usual = `${percent(base.rate)} of people like these order within ${campaign.windowDays} days anyway`
  if (detectableLift === null) return `${usual}; the holdout is too small to show any lift.`
  return `${usual}; the holdout can show a lift of ${(detectableLift * 100).toPrecision(2)} points or more (80 % power).`
}

const n = (x: number) => x.toLocaleString('en-GB')
const percent = (share: number) => `${(share * 100).toPrecision(2)} %`
