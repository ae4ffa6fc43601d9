import { existsSync } from 'node:fs'
import { z } from 'zod'
import { openDuckDb, raw, sql } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import { resolveAsOf } from './as-of.ts'
import { readLastBuild } from './last-build.ts'

/** D of the build that warehouse.duckdb holds, as its `build_info` says; else of the last build's record; else today. ISO date. */
export async function dataDate(project: Project, now: Date): Promise<string> {
  const { warehouse } = project.paths
  const today = resolveAsOf(project.config.brands, undefined, now).date
  if (!existsSync(warehouse)) return today
  const db = await openDuckDb({ main: { path: warehouse, as: 'warehouse', readOnly: true }, attach: [], locked: true })
  try {
    const table = `${project.names.marts}.build_info`
    const columns = await db.columns(table)
    if (columns.length === 0) return (await readLastBuild(project))?.asOf ?? today
    const rows = await db.query(
      sql`select cast(as_of_date as varchar) as day from ${raw(table)} limit 1`,
      z.object({ day: z.string() }),
      { tag: { runId: 'none', purpose: 'reading build_info' } },
    )
    return rows[0]?.day ?? today
  } finally {
    await db.close()
  }
}
