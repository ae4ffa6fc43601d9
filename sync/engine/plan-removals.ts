import { raw, type Sql, sql } from '../core/sql.ts'
import type { Identifier } from '../destinations/destination.ts'
import { OP } from './operations.ts'
import type { Session } from './session.ts'

/** The bit of each identifier in a plan row's `held`: a staying member uses it, so the removal must not carry it. */
export const HELD: Record<Identifier, number> = { email: 1, phone: 2, external_id: 4 }

/**
 * Writes the entries that leave, with their identifiers as they were sent: suppressed people first, then the others, then
 * those whose identity a staying member still uses (one membership: it leaves only when nobody needs it).
 * Reads the temporary table `diff`.
 */
export async function planRemovals(session: Session, table: string, source: Sql, baseNo: number): Promise<void> {
  const { warehouse, spec } = session
  const { schema, brand, syncId, destination } = spec
  const call = session.call('planning removals')
  const columns = 'entry_key, customer_id, person_key, email, phone, external_id, other, row_hash, run_no, step'
  const mine = sql`brand = ${brand} and sync_id = ${syncId} and entry_key in (select entry_key from diff where gone)`
  await warehouse.execute(
    sql`create or replace temp table gone as
      select entry_key, any_value(customer_id) as customer_id, any_value(email) as email, any_value(phone) as phone,
        any_value(external_id) as external_id, arg_max(person_key, run_no * 16 + step) as person_key,
        arg_max(other, run_no * 16 + step) as other, arg_max(row_hash, run_no * 16 + step) as row_hash
      from (select ${raw(columns)} from ${raw(schema)}.ledger_base where ${mine} and base_no = ${baseNo}
        union all select ${raw(columns)} from ${raw(schema)}.ledger where ${mine} and run_no > ${baseNo})
      group by entry_key`,
    call,
  )
  const used = raw(
    Object.keys(HELD)
      .map(name => `${name} in (select ${name} from gone)`)
      .join(' or '),
  )
  await warehouse.execute(
    sql`create or replace temp table kept as select email, phone, external_id from (${source}) where ${used}`,
    call,
  )
  const held = Object.entries(HELD).map(
    ([name, bit]) =>
      `(case when g.${name} in (select ${name} from kept where ${name} is not null) then ${bit} else 0 end)`,
  )
  const first = destination.identity.map(name => `when ${name} is not null then held & ${HELD[name]} <> 0`)
  await warehouse.execute(
    sql`create or replace temp table leaving as
      select *, case when suppressed and not (case ${raw(first.join(' '))} end) then ${OP.compliance}::utinyint
        when case ${raw(first.join(' '))} end then ${OP.release}::utinyint else ${OP.remove}::utinyint end as op
      from (select g.*, ${raw(held.join(' + '))} as held, exists (
          select 1 from ${raw(schema)}.suppressions s where s.brand = ${brand}
            and s.channel in (${destination.channel}, 'all') and s.person_key = g.person_key) as suppressed
        from gone g)`,
    call,
  )
  const fields = spec.fields.map(field => `null as ${field.name}, `).join('')
  for (const op of [OP.compliance, OP.remove, OP.release]) {
    await warehouse.execute(
      sql`insert into ${raw(table)} select op, held, entry_key, customer_id, person_key, email, phone, external_id, other,
        ${raw(fields)} row_hash from leaving where op = ${op}`,
      call,
    )
  }
  for (const name of ['gone', 'kept', 'leaving']) await warehouse.execute(raw(`drop table ${name}`), call)
}
