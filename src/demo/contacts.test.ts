import { describe, expect, it } from 'vitest'
import { campaignDays } from './calendar.ts'
import { consentsOf, contactOf } from './contacts.ts'

const people = Array.from({ length: 4000 }, (_, i) => ({
  customerId: String(12000 + i),
  country: 'EIRE',
  firstOrderAt: '2026-01-05 10:00:00',
}))
const shareOf = (yes: number) => yes / people.length

describe('made-up contacts', () => {
  it('are the same for a person every time', () => {
    expect(people.map(contactOf)).toEqual(people.map(contactOf))
    expect(contactOf({ ...people[0]!, country: 'Unspecified' }).country_code).toBe('')
  })

  // The shares of contacts.ts; 4,000 draws put each within 0.02 of its chance (more than 2.5 standard errors of 0.0079 at most).
  it('leave about 4 % without an address, and agree to e-mail in about 84 % of the cases', () => {
    expect(Math.abs(shareOf(people.filter(p => contactOf(p).email === '').length) - 0.04)).toBeLessThan(0.02)
    const answers = people.map(p => consentsOf(p, campaignDays)[0]?.state ?? 'never asked')
    for (const [state, share] of [
      ['granted', 0.84],
      ['denied', 0.08],
      ['unknown', 0.04],
      ['never asked', 0.04],
    ] as const)
      expect(Math.abs(shareOf(answers.filter(a => a === state).length) - share), state).toBeLessThan(0.02)
  })

  it('object only after they agreed, and only within the campaign', () => {
    const changed = people.map(p => consentsOf(p, campaignDays)).filter(rows => rows.length > 1)
    expect(changed.length).toBeGreaterThan(10)
    for (const [first, second] of changed) {
      expect([first?.state, second?.state]).toEqual(['granted', 'denied'])
      expect(campaignDays).toContain(second?.captured_at.slice(0, 10))
    }
  })
})
