import { z } from 'zod'
import type { Session } from './session.ts'

/** How the audience narrowed down to the desired list; counts of customers. */
export interface Funnel {
  selected: number
  heldOut: number
  noConsent: number
  suppressed: number
  invalid: number
}

const Row = z
  .object({
    selected: z.number(),
    held_out: z.number(),
    no_consent: z.number(),
    suppressed: z.number(),
    invalid: z.number(),
  })
  .transform(row => ({
    selected: row.selected,
    heldOut: row.held_out,
    noConsent: row.no_consent,
    suppressed: row.suppressed,
    invalid: row.invalid,
  }))

/** Reads the caller's funnel, or null when it gave none. */
export async function readFunnel(session: Session): Promise<Funnel | null> {
  if (session.spec.funnel === null) return null
  const rows = await session.warehouse.query(session.spec.funnel, Row, session.call('counting the audience'))
  return rows[0] ?? null
}
