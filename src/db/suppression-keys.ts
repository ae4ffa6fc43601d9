import { createHmac, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'

/** `all` stands for every channel. */
export type SuppressionChannel = 'email' | 'sms' | 'push' | 'ads' | 'mail' | 'all'

/**
 * Remembers that people must not be sent to, for runs that have planned already: HMAC of the person key under the brand's
 * own key, never the person key. Idempotent. `S_sync.suppressions` is what the next plan reads; `pruneSuppressions` follows it.
 */
export async function addSuppressions(
  db: Knex,
  brand: string,
  channel: SuppressionChannel,
  personKeys: readonly string[],
): Promise<void> {
  const key = await brandKey(db, brand)
  const recorded_at = new Date().toISOString()
  const rows = personKeys.map(personKey => ({ brand, channel, key: keyed(key, personKey), recorded_at }))
  for (let i = 0; i < rows.length; i += 100) {
    await db('suppression_keys')
      .insert(rows.slice(i, i + 100))
      .onConflict(['brand', 'channel', 'key'])
      .ignore()
  }
}

/** Forgets keys up to an id once the warehouse holds those suppressions, so that batches need no check. */
export async function pruneSuppressions(db: Knex, brand: string, upToId: number): Promise<void> {
  await db('suppression_keys').where({ brand }).where('id', '<=', upToId).delete()
}

/** Grows with each key of the brand; 0 when there is none. */
export async function suppressionVersion(db: Knex, brand: string): Promise<number> {
  const row = await db('suppression_keys').where({ brand }).max({ id: 'id' }).first()
  return Number(row?.id ?? 0)
}

/** For each person key, whether it is suppressed on the channel or on all. */
export async function findSuppressed(
  db: Knex,
  brand: string,
  channel: string,
  personKeys: readonly string[],
): Promise<boolean[]> {
  const rows = await db('suppression_keys').where({ brand }).whereIn('channel', [channel, 'all']).select('key')
  const known = new Set(rows.map(row => String(row.key)))
  if (known.size === 0) return personKeys.map(() => false)
  const key = await brandKey(db, brand)
  return personKeys.map(personKey => known.has(keyed(key, personKey)))
}

const keyed = (key: Buffer, personKey: string) => createHmac('sha256', key).update(personKey).digest('hex')

async function brandKey(db: Knex, brand: string): Promise<Buffer> {
  const fresh = randomBytes(32).toString('hex')
  await db('brand_keys').insert({ brand, key: fresh }).onConflict('brand').ignore()
  const row = await db('brand_keys').where({ brand }).first()
  return Buffer.from(String(row?.key), 'hex')
}
