import { createHash } from 'node:crypto'
import type { Person } from './campaign-project.ts'

/** Salt and share of the campaigns in these tests. */
export const salt = 'camp_test_2026'
export const share = 0.3
/** The hash rule of the data model, written anew: held out when the first 8 hex digits modulo 10,000 lie below the share. */
export function isHeldOut(id: string): boolean {
  const hex = createHash('sha256').update(`holdout:v1:${salt}|${id}`).digest('hex').slice(0, 8)
  return Number(BigInt(`0x${hex}`) % 10_000n) < share * 10_000
}

/** Ids from one number to another, as text. */
export const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i))

/** acme: 1–30 lapsed, of them 7 without identity, 8 malformed, 9 and 10 never asked, 11 denied, 12 suppressed later; 31–40 active. zen: 1–20 lapsed. */
export const acme: Person[] = [
  ...range(1, 30).map((id): Person => {
    if (id === '7') return { brand: 'acme', id, email: null }
    if (id === '8') return { brand: 'acme', id, email: 'not-an-address', isValid: false }
    if (id === '9' || id === '10') return { brand: 'acme', id, consent: null }
    if (id === '11') return { brand: 'acme', id, consent: 'denied' }
    return { brand: 'acme', id }
  }),
  ...range(31, 40).map((id): Person => ({ brand: 'acme', id, away: 5 })),
]
/** zen: the same ids, other people. */
export const zen: Person[] = range(1, 20).map(id => ({ brand: 'zen', id }))
/** acme’s population. */
export const reachable = range(1, 30).filter(id => !['7', '8', '9', '10', '11', '12'].includes(id))
