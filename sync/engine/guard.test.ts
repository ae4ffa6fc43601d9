import { describe, expect, it } from 'vitest'
import { type GuardFacts, guard } from './guard.ts'
import { guardDefaults } from './types.ts'

const calm: GuardFacts = {
  plan: {
    known: 1000,
    desired: 1000,
    adds: 10,
    removes: 10,
    compliance: 0,
    upserts: 10,
    withoutIdentity: 0,
    duplicates: 0,
    shared: 0,
  },
  limits: guardDefaults,
  health: { buildOk: true, reason: null, historical: false },
  funnel: { selected: 1200, invalid: 0 },
  history: [],
  isLoopback: false,
  isForeignList: false,
  emptyOnPurpose: false,
}
const withPlan = (plan: Partial<GuardFacts['plan']>): GuardFacts => ({ ...calm, plan: { ...calm.plan, ...plan } })
const past = (n: number, desired = 1000, invalidShare = 0) =>
  Array.from({ length: n }, () => ({ desired, invalidShare }))

describe('brakes', () => {
  // The table of the engine's contract, each threshold just held and just broken.
  it.each<[string, GuardFacts, string[]]>([
    ['nothing unusual', calm, []],
    [
      'an empty audience with members',
      withPlan({ desired: 0, removes: 1000 }),
      ['refuse plan.empty_audience', 'approve plan.too_many_removes'],
    ],
    ['an empty audience without members', withPlan({ desired: 0, known: 0, removes: 0 }), []],
    ['20 % removals', withPlan({ removes: 200 }), []],
    ['more than 20 % removals', withPlan({ removes: 201 }), ['approve plan.too_many_removes']],
    ['half of 99 known', withPlan({ known: 99, removes: 50 }), []],
    [
      '50,001 removals of a million',
      withPlan({ known: 1_000_000, desired: 1_000_000, removes: 50_001 }),
      ['approve plan.too_many_removes'],
    ],
    ['many additions at the third run', { ...withPlan({ adds: 600 }), history: past(2) }, []],
    [
      'many additions after the third run',
      { ...withPlan({ adds: 501 }), history: past(3) },
      ['approve plan.too_many_adds'],
    ],
    ['an odd size with nine runs behind', { ...withPlan({ desired: 1500 }), history: past(9) }, []],
    [
      'an odd size with ten runs behind',
      { ...withPlan({ desired: 1401 }), history: past(10) },
      ['approve plan.unusual_size'],
    ],
    ['30 % without identifier', { ...withPlan({ desired: 700 }), funnel: { selected: 1000, invalid: 300 } }, []],
    [
      '12 % without identifier where most never consented',
      { ...withPlan({ desired: 120 }), funnel: { selected: 1000, invalid: 120 } },
      [],
    ],
    [
      'an empty audience that a person asked for',
      { ...withPlan({ desired: 0, removes: 1000 }), history: past(10), emptyOnPurpose: true },
      [],
    ],
    [
      '31 % without identifier',
      { ...withPlan({ desired: 690 }), funnel: { selected: 1000, invalid: 310 } },
      ['refuse plan.invalid_identifiers'],
    ],
    [
      '16 points more than usual',
      { ...withPlan({ desired: 840 }), funnel: { selected: 1000, invalid: 160 }, history: past(3) },
      ['refuse plan.identifiers_got_worse'],
    ],
    ['a customer twice', withPlan({ duplicates: 1 }), ['refuse plan.duplicate_customers']],
    ['1 % in shared identities', withPlan({ shared: 10 }), []],
    ['more than 1 % in shared identities', withPlan({ shared: 11 }), ['refuse plan.shared_identity']],
    [
      'a failed build',
      { ...calm, health: { buildOk: false, reason: 'a test failed', historical: false } },
      ['block plan.build_not_ok'],
    ],
    [
      'past data to a real platform',
      { ...calm, health: { ...calm.health, historical: true } },
      ['approve plan.historical_data'],
    ],
    ['past data to a sandbox', { ...calm, health: { ...calm.health, historical: true }, isLoopback: true }, []],
    ['somebody else’s list', { ...calm, isForeignList: true }, ['approve plan.foreign_list']],
  ])('%s', (_, facts, expected) => {
    expect(guard(facts).map(brake => `${brake.action} ${brake.code}`)).toEqual(expected)
  })
})
