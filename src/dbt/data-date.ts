import { existsSync } from 'node:fs'
import { z } from 'zod'
import { ConfigError, openDuckDb, raw, sql } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import { type AsOf, resolveAsOf } from './as-of.ts'
import { isPartial, type Selection } from './invocation.ts'
import { readLastBuild } from './last-build.ts'

type Built = Pick<Project, 'config' | 'paths' | 'names'>

/**
 * The data date that a build will count to. A part of the project keeps the date of the build it becomes part of: what it does not
 * build still counts to that one. Before any build a part takes `--as-of` or today, as the whole does. Call it under the project's
 * lease. Throws ConfigError for a date that cannot be, or another one than a part must keep.
 */
export async function resolveBuildDate(
  project: Built,
  o: { asOf: string | undefined; selection: Selection; now: Date },
): Promise<AsOf> {
  const { brands } = project.config
  const asked = resolveAsOf(brands, o.asOf, o.now)
  if (!isPartial(o.selection) || !existsSync(project.paths.warehouse)) return asked
  const date = await dataDate(project, o.now)
  if (o.asOf !== undefined && o.asOf !== date) {
    throw new ConfigError(
      'build.partial_as_of',
      `A partial build keeps the data date ${date}; --as-of ${o.asOf} would mix two`,
      'Build without a selection to change the data date.',
    )
  }
  const last = await readLastBuild(project)
  // Without a record of that build's own the cautious answer: a sync may then ask once too often.
  const isHistorical = last?.asOf === date ? last.historical : date < resolveAsOf(brands, undefined, o.now).date
  return { date, isHistorical }
}

/** D of the build that warehouse.duckdb holds, as its `build_info` says; else of the last build's record; else today. ISO date. */
export async function dataDate(project: Built, now: Date): Promise<string> {
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
