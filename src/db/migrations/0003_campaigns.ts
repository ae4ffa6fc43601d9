import type { Knex } from 'knex'
import type { Migration } from '../migrate.ts'

/** Launch state of campaigns, and the syncs that own a list each. */
export const campaigns: Migration = {
  name: '0003_campaigns',
  async up(db: Knex) {
    await db.schema.createTable('campaigns', table => {
      table.text('id').notNullable()
      table.text('brand').notNullable()
      table.text('slug').notNullable()
      table.text('status').notNullable()
      table.text('launched_on')
      table.double('holdout_share')
      table.text('salt')
      table.integer('window_days')
      table.text('outcome')
      table.text('created_at').notNullable()
      table.text('updated_at').notNullable()
      table.primary(['brand', 'slug'])
      table.unique(['brand', 'id'])
    })
    await db.schema.createTable('syncs', table => {
      table.text('id').primary()
      table.text('brand').notNullable()
      table.text('kind').notNullable()
      table.text('subject').notNullable()
      table.text('destination').notNullable()
      table.text('list_name').notNullable()
      table.text('created_at').notNullable()
      table.unique(['brand', 'kind', 'subject', 'destination'])
      table.unique(['brand', 'destination', 'list_name'])
    })
  },
}
