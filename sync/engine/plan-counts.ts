import { z } from 'zod'
import { raw, type Sql, sql } from '../core/sql.ts'
import { OP } from './operations.ts'
import type { PlanShape } from './outcomes.ts'
import type { Session } from './session.ts'

/** hash(NULL) is a number like any other: only customers with an id are hashed. */
export const CUSTOMER_HASH = 'case when customer_id is not null then hash(customer_id) end'

/** What is known of the people of a plan; counts. */
export interface People {
  usable: number
  withoutIdentity: number
  duplicates: number
  shared: number
}

/** Members that can be sent or not, customers that stand twice, and members that share an identity with more than four others. Groups are made only when there are doubles. */
export async function countPeople(session: Session, people: Sql): Promise<People> {
  const { warehouse } = session
  const call = session.call('counting people')
  const [all] = await warehouse.query(
    sql`select count(*) as n, count(*) filter (is_usable) as usable, count(customer_hash) as named,
      count(distinct customer_hash) as customers, count(distinct identity_hash) as identities from (${people})`,
    z.object({ n: z.number(), usable: z.number(), named: z.number(), customers: z.number(), identities: z.number() }),
    call,
  )
  const { n = 0, usable = 0, named = 0, customers = 0, identities = 0 } = all ?? {}
  const counted = { usable, withoutIdentity: n - usable, duplicates: named - customers }
  if (usable <= identities) return { ...counted, shared: 0 }
  const [row] = await warehouse.query(
    sql`select coalesce(sum(n), 0) as shared from
      (select count(*) as n from (${people}) where is_usable group by identity_hash having count(*) > 5)`,
    z.object({ shared: z.number() }),
    call,
  )
  return { ...counted, shared: row?.shared ?? 0 }
}

/** Rows by operation, and the digest that an approval binds to. hash() may change with DuckDB's version: an approval lives a day, and a changed digest asks again. */
export async function countOps(session: Session, table: string) {
  const { syncId, listName, destination } = session.spec
  const shape = await shapeOf(session, table)
  const [row] = await session.warehouse.query(
    sql`select md5(concat_ws('|', ${syncId}, ${listName}, ${destination.slug}, count(*), coalesce(bit_xor(h), 0), coalesce(sum(h), 0))) as hash
      from (select hash(op, entry_key, row_hash) as h from ${raw(table)} where op <> ${OP.compliance})`,
    z.object({ hash: z.string() }),
    session.call('counting the plan'),
  )
  return { ...shape, hash: row?.hash ?? '', removals: shape.compliance + shape.removes + shape.releases }
}

/** How many rows of each operation a plan has. */
export async function shapeOf(session: Session, table: string): Promise<PlanShape> {
  const [row] = await session.warehouse.query(
    sql`select count(*) filter (op = ${OP.compliance}) as compliance, count(*) filter (op = ${OP.remove}) as removes,
      count(*) filter (op = ${OP.release}) as releases, count(*) filter (op = ${OP.upsert}) as upserts from ${raw(table)}`,
    z.object({ compliance: z.number(), removes: z.number(), releases: z.number(), upserts: z.number() }),
    session.call('counting the plan'),
  )
  if (row === undefined) throw new Error('an aggregate without a row')
  return row
}

/** Plan rows that add a customer whom the same plan also removes, under other identifiers. */
export async function movedRows(session: Session, table: string): Promise<number[]> {
  const rows = await session.warehouse.query(
    sql`select rowid as seq from ${raw(table)} where op = ${OP.upsert}
      and customer_id in (select customer_id from ${raw(table)} where op < ${OP.release}) order by rowid`,
    z.object({ seq: z.number() }),
    session.lastCall('looking for moved members'),
  )
  return rows.map(row => row.seq)
}
