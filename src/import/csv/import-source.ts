import { rm } from 'node:fs/promises'
import { type Call, Cancelled, raw, type Sql, sql, type Warehouse } from '../../../sync/index.ts'
import { type CsvSource, Entity } from '../../config/schema.ts'
import { type ImportedFile, type ImportedTable, type ImportProgress, Reason } from '../import-result.ts'
import { findFiles } from './find-files.ts'
import { loadFile } from './load-file.ts'
import { type FilePlan, planFile } from './plan-file.ts'
import { deleteFile, ensureRawSchema, inTransaction, listImports } from './raw-tables.ts'
import { rawTable } from './value-sql.ts'

/** One CSV source of one brand, and where its rows go. */
export interface SourceImport {
  warehouse: Warehouse
  /** S_raw as SQL writes it: `raw.winback_raw`. */
  schema: string
  call: Call
  /** Paths of the source's files are relative to it. */
  projectDir: string
  /** A folder of our own for segments of files: emptied first, removed at the end. */
  spoolDir: string
  brand: { slug: string; currency: string; timezone: string }
  source: CsvSource
  /** The import's instant, ISO text. */
  now: string
}

/** A source whose files have been looked at and found right as a whole. */
export interface PlannedSource {
  of: SourceImport
  files: FilePlan[]
}

/** Looks at every file of a source. Throws ConfigError for the first that cannot be imported; nothing is written. */
export function planSource(of: SourceImport): Promise<PlannedSource> {
  return stoppable(of.call, () => plan(of))
}

async function plan(of: SourceImport): Promise<PlannedSource> {
  const entities = Entity.options.filter(entity => of.source.files[entity] !== undefined)
  const files: FilePlan[] = []
  for (const entity of entities) {
    const columns = of.source.columns[entity] ?? {}
    for (const file of await findFiles(of.projectDir, of.source.files[entity] ?? '')) {
      files.push(
        await planFile(
          of,
          { ...file, entity, entities },
          { columns, currency: of.brand.currency, timezone: of.brand.timezone },
        ),
      )
    }
  }
  return { of, files }
}

/** Lands a planned source: skips what has not changed, replaces the rest file by file, each in a transaction, then removes what winback.yml no longer names. Restartable: what was done stays done. */
export function landSource(
  planned: PlannedSource,
  onProgress: (progress: ImportProgress) => void = () => {},
): Promise<ImportedFile[]> {
  return stoppable(planned.of.call, () => land(planned, onProgress))
}

async function land(
  { of, files }: PlannedSource,
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportedFile[]> {
  const { warehouse, schema, call, brand, source } = of
  const key = { brand: brand.slug, source: source.name }
  await ensureRawSchema(warehouse, schema, call)
  await rm(of.spoolDir, { recursive: true, force: true })
  const known = await listImports(warehouse, schema, key, call)
  const results: ImportedFile[] = []
  const before = (plan: FilePlan) =>
    known.find(
      old =>
        old.entity === plan.entity &&
        old.file === plan.file.name &&
        old.fingerprint === plan.fingerprint &&
        old.recipe === plan.recipe,
    )
  const total = files.reduce((sum, plan) => sum + (before(plan) === undefined ? plan.file.bytes : 0), 0)
  let done = 0
  try {
    for (const plan of files) {
      const same = before(plan)
      const { entity, file } = plan
      if (same !== undefined) {
        await warehouse.execute(touchSql(of, plan), call)
        results.push({ entity, file: file.name, rows: same.rows, rejected: same.rejected, state: 'unchanged' })
        continue
      }
      const to = { ...of, brand: brand.slug, source: source.name, currency: brand.currency, timezone: brand.timezone }
      const loaded = await loadFile(to, plan, bytes => onProgress({ file: file.name, done: done + bytes, total }))
      done += file.bytes
      results.push({ entity, file: file.name, ...loaded, state: 'loaded' })
    }
  } finally {
    await rm(of.spoolDir, { recursive: true, force: true })
  }
  // Last, so that a file that was renamed is there under its new name before the old one goes.
  for (const old of known) {
    if (files.some(plan => plan.entity === old.entity && plan.file.name === old.file)) continue
    const entity = Entity.parse(old.entity)
    await inTransaction(warehouse, call, () => deleteFile(warehouse, schema, { ...key, entity, file: old.file }, call))
    results.push({ entity, file: old.file, rows: 0, rejected: 0, state: 'removed' })
  }
  return results
}

/** Plans and lands one source. */
export async function importSource(
  of: SourceImport,
  onProgress: (progress: ImportProgress) => void = () => {},
): Promise<ImportedFile[]> {
  return landSource(await planSource(of), onProgress)
}

/** The files of a source summed by raw table; a table whose last file was removed stands with 0 rows. */
export function sumTables(of: Pick<SourceImport, 'brand' | 'source'>, files: readonly ImportedFile[]): ImportedTable[] {
  return Entity.options.flatMap(entity => {
    const mine = files.filter(file => file.entity === entity)
    if (mine.length === 0) return []
    const sum = (of: 'rows' | 'rejected') => mine.reduce((total, file) => total + file[of], 0)
    const name = { brand: of.brand.slug, source: of.source.name, table: rawTable(entity) }
    return [{ ...name, rows: sum('rows'), rejected: sum('rejected') }]
  })
}

/** The commonest reasons of a source's rejects with their first lines: what a person should look at. */
export async function listReasons(of: SourceImport, limit: number): Promise<Reason[]> {
  return of.warehouse.query(
    sql`select entity, file, "column", reason, count(*) as "count", min(line) as line from ${raw(of.schema)}.rejects
      where brand = ${of.brand.slug} and source = ${of.source.name}
      group by all order by "count" desc, file, line limit ${limit}`,
    Reason,
    of.call,
  )
}

// Streams and the database each stop in their own words.
async function stoppable<T>({ signal }: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (signal?.aborted !== true) throw cause
    throw new Cancelled(
      'run.cancelled',
      'The import was stopped: files that were done stay done, the others are as they were',
      'Import again: it goes on with the files that are left.',
      { cause },
    )
  }
}

function touchSql({ schema, brand, source, now }: SourceImport, { entity, file }: FilePlan): Sql {
  return sql`update ${raw(schema)}.imports set checked_at = cast(${now} as timestamp)
    where brand = ${brand.slug} and source = ${source.name} and entity = ${entity} and file = ${file.name}`
}
