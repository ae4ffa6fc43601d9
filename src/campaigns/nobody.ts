import { z } from 'zod'
import { raw, sql, WinbackError } from '../../sync/index.ts'
import type { LedgerSession } from '../syncs/session.ts'
import type { PopulationCounts } from './population.ts'

/** Says why a campaign would reach nobody, and what to supply: the first thing that stops everybody. */
export async function nobodyReached(
  session: LedgerSession,
  counts: PopulationCounts,
  channels: readonly string[],
): Promise<WinbackError> {
  const { brand, build, project } = session
  if (counts.selected === 0) {
    return new WinbackError(
      'campaign.nobody_selected',
      `The audience selects nobody as of ${build.dataDate}`,
      'Look at it with `winback show`; loosen its filters, or build with newer data.',
    )
  }
  const rows = await session.warehouse.query(
    sql`select count(*) filter (where state <> 'unknown') as known, count(*) filter (where is_granted) as granted
      from ${raw(project.names.marts)}.customer_consents where brand = ${brand.slug} and channel in (${raw(channels.map(c => `'${c}'`).join(', '))})`,
    z.object({ known: z.coerce.number(), granted: z.coerce.number() }),
    { tag: { runId: session.run.id, purpose: 'counting consents' } },
  )
  const { known = 0, granted = 0 } = rows[0] ?? {}
  const selected = `${counts.selected.toLocaleString('en-GB')} selected customers`
  if (known === 0 && granted === 0) {
    return new WinbackError(
      'campaign.no_consents',
      `None of the ${selected} can be reached: no consents were imported for '${brand.slug}'`,
      `Add a file to sources[].files.consents of winback.yml (customer_id, channel, state, captured_at; channel ${channels.join(' or ')}, state granted), then \`winback import\` and \`winback build\`.`,
    )
  }
  return new WinbackError(
    'campaign.nobody_reachable',
    `None of the ${selected} can be reached by ${channels.join(' or ')}: no valid identifier, no consent, or suppressed`,
    'See the counts per destination with `winback campaign plan`, and one customer with `winback explain`.',
  )
}
