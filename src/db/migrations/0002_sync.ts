import type { Knex } from 'knex'
import type { Migration } from '../migrate.ts'

/** What the sync engine remembers between requests and runs: counts, batches, job ids and keyed hashes; no identity. */
export const sync: Migration = {
  name: '0002_sync',
  async up(db: Knex) {
    await db.schema.createTable('sync_runs', table => {
      table.text('sync_id').notNullable()
      table.bigInteger('run_no').notNullable()
      table.text('run_id').notNullable().index()
      table.text('brand').notNullable()
      table.text('status')
      table.bigInteger('desired')
      table.double('invalid_share')
      table.text('started_at').notNullable()
      table.text('ended_at')
      table.primary(['sync_id', 'run_no'])
    })
    await db.schema.createTable('sync_batches', table => {
      table.text('sync_id').notNullable()
      table.bigInteger('run_no').notNullable()
      table.integer('batch_no').notNullable()
      table.text('op').notNullable()
      table.bigInteger('first_seq').notNullable()
      table.bigInteger('last_seq').notNullable()
      table.text('excluded').notNullable()
      table.text('state').notNullable()
      table.text('receipt')
      table.boolean('tainted').notNullable()
      table.text('reason')
      table.text('started_at').notNullable()
      table.text('ended_at')
      table.primary(['sync_id', 'run_no', 'batch_no'])
    })
    await db.schema.createTable('sync_rejections', table => {
      table.text('sync_id').notNullable()
      table.bigInteger('run_no').notNullable()
      table.bigInteger('seq').notNullable()
      table.text('code').notNullable()
      table.text('message').notNullable()
      table.boolean('permanent').notNullable()
      table.primary(['sync_id', 'run_no', 'seq'])
    })
    await db.schema.createTable('sync_memory', table => {
      table.text('sync_id').primary()
      table.text('account')
      table.text('list_id')
    })
    await db.schema.createTable('sync_approvals', table => {
      table.text('sync_id').notNullable()
      table.text('plan_hash').notNullable()
      table.text('approved_by').notNullable()
      table.text('approved_at').notNullable()
      table.primary(['sync_id', 'plan_hash'])
    })
    await db.schema.createTable('suppression_keys', table => {
      table.increments('id')
      table.text('brand').notNullable()
      table.text('channel').notNullable()
      table.text('key').notNullable()
      table.text('recorded_at').notNullable()
      table.unique(['brand', 'channel', 'key'])
    })
    await db.schema.createTable('brand_keys', table => {
      table.text('brand').primary()
      table.text('key').notNullable()
    })
    await db.schema.createTable('kill_switches', table => {
      table.text('brand').primary()
      table.text('reason').notNullable()
      table.text('set_at').notNullable()
    })
  },
}
