import { z } from 'zod'
import { type Call, raw, sql, type Warehouse } from '../../../sync/index.ts'
import { Entity } from '../../config/schema.ts'
import { entityFields } from './entity-fields.ts'
import { sqlTypes } from './field.ts'
import { rawTable } from './value-sql.ts'

/** Which rows of a raw table belong together: those of one file of one source. */
export interface FileKey {
  brand: string
  source: string
  entity: Entity
  /** As `_file` has it. */
  file: string
}

/** What `imports` knows of a file: its newest state. */
export const ImportState = z.object({
  entity: z.string(),
  file: z.string(),
  fingerprint: z.string(),
  recipe: z.string(),
  rows: z.number(),
  rejected: z.number(),
})
export type ImportState = z.infer<typeof ImportState>

/**
 * Creates the raw schema with `rejects` and `imports` where absent. Idempotent.
 * `imports.recipe` is what the file was read by (columns, currency, zone): another recipe is another reading of the same bytes;
 * `checked_at` is the last time that the file was found as it is.
 */
export async function ensureRawSchema(warehouse: Warehouse, schema: string, call: Call): Promise<void> {
  for (const text of [
    `create schema if not exists ${schema}`,
    `create table if not exists ${schema}.rejects (brand varchar, source varchar, entity varchar, file varchar, line bigint,
      "column" varchar, reason varchar, value_sample varchar, rejected_at timestamp)`,
    `create table if not exists ${schema}.imports (brand varchar, source varchar, entity varchar, file varchar, fingerprint varchar,
      bytes bigint, "rows" bigint, rejected bigint, loaded_at timestamp, recipe varchar, checked_at timestamp)`,
  ]) {
    await warehouse.execute(raw(text), call)
  }
}

/** Creates an entity's raw table, or adds the columns that an older one lacks. Idempotent. */
export async function ensureRawTable(warehouse: Warehouse, schema: string, entity: Entity, call: Call): Promise<void> {
  const table = `${schema}.${rawTable(entity)}`
  const columns: [string, string][] = [
    ['brand', 'varchar'],
    ['source', 'varchar'],
    ...entityFields[entity].fields.map((field): [string, string] => [field.name, sqlTypes[field.kind]]),
    ['_file', 'varchar'],
    ['_line', 'bigint'],
    ['_loaded_at', 'timestamp'],
  ]
  const list = columns.map(([name, type]) => `"${name}" ${type}`).join(', ')
  await warehouse.execute(raw(`create table if not exists ${table} (${list})`), call)
  const present = new Set((await warehouse.columns(table)).map(column => column.name))
  for (const [name, type] of columns) {
    if (!present.has(name)) await warehouse.execute(raw(`alter table ${table} add column "${name}" ${type}`), call)
  }
}

/** The state of every file of a source. */
export async function listImports(
  warehouse: Warehouse,
  schema: string,
  of: { brand: string; source: string },
  call: Call,
): Promise<ImportState[]> {
  return warehouse.query(
    sql`select entity, file, fingerprint, recipe, "rows", rejected from ${raw(schema)}.imports
      where brand = ${of.brand} and source = ${of.source} order by entity, file`,
    ImportState,
    call,
  )
}

/** Deletes a file's rows, rejects and state; the caller holds the transaction. */
export async function deleteFile(warehouse: Warehouse, schema: string, key: FileKey, call: Call): Promise<void> {
  const { brand, source, entity, file } = key
  const table = `${schema}.${rawTable(entity)}`
  if ((await warehouse.columns(table)).length > 0) {
    await warehouse.execute(
      sql`delete from ${raw(table)} where brand = ${brand} and source = ${source} and _file = ${file}`,
      call,
    )
  }
  for (const name of ['rejects', 'imports']) {
    await warehouse.execute(
      sql`delete from ${raw(`${schema}.${name}`)}
        where brand = ${brand} and source = ${source} and entity = ${entity} and file = ${file}`,
      call,
    )
  }
}

/** Deletes everything of a source in one transaction. */
export async function deleteSource(
  warehouse: Warehouse,
  schema: string,
  { brand, source }: { brand: string; source: string },
  call: Call,
): Promise<void> {
  await inTransaction(warehouse, call, async () => {
    for (const name of [...Entity.options.map(rawTable), 'rejects', 'imports']) {
      const table = `${schema}.${name}`
      if ((await warehouse.columns(table)).length === 0) continue
      await warehouse.execute(sql`delete from ${raw(table)} where brand = ${brand} and source = ${source}`, call)
    }
  })
}

/** Runs `work` in one transaction: all of it, or on any error nothing. */
export async function inTransaction<T>(warehouse: Warehouse, call: Call, work: () => Promise<T>): Promise<T> {
  await warehouse.execute(raw('begin transaction'), call)
  try {
    const result = await work()
    await warehouse.execute(raw('commit'), call)
    return result
  } catch (error) {
    // Without the caller's signal: an aborted import is rolled back too. A failed commit has rolled back by itself.
    await warehouse.execute(raw('rollback'), { tag: call.tag }).catch(() => {})
    throw error
  }
}
