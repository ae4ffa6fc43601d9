import { createHash } from 'node:crypto'
import { type Sql, sql } from './sql.ts'

/** The version of the rule below; it stands in the salted text, so that a new rule never moves an old assignment. */
export const SALT_VERSION = 'v1'

/** What a bucket is drawn for: `holdout` decides held out or not, `arm` splits the treatment. */
export type BucketPurpose = 'holdout' | 'arm'

/** A person's bucket, 0..9999: the first 8 hex digits of sha256 of the salted text, modulo 10 000 (data model, Campaign population). */
export function bucket(salt: string, id: string, purpose: BucketPurpose = 'holdout'): number {
  const digest = createHash('sha256')
    .update(`${saltText(salt, purpose)}|${id}`, 'utf8')
    .digest('hex')
  return Number.parseInt(digest.slice(0, 8), 16) % 10_000
}

/** The salted text before the bar, e.g. `holdout:v1:camp_winback_2026_11`. */
export function saltText(salt: string, purpose: BucketPurpose = 'holdout'): string {
  return `${purpose}:${SALT_VERSION}:${salt}`
}

/** The same bucket in SQL; `text` is `saltText(…)`, `column` a text expression. */
export function bucketSql(dialect: 'duckdb', text: string, column: Sql): Sql {
  return bucketRules[dialect](text, column)
}

const bucketRules: Record<'duckdb', (text: string, column: Sql) => Sql> = {
  duckdb: (text, column) => sql`(('0x' || left(sha256(${text} || '|' || ${column}), 8))::bigint % 10000)`,
}
