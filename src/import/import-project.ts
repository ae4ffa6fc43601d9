import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Call, ConfigError, openDuckDb, raw, sql, type Warehouse } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import type { Brand } from '../config/schema.ts'
import { landSource, listReasons, planSource, type SourceImport, sumTables } from './csv/import-source.ts'
import { deleteSource, ensureRawSchema } from './csv/raw-tables.ts'
import type { ImportedFile, ImportedTable, ImportProgress, Reason } from './import-result.ts'

/** What an import of a project did. */
export interface ProjectImport {
  tables: ImportedTable[]
  files: (ImportedFile & { brand: string; source: string })[]
  /** The commonest reasons of rejects, most first. */
  reasons: (Reason & { brand: string })[]
}

/** DuckDB's share of an import's memory, megabytes: it grows no further whatever the file. Measured in docs/import.md. */
const MEMORY_MB = 128

/**
 * Imports every file of the given brands into raw.duckdb: all files are looked at before the first row is written, then
 * each is replaced in a transaction of its own. With all brands given, rows of sources that left winback.yml are removed.
 */
export async function importProject(
  project: Pick<Project, 'dir' | 'config' | 'paths' | 'names' | 'target'>,
  brands: readonly Brand[],
  run: { id: string; signal: AbortSignal; now: string },
  onProgress: (progress: ImportProgress) => void,
): Promise<ProjectImport> {
  if (brands.every(brand => brand.sources.length === 0)) {
    throw new ConfigError(
      'import.no_sources',
      'winback.yml names no files to import',
      'Add `sources:` with `connector: csv` and `files:` to a brand; docs/import.md has an example.',
    )
  }
  await mkdir(project.paths.state, { recursive: true })
  const call: Call = { signal: run.signal, tag: { runId: run.id, purpose: 'importing' } }
  const warehouse = await openDuckDb({
    main: { path: project.paths.raw, as: 'raw' },
    attach: [],
    memoryLimitMb: MEMORY_MB,
    threads: project.target.threads,
  })
  try {
    const to = { warehouse, schema: project.names.raw, call, projectDir: project.dir, now: run.now }
    const sources = brands.flatMap(brand =>
      brand.sources.map(
        (source): SourceImport => ({ ...to, brand, source, spoolDir: join(project.paths.state, 'import') }),
      ),
    )
    return await importSources(sources, brands.length === project.config.brands.length, onProgress)
  } finally {
    await warehouse.close()
  }
}

async function importSources(
  sources: readonly SourceImport[],
  areAll: boolean,
  onProgress: (progress: ImportProgress) => void,
): Promise<ProjectImport> {
  const planned = []
  for (const source of sources) planned.push(await planSource(source))
  const result: ProjectImport = { tables: [], files: [], reasons: [] }
  for (const plan of planned) {
    const { of } = plan
    const files = await landSource(plan, onProgress)
    result.tables.push(...sumTables(of, files))
    result.files.push(...files.map(file => ({ ...file, brand: of.brand.slug, source: of.source.name })))
    result.reasons.push(...(await listReasons(of, 10)).map(reason => ({ ...reason, brand: of.brand.slug })))
  }
  const [first] = sources
  if (areAll && first !== undefined) await removeGoneSources(first.warehouse, first.schema, sources, first.call)
  result.reasons.sort((a, b) => b.count - a.count)
  return result
}

/** Removes what stands in raw tables of sources that winback.yml no longer has. */
async function removeGoneSources(
  warehouse: Warehouse,
  schema: string,
  sources: readonly SourceImport[],
  call: Call,
): Promise<void> {
  await ensureRawSchema(warehouse, schema, call)
  const known = await warehouse.query(
    sql`select distinct brand, source from ${raw(schema)}.imports`,
    z.object({ brand: z.string(), source: z.string() }),
    call,
  )
  for (const key of known) {
    if (sources.some(of => of.brand.slug === key.brand && of.source.name === key.source)) continue
    await deleteSource(warehouse, schema, key, call)
  }
}
