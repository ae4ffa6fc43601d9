import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Project } from '../config/project.ts'
import type { RunResult } from './artifacts.ts'
import type { BuildCopy } from './build-copy.ts'
import { text, withDuckDb } from './duckdb-copy.ts'
import type { Failure } from './failures.ts'

/** Rows kept of each failing test. */
const LIMIT = 1000

/** The file of the last build's (or test's) failing rows: a table for each failing test, named as the test. */
export const failingRowsPath = (project: Pick<Project, 'paths'>): string =>
  join(project.paths.state, 'failing-rows.duckdb')

/**
 * Keeps the rows that made tests fail, since the copy they were found in is thrown away: `winback show TEST` reads them.
 * The file replaces the one before; with no failing test it is removed. A test whose rows cannot be read is passed over.
 */
export async function keepFailingRows(
  project: Pick<Project, 'paths'>,
  copy: BuildCopy,
  failures: readonly Failure[],
  results: readonly RunResult[],
): Promise<void> {
  const file = failingRowsPath(project)
  await rm(file, { force: true })
  const failed = failures.filter(failure => failure.kind === 'test' && failure.count !== null)
  if (failed.length === 0 || !existsSync(copy.warehouse)) return
  await withDuckDb(join(copy.dir, 'spill'), async db => {
    await db.run(`attach ${text(copy.warehouse)} as warehouse (read_only)`)
    await db.run(`attach ${text(copy.raw)} as raw (read_only)`)
    if (existsSync(copy.ledger)) await db.run(`attach ${text(copy.ledger)} as ledger (read_only)`)
    await db.run(`attach ${text(file)} as failing`)
    for (const failure of failed) {
      const select = results.find(result => result.unique_id === failure.node)?.compiled_code
      if (!select) continue
      const table = `failing.main."${failure.name.replaceAll('"', '""')}"`
      await db.run(`create table ${table} as select * from (\n${select}\n) limit ${LIMIT}`).catch(() => {})
    }
    await db.run('detach failing')
  })
}
