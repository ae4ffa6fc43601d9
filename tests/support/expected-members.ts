import { DuckDBInstance } from '@duckdb/node-api'

/**
 * Who must be on the list of the generated shop's campaign, by a query of its own over the imported rows: lapsed for more than 60 days
 * before `asOf`, consented, with an e-mail, and not held out (sha256 bucket below `share` × 10,000). Reads no mart and no code of ours.
 */
export async function expectedMembers(
  rawFile: string,
  campaign: { asOf: string; salt: string; share: number },
): Promise<Set<string>> {
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  try {
    await db.run(`attach '${rawFile}' as r (read_only)`)
    const reader = await db.runAndReadAll(
      `select c.customer_id
       from r.winback_raw.csv_customers c
       join r.winback_raw.csv_consents k on k.customer_id = c.customer_id and k.channel = 'email' and k.state = 'granted'
       where c.email is not null
         and (select max(o.ordered_at) from r.winback_raw.csv_orders o
              where o.customer_id = c.customer_id and o.ordered_at < $1::date) < $1::date - 60
         and ('0x' || substr(sha256('holdout:v1:' || $2 || '|' || c.customer_id), 1, 8))::bigint % 10000 >= $3 * 10000`,
      [campaign.asOf, campaign.salt, campaign.share],
    )
    return new Set(reader.getRows().map(row => String(row[0])))
  } finally {
    db.closeSync()
    instance.closeSync()
  }
}
