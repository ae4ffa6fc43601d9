import type { Knex } from 'knex'
import { migrations } from './migrations/index.ts'

/** One step of the app database's schema: applied once, in order, in a transaction of its own. */
export interface Migration {
  /** `0001_runs`: number and topic. */
  name: string
  up(db: Knex): Promise<void>
}

/** Applies what is missing; safe when two processes open the same file at once (the first insert takes the write lock). */
export async function migrate(db: Knex, list: readonly Migration[] = migrations): Promise<void> {
  await db.raw('create table if not exists schema_migrations (name text primary key, applied_at text not null)')
  for (const migration of list) {
    await db.transaction(async trx => {
      const mine = await trx('schema_migrations')
        .insert({ name: migration.name, applied_at: new Date().toISOString() })
        .onConflict('name')
        .ignore()
        .returning('name')
      if (mine.length > 0) await migration.up(trx)
    })
  }
}
