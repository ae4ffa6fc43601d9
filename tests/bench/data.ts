import { DuckDBInstance } from '@duckdb/node-api'

/**
 * Writes warehouse.duckdb with two states of an audience: `members_1` with `rows` people, and `members_2`, where 0.5 % changed
 * a field, 0.25 % are new and 0.25 % are gone. No column says when a row changed.
 */
export async function writeWarehouse(
  path: string,
  rows: number,
): Promise<{ changed: number; added: number; gone: number }> {
  const added = Math.round(rows * 0.0025)
  const changed = Math.round(rows * 0.005)
  const db = await DuckDBInstance.create(path, { threads: '2' })
  const con = await db.connect()
  await con.run('create schema winback')
  const people = (from: number, to: number) => `select 'cust_' || i as customer_id,
    sha256('user' || i || '@example.com') as person_key, 'user' || i || '@example.com' as email, null::varchar as phone,
    'cust_' || i as external_id, 'Name' || (i % 5000) as first_name, ['lapsed', 'cant_lose', 'at_risk', 'loyal'][1 + i % 4] as segment,
    date '2026-01-01' + (i % 320)::int as last_order_on from range(${from}, ${to}) t(i)`
  await con.run(`create table winback.members_1 as ${people(0, rows)}`)
  // Every k-th person of the middle is changed, the first are gone, new ones come after the last.
  await con.run(`create table winback.members_2 as select * replace (
      case when (substr(customer_id, 6)::bigint - ${added}) % 100 = 0 and substr(customer_id, 6)::bigint < ${added} + 100 * ${changed}
        then 'won_back' else segment end as segment)
    from (${people(added, rows + added)})`)
  const [row] = (
    await con.runAndReadAll(
      `select count(*) filter (b.customer_id is null), count(*) filter (a.customer_id is null), count(*) filter (a.segment <> b.segment)
     from winback.members_1 a full join winback.members_2 b using (customer_id)`,
    )
  ).getRows()
  con.closeSync()
  db.closeSync()
  return { gone: Number(row?.[0]), added: Number(row?.[1]), changed: Number(row?.[2]) }
}
