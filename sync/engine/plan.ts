import { z } from 'zod'
import { WarehouseError } from '../core/errors.ts'
import { raw, type Sql, sql } from '../core/sql.ts'
import { OP } from './operations.ts'
import { CUSTOMER_HASH, countOps, countPeople } from './plan-counts.ts'
import { planRemovals } from './plan-removals.ts'
import { type Session, tableSlug } from './session.ts'
import { ENTRY_KEY, identityHash, isUsable, MEMBER, openSource, rowHash } from './source.ts'
import { CODE, compact, type LedgerSize, latestState, taintDue } from './state.ts'

/** An immutable plan: one table, rows 0..total-1, operations one after the other. */
export interface SyncPlan {
  /** As written in SQL. */
  table: string
  /** Digest of what it asks for, without compliance removals: what an approval binds to. */
  hash: string
  compliance: number
  removes: number
  releases: number
  upserts: number
  /** Members that should be on the list; entries without any identifier are not counted. */
  desired: number
  adds: number
  updates: number
  unchanged: number
  /** Entries known to be on the list, or perhaps on it. */
  known: number
  /** Desired members without an identifier or a customer id. */
  withoutIdentity: number
  /** Customer ids that stand twice or more in the audience. */
  duplicates: number
  /** Members whose identity stands on more than five customers. */
  shared: number
}

/** Writes the plan of this run: what must change at the destination so that it equals the desired list. Nothing is sent. */
export async function makePlan(session: Session, size: LedgerSize): Promise<SyncPlan> {
  const { warehouse } = session
  const ready = session.options.dryRun ? size : await compact(session, size) // a dry run changes nothing
  const table = `${session.spec.schema}.plan_${tableSlug(session.spec.syncId)}_${session.options.dryRun ? 'dry' : session.key.runNo}`
  const source = await openSource(session)
  await createTable(session, table, source)
  const isFirst = ready.base + ready.tail === 0
  const rows = isFirst ? await planAll(session, table, source) : await planDiff(session, table, source, ready)
  const counted = await countOps(session, table)
  if (counted.upserts !== rows.upserts || counted.removals !== rows.removals) {
    throw new WarehouseError(
      'plan.moved',
      `The audience gave ${counted.upserts} rows to send where ${rows.upserts} had changed: it moved while it was read`,
      'Make the audience deterministic (no random, no current time), or end what writes to the marts.',
    )
  }
  await warehouse.tune?.({ kind: 'usual' }, session.call('planning'))
  const unchanged = rows.desired - rows.adds - rows.updates
  const { desired, adds, updates, gone, withoutIdentity, duplicates, shared } = rows
  return {
    table,
    hash: counted.hash,
    compliance: counted.compliance,
    removes: counted.removes,
    releases: counted.releases,
    upserts: counted.upserts,
    desired,
    adds,
    updates,
    unchanged,
    known: unchanged + updates + gone,
    withoutIdentity,
    duplicates,
    shared,
  }
}

interface Planned {
  desired: number
  upserts: number
  adds: number
  updates: number
  /** Known entries that leave. */
  gone: number
  /** Rows that leave, known or not. */
  removals: number
  withoutIdentity: number
  duplicates: number
  shared: number
}

async function createTable(session: Session, table: string, source: Sql): Promise<void> {
  const { warehouse, spec } = session
  const probe = 'temp.main.plan_probe'
  const call = session.call('planning')
  await warehouse.execute(raw(`drop table if exists ${table}`), call)
  await warehouse.execute(sql`create or replace temp table plan_probe as select * from (${source}) limit 0`, call)
  const types = new Map((await warehouse.columns(probe)).map(column => [column.name, column.type]))
  await warehouse.execute(raw(`drop table ${probe}`), call)
  // Uncompressed: choosing a compression for text costs more than the diff, and a plan is read once.
  const U = 'using compression uncompressed'
  const fields = spec.fields.map(field => `${field.name} ${types.get(field.name) ?? field.type} ${U}`)
  const columns = [
    `op utinyint, held utinyint, entry_key uhugeint ${U}`,
    ...MEMBER.map(name => `${name} varchar ${U}`),
    ...fields,
    `row_hash uhugeint ${U}`,
  ]
  await warehouse.execute(raw(`create table ${table}(${columns.join(', ')})`), call)
}

/** Columns of a plan table. */
const columnsOf = (session: Session) => MEMBER.length + session.spec.fields.length + 4

/** The rows of an upsert, from the desired list. */
function upsertRows(session: Session, source: Sql): Sql {
  const { fields } = session.spec
  const names = [...MEMBER, ...fields.map(field => field.name)].join(', ')
  return sql`select ${raw(String(OP.upsert))} as op, 0 as held, ${raw(ENTRY_KEY)} as entry_key, ${raw(names)}, ${raw(rowHash(fields))} as row_hash
    from (${source})`
}

// Nothing is known yet: everybody is new, and the audience goes straight into the plan.
async function planAll(session: Session, table: string, source: Sql): Promise<Planned> {
  const { warehouse, spec } = session
  const { identity } = spec.destination
  const call = session.call('planning')
  await warehouse.tune?.({ kind: 'copy', columns: columnsOf(session) }, call)
  const usable = raw(isUsable(identity))
  await warehouse.execute(sql`insert into ${raw(table)} ${upsertRows(session, source)}`, call)
  const people = sql`select ${usable} as is_usable, ${raw(CUSTOMER_HASH)} as customer_hash, ${raw(identityHash(identity))} as identity_hash
    from ${raw(table)}`
  const counted = await countPeople(session, people)
  const { usable: upserts, ...rest } = counted
  if (rest.withoutIdentity > 0) {
    // Rare: written again without them, because the rows of a plan are its numbers.
    await createTable(session, table, source)
    await warehouse.execute(sql`insert into ${raw(table)} ${upsertRows(session, source)} where ${usable}`, call)
  }
  return { desired: upserts, upserts, adds: upserts, updates: 0, gone: 0, removals: 0, ...rest }
}

// Two 128-bit numbers a row are joined; wide columns are fetched for what changed.
async function planDiff(session: Session, table: string, source: Sql, size: LedgerSize): Promise<Planned> {
  const { warehouse, spec } = session
  const call = session.call('planning')
  const { identity } = spec.destination
  await warehouse.tune?.({ kind: 'copy', columns: columnsOf(session) }, call)
  await warehouse.execute(
    sql`create or replace temp table desired_now as select
      case when ${raw(isUsable(identity))} then ${raw(ENTRY_KEY)} end as entry_key,
      ${raw(rowHash(spec.fields))} as row_hash, ${raw(CUSTOMER_HASH)} as customer_hash, ${raw(identityHash(identity))} as identity_hash
      from (${source})`,
    call,
  )
  const people = await countPeople(
    session,
    raw('select entry_key is not null as is_usable, customer_hash, identity_hash from desired_now'),
  )
  const due = taintDue(session, size.hasTaint)
  await warehouse.tune?.({ kind: 'join', rows: size.base + size.tail }, call)
  await warehouse.execute(
    sql`create or replace temp table diff as
      select coalesce(d.entry_key, s.entry_key) as entry_key, d.entry_key is null as gone,
        coalesce(s.code in (${CODE.sent}, ${CODE.unknown}), false) as was_known
      from (select entry_key, row_hash from desired_now where entry_key is not null) d
      full join (${latestState(session, size)}) s on d.entry_key = s.entry_key
      where case when d.entry_key is null then s.code <> ${CODE.removed} or ${due}
        else s.entry_key is null or s.code <> ${CODE.sent} or d.row_hash <> s.row_hash or ${due} end`,
    call,
  )
  const [counts] = await warehouse.query(
    sql`select count(*) filter (not gone and not was_known) as adds, count(*) filter (not gone and was_known) as updates,
      count(*) filter (gone and was_known) as gone, count(*) filter (gone) as removals,
      (select count(entry_key) from desired_now) as desired from diff`,
    z.object({
      adds: z.number(),
      updates: z.number(),
      gone: z.number(),
      removals: z.number(),
      desired: z.number(),
    }),
    call,
  )
  const { adds = 0, updates = 0, gone = 0, removals = 0, desired = 0 } = counts ?? {}
  await warehouse.tune?.({ kind: 'copy', columns: columnsOf(session) }, call)
  if (removals > 0) await planRemovals(session, table, source, size.baseNo)
  if (adds + updates > 0) {
    await warehouse.execute(
      sql`insert into ${raw(table)} select * from (${upsertRows(session, source)}) where entry_key in (select entry_key from diff where not gone)`,
      call,
    )
  }
  const again = removals > 0 ? await assertAgain(session, table, source) : 0
  await warehouse.execute(raw('drop table desired_now'), call)
  await warehouse.execute(raw('drop table diff'), call)
  return { desired, upserts: adds + updates + again, adds, updates, gone, removals, ...people }
}

/**
 * Whoever leaves with one set of identifiers and stays with another may be one profile at the platform: what stays is sent
 * again after the removal, changed or not. Returns how many rows that adds. Reads `diff` and the plan's removals.
 */
async function assertAgain(session: Session, table: string, source: Sql): Promise<number> {
  const { rows } = await session.warehouse.execute(
    sql`insert into ${raw(table)} select * from (${upsertRows(session, source)})
      where customer_id in (select customer_id from ${raw(table)} where op < ${OP.release})
        and entry_key not in (select entry_key from diff) and ${raw(isUsable(session.spec.destination.identity))}`,
    session.call('planning'),
  )
  return rows ?? 0
}
