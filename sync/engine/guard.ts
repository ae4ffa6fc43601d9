import type { PastRun } from './control.ts'
import type { SyncPlan } from './plan.ts'
import type { Brake, GuardLimits, Health } from './types.ts'

/** What the brakes look at. */
export interface GuardFacts {
  plan: Pick<
    SyncPlan,
    'known' | 'desired' | 'adds' | 'removes' | 'compliance' | 'upserts' | 'withoutIdentity' | 'duplicates' | 'shared'
  >
  limits: GuardLimits
  health: Health
  /** Selected by the audience, and of those without a valid identifier; null when nobody counted. */
  funnel: { selected: number; invalid: number } | null
  /** Newest first, at most ten. */
  history: readonly PastRun[]
  /** The endpoint is this machine: a sandbox. */
  isLoopback: boolean
  /** The list exists, holds people, and this sync did not make it. */
  isForeignList: boolean
  /** A person asked for an empty list. */
  emptyOnPurpose: boolean
}

/** Every brake that a plan trips, refusals first. Pure. Defaults and reasons: docs/sync-engine.md, Brakes. */
export function guard(facts: GuardFacts): Brake[] {
  const brakes = rules.flatMap(rule => {
    const brake = rule(facts)
    return brake === null ? [] : [brake]
  })
  return brakes.sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action))
}

/** Share of the selected (or, when nobody counted them, of the desired) that cannot be identified, 0..1. */
export function invalidShare({ plan, funnel }: Pick<GuardFacts, 'plan' | 'funnel'>): number {
  const invalid = plan.withoutIdentity + (funnel?.invalid ?? 0)
  const all = Math.max(funnel?.selected ?? 0, plan.desired + invalid)
  return all === 0 ? 0 : invalid / all
}

const order: Brake['action'][] = ['block', 'refuse', 'approve']

type Rule = (facts: GuardFacts) => Brake | null

const percent = (share: number) => `${(share * 100).toFixed(1)} %`
const CHECK = 'Check the audience with `winback show`; if it is right, approve the run.'

const rules: readonly Rule[] = [
  function brokenBuild({ health }) {
    if (health.buildOk) return null
    return {
      code: 'plan.build_not_ok',
      action: 'block',
      message: health.reason ?? 'The last build or its tests failed, or it is too old',
      hint: 'Run `winback build`, then sync again.',
    }
  },
  function emptyAudience({ plan, emptyOnPurpose }) {
    if (emptyOnPurpose || plan.desired > 0 || plan.known === 0) return null
    return {
      code: 'plan.empty_audience',
      action: 'refuse',
      message: `The audience is empty while ${plan.known} members are on the list`,
      hint: 'An empty table upstream looks like this; check the build, or stop the campaign to empty the list.',
    }
  },
  function duplicateCustomers({ plan }) {
    if (plan.duplicates === 0) return null
    return {
      code: 'plan.duplicate_customers',
      action: 'refuse',
      message: `${plan.duplicates} customers stand more than once in the audience`,
      hint: 'Select each customer_id once.',
    }
  },
  function badIdentifiers(facts) {
    const share = invalidShare(facts)
    if (share <= facts.limits.maxInvalidShare) return null
    return {
      code: 'plan.invalid_identifiers',
      action: 'refuse',
      message: `${percent(share)} of the audience has no valid identifier for this platform`,
      hint: 'Check the imported e-mails and phones.',
    }
  },
  function worseIdentifiers(facts) {
    const past = facts.history.map(run => run.invalidShare)
    if (past.length === 0) return null
    const rise = invalidShare(facts) - median(past)
    if (rise <= facts.limits.maxInvalidRise) return null
    return {
      code: 'plan.identifiers_got_worse',
      action: 'refuse',
      message: `Invalid identifiers rose by ${(rise * 100).toFixed(1)} points over the last runs`,
      hint: 'Check the imported e-mails and phones.',
    }
  },
  function sharedIdentity({ plan, limits }) {
    if (plan.desired === 0 || plan.shared / plan.desired <= limits.maxSharedShare) return null
    return {
      code: 'plan.shared_identity',
      action: 'refuse',
      message: `${plan.shared} of ${plan.desired} members share one identifier with more than four others`,
      hint: 'A placeholder address looks like this; remove it from the customers.',
    }
  },
  function tooManyRemoves({ plan, limits, emptyOnPurpose }) {
    if (emptyOnPurpose) return null
    const tooLarge = plan.known >= limits.minKnown && plan.removes > limits.maxRemoveShare * plan.known
    if (!tooLarge && plan.removes <= limits.maxRemoves) return null
    return {
      code: 'plan.too_many_removes',
      action: 'approve',
      message: `${plan.removes} of ${plan.known} members would be removed`,
      hint: CHECK,
    }
  },
  function tooManyAdds({ plan, limits, history }) {
    if (history.length < 3 || plan.known === 0 || plan.adds <= limits.maxAddShare * plan.known) return null
    return {
      code: 'plan.too_many_adds',
      action: 'approve',
      message: `${plan.adds} members would be added to ${plan.known}`,
      hint: CHECK,
    }
  },
  function unusualSize({ plan, limits, history, emptyOnPurpose }) {
    if (history.length < 10 || emptyOnPurpose) return null
    const usual = median(history.map(run => run.desired))
    if (usual === 0 || Math.abs(plan.desired - usual) <= limits.medianBand * usual) return null
    return {
      code: 'plan.unusual_size',
      action: 'approve',
      message: `${plan.desired} members where the last ten runs had about ${usual}`,
      hint: CHECK,
    }
  },
  function historicalData({ plan, health, isLoopback }) {
    if (!health.historical || isLoopback || plan.removes + plan.upserts === 0) return null
    return {
      code: 'plan.historical_data',
      action: 'approve',
      message: 'The build is as of a past date, and the platform is a real one',
      hint: 'Build without --as-of, or approve the run.',
    }
  },
  function foreignList({ isForeignList }) {
    if (!isForeignList) return null
    return {
      code: 'plan.foreign_list',
      action: 'approve',
      message: 'The list is not empty and was not made by this sync',
      hint: 'Name another list, or approve the run; people whom we did not add stay on it.',
    }
  },
]

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
