import { z } from 'zod'
import { raw, type Sql, sql } from '../core/sql.ts'
import { type Session, timestamp } from './session.ts'

/** What an event says of an entry, as a number that sorts in one aggregate. */
export const CODE = { sent: 2, removed: 3, rejected: 4, unknown: 5 } as const
export type Kind = keyof typeof CODE

/** How large the ledger of a sync is, and where its base ends. */
export interface LedgerSize {
  /** `base_no` of the newest base, 0 without one. */
  baseNo: number
  /** Without a base, a first run that is most of the ledger serves as one: each entry has one event in it. Else null. */
  baseRun: number | null
  base: number
  /** Events after the base. */
  tail: number
  /** Greatest run number of ledger and plans. */
  lastRun: number
  /** Whether any entry may still be tainted. */
  hasTaint: boolean
}

const Size = z.object({
  base_no: z.number(),
  base: z.number(),
  tail: z.number(),
  last_run: z.number(),
  unknown: z.number(),
  first_run: z.number(),
  first_rows: z.number(),
  first_unknown: z.number(),
})

/** Reads the size of this sync's ledger. */
export async function ledgerSize(session: Session): Promise<LedgerSize> {
  const { schema, brand, syncId } = session.spec
  const mine = sql`brand = ${brand} and sync_id = ${syncId}`
  const newest = sql`(select coalesce(max(base_no), 0) from ${raw(schema)}.ledger_base where ${mine})`
  const first = sql`(select min(run_no) from ${raw(schema)}.ledger where ${mine})`
  const [row] = await session.warehouse.query(
    sql`select b.base_no, b.base, t.tail, greatest(t.last_run, b.base_no, p.last_run) as last_run, b.tainted + t.unknown as unknown,
      t.first_run, t.first_rows, t.first_unknown from
      (select ${newest} as base_no, count(*) as base, count(tainted_at) as tainted from ${raw(schema)}.ledger_base
        where ${mine} and base_no = ${newest}) b,
      (select count(*) filter (run_no > ${newest}) as tail, coalesce(max(run_no), 0) as last_run,
        count(*) filter (run_no > ${newest} and kind = 'unknown') as unknown, coalesce(min(run_no), 0) as first_run,
        count(*) filter (run_no = ${first}) as first_rows, count(*) filter (run_no = ${first} and kind = 'unknown') as first_unknown from ${raw(schema)}.ledger where ${mine}) t,
      (select coalesce(max(run_no), 0) as last_run from ${raw(schema)}.plans where ${mine}) p`,
    Size,
    session.call('reading the ledger’s size'),
  )
  if (row === undefined) throw new Error('an aggregate without a row')
  const size = { baseNo: row.base_no, base: row.base, tail: row.tail, lastRun: row.last_run, hasTaint: row.unknown > 0 }
  const isBase =
    size.base === 0 && row.first_unknown === 0 && row.first_rows > COMPACT_AT && size.tail <= 1.5 * row.first_rows
  if (!isBase) return { ...size, baseRun: null }
  return { ...size, baseRun: row.first_run, base: row.first_rows, tail: size.tail - row.first_rows }
}

/** Events after the base. */
const tailFrom = (size: LedgerSize) => size.baseRun ?? size.baseNo

/** Greatest (run, step) wins, then the kind: one number, so that text never enters the aggregate. Steps stay below 16. */
export const RANK = `((run_no * 16 + step) * 8 + ${kindCode('kind')})`

function kindCode(column: string): string {
  const cases = Object.entries(CODE).map(([kind, code]) => `when '${kind}' then ${code}`)
  return `case ${column} ${cases.join(' ')} end`
}

/**
 * The latest state of every entry: entry_key, row_hash, code, and with taint also recorded_at, tainted_at.
 * A FULL JOIN of the base and the aggregated tail: measured cheaper than grouping both (docs/sync-engine.md).
 */
export function latestState(session: Session, size: LedgerSize): Sql {
  const { schema, brand, syncId } = session.spec
  const mine = sql`brand = ${brand} and sync_id = ${syncId}`
  const taint = size.hasTaint
  const baseTable =
    size.baseRun === null ? sql`ledger_base where base_no = ${size.baseNo}` : sql`ledger where run_no = ${size.baseRun}`
  const baseTaint = size.baseRun === null ? ', recorded_at, tainted_at' : ', recorded_at, null::timestamp as tainted_at'
  const base = sql`select entry_key, row_hash, ${raw(kindCode('kind'))} as code ${raw(taint ? baseTaint : '')}
    from ${raw(schema)}.${baseTable} and ${mine}`
  const tail = sql`select entry_key, arg_max(row_hash, ${raw(RANK)}) as row_hash, max(${raw(RANK)}) % 8 as code
    ${raw(taint ? `, arg_max(recorded_at, ${RANK}) as recorded_at, max(recorded_at) filter (kind = 'unknown') as tainted_at` : '')}
    from ${raw(schema)}.ledger where ${mine} and run_no > ${tailFrom(size)} group by entry_key`
  if (size.tail === 0) return base
  if (size.base === 0) return tail
  return sql`select coalesce(b.entry_key, t.entry_key) as entry_key, coalesce(t.row_hash, b.row_hash) as row_hash,
    coalesce(t.code, b.code) as code
    ${raw(taint ? ', coalesce(t.recorded_at, b.recorded_at) as recorded_at, greatest(b.tainted_at, t.tainted_at) as tainted_at' : '')}
    from (${base}) b full join (${tail}) t on b.entry_key = t.entry_key`
}

/** A tainted entry is asserted once more when the ambiguous request can no longer land: its last event is older than that instant. */
export function taintDue(session: Session, taint: boolean): Sql {
  if (!taint) return raw('false')
  const now = timestamp(session.effects)
  const horizon = raw(`interval ${Math.round(session.spec.destination.taintMs)} milliseconds`)
  return sql`coalesce(s.recorded_at < s.tainted_at + ${horizon}
    and s.tainted_at + ${horizon} <= ${now}::timestamp, false)`
}

/** The tail beyond which a plan slows down more than a compaction costs (measured). */
const COMPACT_AT = 100_000
const COMPACT_SHARE = 0.5

/** Writes a new base of latest states when the tail has grown too long; events stay. Removed entries leave the base once their taint is over. */
export async function compact(session: Session, size: LedgerSize): Promise<LedgerSize> {
  if (size.tail <= Math.max(COMPACT_AT, size.base * COMPACT_SHARE)) return size
  const { schema, brand, syncId, destination } = session.spec
  const { warehouse } = session
  const mine = (alias: string) => sql`${raw(alias)}.brand = ${brand} and ${raw(alias)}.sync_id = ${syncId}`
  const columns = [
    'customer_id',
    'person_key',
    'email',
    'phone',
    'external_id',
    'other',
    'kind',
    'row_hash',
    'recorded_at',
  ]
  const of = (alias: string) => raw(columns.map(column => `${alias}.${column}`).join(', '))
  const horizon = raw(`interval ${Math.round(destination.taintMs)} milliseconds`)
  await warehouse.tune?.({ kind: 'join', rows: size.base + size.tail }, session.call('compacting the ledger'))
  await warehouse.execute(
    sql`insert into ${raw(schema)}.ledger_base
      with tail as (
        select entry_key, max(${raw(RANK)}) as newest, max(recorded_at) filter (kind = 'unknown') as tainted_at
        from ${raw(schema)}.ledger where brand = ${brand} and sync_id = ${syncId} and run_no > ${size.baseNo} group by entry_key
      ), old as (
        select * from ${raw(schema)}.ledger_base b where ${mine('b')} and b.base_no = ${size.baseNo}
      ), latest as (
        select o.run_no, o.step, o.entry_key, ${of('o')}, o.tainted_at from old o anti join tail t on o.entry_key = t.entry_key
        union all
        select l.run_no, l.step, l.entry_key, ${of('l')}, greatest(t.tainted_at, o.tainted_at)
        from ${raw(schema)}.ledger l join tail t on l.entry_key = t.entry_key left join old o on o.entry_key = l.entry_key
        where ${mine('l')} and l.run_no > ${size.baseNo} and ${raw(RANK.replaceAll(/\b(run_no|step|kind)\b/g, 'l.$1'))} = t.newest
      )
      select ${brand}, ${syncId}, ${size.lastRun}, * from latest
      where kind <> 'removed' or coalesce(recorded_at < tainted_at + ${horizon}, false)`,
    session.call('compacting the ledger'),
  )
  await warehouse.execute(
    sql`delete from ${raw(schema)}.ledger_base where brand = ${brand} and sync_id = ${syncId} and base_no < ${size.lastRun}`,
    session.call('dropping the old base'),
  )
  return ledgerSize(session)
}
