import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { CsvSource } from '../../src/config/schema.ts'
import { importSource, type SourceImport } from '../../src/import/csv/import-source.ts'
import type { ImportProgress } from '../../src/import/import-result.ts'
import { type Call, openDuckDb, raw, type Warehouse } from '../../sync/index.ts'

/** A folder with files and a raw.duckdb beside them. */
export interface ImportFixture {
  dir: string
  warehouse: Warehouse
  /** Writes a file into the folder. */
  write(name: string, content: string | Uint8Array): void
  /** Imports the given files of one source; brand acme, pounds, London unless told. */
  load(
    source: Partial<Omit<CsvSource, 'connector'>>,
    more?: Partial<SourceImport>,
    onProgress?: (progress: ImportProgress) => void,
  ): ReturnType<typeof importSource>
  /** Rows of a statement over the raw catalog; `raw.winback_raw` is the schema. */
  rows<T = Record<string, unknown>>(sql: string): Promise<T[]>
  /** The raw tables whole, to compare before with after. */
  everything(): Promise<unknown>
  close(): Promise<void>
}

const call: Call = { tag: { runId: 'run_test', purpose: 'testing' } }

/** Opens a fixture in a new temporary folder. */
export async function openFixture(): Promise<ImportFixture> {
  const dir = mkdtempSync(join(tmpdir(), 'winback-import-'))
  const open = () => openDuckDb({ main: { path: join(dir, 'raw.duckdb'), as: 'raw' }, attach: [], memoryLimitMb: 128 })
  const warehouse = await open()
  const rows = async <T>(sql: string) =>
    (await warehouse.query(raw(sql), z.record(z.string(), z.unknown()), call)) as T[]
  return {
    dir,
    warehouse,
    write: (name, content) => writeFileSync(join(dir, name), content),
    load: (source, more, onProgress) =>
      importSource(
        {
          warehouse,
          schema: 'raw.winback_raw',
          call,
          projectDir: dir,
          spoolDir: join(dir, 'spool'),
          brand: { slug: 'acme', currency: 'GBP', timezone: 'Europe/London' },
          source: { connector: 'csv', name: 'csv', files: {}, columns: {}, ...source },
          now: '2026-11-22T10:00:00.000Z',
          ...more,
        },
        onProgress,
      ),
    rows,
    everything: async () => {
      const tables = await rows<{ name: string }>(
        `select table_name as name from duckdb_tables() where schema_name = 'winback_raw' order by 1`,
      )
      return Promise.all(
        tables.map(async ({ name }) => [name, await rows(`from raw.winback_raw.${name} order by all`)]),
      )
    },
    close: async () => {
      await warehouse.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
