import type { Knex } from 'knex'
import type { Migration } from '../migrate.ts'

/** Runs, their events, and the lease that lets one run write at a time. */
export const runs: Migration = {
  name: '0001_runs',
  async up(db: Knex) {
    await db.schema.createTable('runs', table => {
      table.text('id').primary()
      table.text('kind').notNullable()
      table.text('status').notNullable().index()
      table.text('input').notNullable()
      table.text('result')
      table.text('error_code')
      table.text('error_message')
      table.text('created_at').notNullable().index()
      table.text('started_at')
      table.text('ended_at')
    })
    await db.schema.createTable('run_events', table => {
      table.increments('id')
      table.text('run_id').notNullable().index()
      table.text('at').notNullable()
      table.text('type').notNullable()
      table.text('data').notNullable()
    })
    await db.schema.createTable('leases', table => {
      table.text('name').primary()
      table.bigInteger('epoch').notNullable()
      table.text('run_id')
      table.text('holder')
      table.bigInteger('expires_ms').notNullable()
    })
  },
}
