import { z } from 'zod'
import { bucket, raw, type Sql, sql } from '../../sync/index.ts'
import type { ReadyDestination } from '../syncs/destination.ts'
import type { LedgerSession } from '../syncs/session.ts'
import { deniedKeysSql, heldOutKeysSql } from '../syncs/shared-identity.ts'
import { syncId } from '../syncs/store.ts'
import { armsSql, holdoutBuckets } from './arms.ts'
import type { ExplainStep } from './explain.ts'
import type { ReadyCampaign } from './ready.ts'

/** Three steps of one destination: identifiable, consented, not suppressed. */
export async function destinationSteps(
  session: LedgerSession,
  d: ReadyDestination,
  customer: string,
): Promise<ExplainStep[]> {
  const { brand, project } = session
  const marts = raw(project.names.marts)
  const { channel, identityModel, identity } = d.platform
  const destination = d.config.slug
  const found = await one(
    session,
    sql`select person_key, is_valid, invalid_reason, ${raw(identity.map(name => `${name} is not null as has_${name}`).join(', '))}
      from ${marts}.${raw(identityModel)} where brand = ${brand.slug} and customer_id = ${customer}`,
    z.looseObject({ person_key: z.string().nullable(), is_valid: z.boolean(), invalid_reason: z.string().nullable() }),
  )
  const has = found === null ? [] : identity.filter(name => found[`has_${name}`] === true)
  const identifiable = found?.is_valid === true && has.length > 0
  const why = found === null ? 'no e-mail or phone' : (found.invalid_reason ?? 'no identifier of this platform')
  const consent = await one(
    session,
    sql`select is_granted, state, strftime(captured_at, '%Y-%m-%d %H:%M') as captured, policy from ${marts}.customer_consents
      where brand = ${brand.slug} and customer_id = ${customer} and channel = ${channel}`,
    z.object({
      is_granted: z.boolean(),
      state: z.string(),
      captured: z.string().nullable(),
      policy: z.string().nullable(),
    }),
  )
  const isDenied = await hasKey(session, deniedKeysSql({ brand: brand.slug, names: project.names }, d.platform), found)
  const granted = consent?.is_granted === true && !isDenied
  const row =
    consent === null || consent.state === 'unknown'
      ? 'no statement'
      : `${consent.state} on ${consent.captured ?? 'an unknown day'} UTC`
  const suppression = await one(
    session,
    sql`select channel, reason, strftime(recorded_at, '%Y-%m-%d %H:%M') as recorded from ${raw(project.names.sync)}.suppressions
      where brand = ${brand.slug} and person_key = ${found?.person_key ?? null} and channel in (${channel}, 'all') order by recorded_at limit 1`,
    z.object({ channel: z.string(), reason: z.string().nullable(), recorded: z.string().nullable() }),
  )
  return [
    {
      step: 'identifiable',
      destination,
      ok: identifiable,
      text: identifiable
        ? `identifiable at ${destination} by ${has.join(', ')}`
        : `not identifiable at ${destination}: ${why}`,
    },
    {
      step: 'consented',
      destination,
      ok: granted,
      text: `${granted ? 'may' : 'may not'} be reached by ${channel}: ${row}, policy ${consent?.policy ?? 'opt_in'}${isDenied && consent?.state !== 'denied' ? '; somebody with the same identifier said no' : ''}`,
    },
    {
      step: 'suppressed',
      destination,
      ok: suppression === null,
      text:
        suppression === null
          ? `not suppressed for ${channel}`
          : `suppressed for ${suppression.channel} since ${suppression.recorded ?? 'an unknown day'} UTC (${suppression.reason ?? 'no reason given'})`,
    },
  ]
}

/** The stored arm, or the one the hash would give, with bucket and threshold. */
export async function armStep(
  session: LedgerSession,
  ready: ReadyCampaign,
  customer: string,
): Promise<{ arm: string; isAssigned: boolean; step: ExplainStep }> {
  const { campaign } = ready
  const sync = raw(session.project.names.sync)
  const rows = await session.warehouse.query(
    sql`select arm, cast(assigned_on as varchar) as assigned_on from ${sync}.assignments
      where brand = ${campaign.brand} and campaign_id = ${campaign.id} and (customer_id = ${customer} or customer_id in (
        select alias_id from ${sync}.customer_aliases where brand = ${campaign.brand} and customer_id = ${customer}))
      order by assigned_on`,
    z.object({ arm: z.string(), assigned_on: z.string() }),
    { tag: { runId: session.run.id, purpose: 'explaining' } },
  )
  const number = bucket(campaign.holdout.salt, customer)
  const limit = holdoutBuckets(campaign.holdout.share)
  const draw = `bucket ${number} of salt ${campaign.holdout.salt}, held out below ${limit}`
  const [first] = rows
  if (first === undefined) {
    const arm = number < limit ? 'holdout' : 'treatment'
    return {
      arm,
      isAssigned: false,
      step: { step: 'drawn', destination: null, ok: null, text: `not assigned yet; would be in ${arm}: ${draw}` },
    }
  }
  const arm = rows.every(row => row.arm === first.arm) ? first.arm : 'conflict'
  const text =
    arm === 'conflict'
      ? 'merged from people in different arms: left out of the lists and of the readout'
      : `in ${arm} since ${first.assigned_on}: ${draw}`
  return {
    arm,
    isAssigned: true,
    step: { step: 'assigned', destination: null, ok: arm !== 'holdout' && arm !== 'conflict', text },
  }
}

/** One step for each destination where somebody with the customer's identifier is held out: the platform cannot tell them apart. */
export async function twinSteps(
  session: LedgerSession,
  { campaign, reach, destinations }: ReadyCampaign,
  customer: string,
): Promise<ExplainStep[]> {
  const platforms = destinations.map(d => d.platform)
  const { assigned } = armsSql(reach, campaign, platforms, 'drawn')
  const steps: ExplainStep[] = []
  for (const d of destinations) {
    const key = await one(
      session,
      sql`select person_key from ${raw(session.project.names.marts)}.${raw(d.platform.identityModel)}
        where brand = ${campaign.brand} and customer_id = ${customer}`,
      z.object({ person_key: z.string().nullable() }),
    )
    if (!(await hasKey(session, heldOutKeysSql(reach, d.platform, assigned), key))) continue
    const destination = d.config.slug
    const text = `shares its identifier with somebody held out: gets nothing at ${destination}`
    steps.push({ step: 'shared', destination, ok: false, text })
  }
  return steps
}

async function hasKey(session: LedgerSession, keys: Sql, of: { person_key: string | null } | null): Promise<boolean> {
  if (of === null || of.person_key === null) return false
  const found = sql`select 1 as n from (${keys}) as keys where person_key = ${of.person_key}`
  return (await one(session, found, z.object({ n: z.number() }))) !== null
}

/** What the ledger last says of the customer: of several entries (an address that changed) the one that is on the list, or may be. */
export async function listStep(
  session: LedgerSession,
  ready: ReadyCampaign,
  d: ReadyDestination,
  customer: string,
): Promise<ExplainStep> {
  const { campaign } = ready
  const sync = raw(session.project.names.sync)
  const id = syncId({ brand: campaign.brand, kind: 'campaign', subject: campaign.slug, destination: d.config.slug })
  const columns = raw("entry_key, kind, run_no, step, strftime(recorded_at, '%Y-%m-%d %H:%M') as recorded")
  const where = sql`where brand = ${campaign.brand} and sync_id = ${id} and customer_id = ${customer}`
  const last = await one(
    session,
    sql`select kind, run_no, recorded from (
        select *, row_number() over (partition by entry_key order by run_no desc, step desc) as event_no
        from (select ${columns} from ${sync}.ledger ${where} union all select ${columns} from ${sync}.ledger_base ${where}) as events
      ) as latest where event_no = 1
      order by case kind when 'sent' then 1 when 'unknown' then 2 else 3 end, run_no desc, step desc limit 1`,
    z.object({ kind: z.string(), run_no: z.coerce.number(), recorded: z.string().nullable() }),
  )
  const destination = d.config.slug
  if (last === null) return { step: 'listed', destination, ok: false, text: `never sent to ${destination}` }
  const when = `run ${last.run_no}, ${last.recorded ?? 'an unknown time'} UTC`
  const words: Record<string, string> = {
    sent: `on the list at ${destination} (${when})`,
    removed: `removed from the list at ${destination} (${when})`,
    rejected: `refused by ${destination} (${when})`,
    unknown: `perhaps on the list at ${destination}: the last answer was lost (${when}); the next sync settles it`,
  }
  return {
    step: 'listed',
    destination,
    ok: last.kind === 'sent' ? true : last.kind === 'unknown' ? null : false,
    text: words[last.kind] ?? last.kind,
  }
}

/** The first row, or null. */
export async function one<T>(session: LedgerSession, statement: Sql, row: z.ZodType<T>): Promise<T | null> {
  const rows = await session.warehouse.query(statement, row, {
    tag: { runId: session.run.id, purpose: 'explaining' },
    signal: session.run.signal,
  })
  return rows[0] ?? null
}
