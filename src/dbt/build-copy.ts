import { constants, existsSync } from 'node:fs'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Project } from '../config/project.ts'
import { checkpoint, copyDatabase, createDatabase, text, withDuckDb } from './duckdb-copy.ts'
import { replaceFile } from './files.ts'
import { diskFull } from './stopped.ts'

/** The files one dbt run works on: nobody else opens them. */
export interface BuildCopy {
  dir: string
  /** A copy of the last good build; absent on the first. Its stem stays `warehouse`: views store the catalog's name. */
  warehouse: string
  /** The real raw file, opened read-only; an empty one where nothing was imported. */
  raw: string
  /** A snapshot of the ledger that dbt may write to; thrown away. */
  ledger: string
}

/** Makes the copy, hands it to `work`, and removes its folder whatever happens. Call it under the project's lease only. */
export async function withBuildCopy<T>(
  project: Pick<Project, 'paths'>,
  runId: string,
  work: (copy: BuildCopy) => Promise<T>,
): Promise<T> {
  const { paths } = project
  const dir = paths.build(runId)
  const copy = {
    dir,
    warehouse: join(dir, 'warehouse.duckdb'),
    raw: existsSync(paths.raw) ? paths.raw : join(dir, 'raw.duckdb'),
    ledger: join(dir, 'ledger.duckdb'),
  }
  const temp = join(dir, 'spill')
  try {
    await mkdir(dir, { recursive: true })
    if (existsSync(paths.warehouse)) await copyWarehouse(paths.warehouse, copy.warehouse, temp)
    if (existsSync(paths.ledger)) await copyDatabase(paths.ledger, copy.ledger, temp)
    if (!existsSync(copy.raw)) await createDatabase(copy.raw, temp)
    return await work(copy)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull(error)
    throw error
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * Puts a finished copy in place of warehouse.duckdb by rename: readers that hold the old file keep its rows, a new reader
 * sees the new ones. Refuses a copy whose `.wal` cannot be folded in.
 */
export async function swapIn(project: Pick<Project, 'paths'>, copy: BuildCopy): Promise<void> {
  const { warehouse } = project.paths
  if (existsSync(`${copy.warehouse}.wal`)) await checkpoint(copy.warehouse, join(copy.dir, 'spill'))
  await rm(`${warehouse}.wal`, { force: true }) // of a foreign writer; a new file must not meet it
  await replaceFile(copy.warehouse, warehouse)
}

// Attached while the file is copied, so that no foreign program can open it for writing meanwhile.
async function copyWarehouse(from: string, to: string, temp: string): Promise<void> {
  if (existsSync(`${from}.wal`)) return copyDatabase(from, to, temp)
  await withDuckDb(temp, async db => {
    await db.run(`attach ${text(from)} as source_db (read_only)`)
    await copyFile(from, to, constants.COPYFILE_FICLONE)
  })
}
