import { dirname, join } from 'node:path'
import { z } from 'zod'
import { ConfigError, type Health, raw, sql, type Warehouse } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import type { Brand } from '../config/schema.ts'
import { findArtifact, Manifest, RunResults } from '../dbt/artifacts.ts'
import { type LastBuild, readLastBuild } from '../dbt/last-build.ts'
import { loadManifest } from '../dbt/models.ts'
import { isHistorical, staleness } from './freshness.ts'
import { newestImportAt } from './store.ts'

/** The build a run reads: its manifest, its data date, and whether it may be trusted. */
export interface BuildState {
  manifest: Manifest
  /** D, `YYYY-MM-DD`. */
  dataDate: string
  health: Health
}

/** What the warehouse file itself says of its build. */
const BuildInfo = z.object({ as_of_date: z.string(), built_at: z.string(), invocation_id: z.string().nullable() })

/**
 * Reads the last build's record, or with `after` (a manifest.json; run_results.json beside it) the artifacts of a dbt that ran elsewhere.
 * A broken or stale build is no error here: `health` says so and the engine blocks the run.
 */
export async function readBuildState(
  project: Project,
  brand: Brand,
  warehouse: Warehouse,
  o: { after?: string; now: Date; runId: string },
): Promise<BuildState> {
  const info = await buildInfo(project, warehouse, o.runId)
  const built = { dataDate: info.as_of_date, builtAt: instantOf(info.built_at) }
  const elsewhere = o.after === undefined ? null : await buildElsewhere(info, o.after)
  const last = elsewhere === null ? await readLastBuild(project) : null
  const failed = elsewhere === null ? failureOf(last) : elsewhere.failed
  const loads =
    elsewhere !== null || brand.sources.length === 0
      ? 'none expected'
      : { at: await newestLoad(project, brand, warehouse, o.runId) }
  const reason = failed ?? staleness(brand.guards, { builtAt: built.builtAt, loads }, o.now)
  return {
    manifest: elsewhere?.manifest ?? (await loadManifest(project)),
    dataDate: built.dataDate,
    health: { buildOk: reason === null, reason, historical: isHistorical(project.config.brands, built, last) },
  }
}

function failureOf(last: LastBuild | null): string | null {
  if (last?.status !== 'error') return null
  const [first] = last.failures
  const more = last.failures.length > 1 ? ` and ${last.failures.length - 1} more` : ''
  return `The last build failed: ${first === undefined ? 'see winback build' : `${first.name}: ${first.message}`}${more}`
}

/** The newest import of the brand that succeeded; else, where that is not on record, when its newest order was loaded. */
async function newestLoad(project: Project, brand: Brand, warehouse: Warehouse, runId: string): Promise<Date | null> {
  const importedAt = await newestImportAt(project, brand.slug)
  if (importedAt !== null) return new Date(importedAt)
  const table = `${project.names.contract}.in_orders`
  if (!(await warehouse.columns(table)).some(column => column.name === '_loaded_at')) return null
  const rows = await warehouse.query(
    sql`select cast(max(_loaded_at) as varchar) as loaded_at from ${raw(table)} where brand = ${brand.slug}`,
    z.object({ loaded_at: z.string().nullable() }),
    { tag: { runId, purpose: 'reading the newest load' } },
  )
  const loadedAt = rows[0]?.loaded_at ?? null
  return loadedAt === null ? null : instantOf(loadedAt)
}

/** A naive UTC timestamp as the warehouse writes it; an invalid Date for anything else. */
const instantOf = (text: string) => new Date(`${text.replace(' ', 'T')}Z`)

async function buildInfo(project: Project, warehouse: Warehouse, runId: string): Promise<z.infer<typeof BuildInfo>> {
  const call = { tag: { runId, purpose: 'reading build_info' } }
  const table = `${project.names.marts}.build_info`
  const there = (await warehouse.columns(table)).length > 0
  const rows = there
    ? await warehouse.query(
        sql`select cast(as_of_date as varchar) as as_of_date, cast(built_at as varchar) as built_at, invocation_id from ${raw(table)}`,
        BuildInfo,
        call,
      )
    : []
  if (rows[0] !== undefined) return rows[0]
  throw new ConfigError(
    'build.incomplete',
    `${table} is empty or missing: no whole build is in the warehouse`,
    'Run `winback build` without a selection.',
  )
}

const broken = new Set(['error', 'fail', 'runtime error', 'skipped', 'partial success'])

/** The artifacts of a dbt that ran elsewhere, and what broke there. Throws ConfigError unless they are of the build that the warehouse holds. */
async function buildElsewhere(
  info: z.infer<typeof BuildInfo>,
  path: string,
): Promise<{ manifest: Manifest; failed: string | null }> {
  const manifest = await findArtifact(path, Manifest)
  if (manifest === null)
    throw new ConfigError(
      'sync.after',
      `${path} is no manifest.json of dbt 1.8 or newer`,
      'Give the manifest.json in the target folder of that dbt.',
    )
  const resultsPath = join(dirname(path), 'run_results.json')
  const results = await findArtifact(resultsPath, RunResults)
  if (results === null)
    throw new ConfigError(
      'sync.after',
      `${resultsPath} is missing or unreadable`,
      'Keep run_results.json beside the manifest: it says whether the build succeeded.',
    )
  const invocation = results.metadata.invocation_id ?? null
  if (invocation !== info.invocation_id) {
    throw new ConfigError(
      'sync.after_other_build',
      `${resultsPath} tells of build ${invocation ?? 'unknown'}, but the warehouse holds ${info.invocation_id ?? 'unknown'}`,
      'Give the artifacts of the newest whole build, or build again.',
    )
  }
  const bad = results.results.filter(result => broken.has(result.status))
  if (bad.length === 0 && results.results.length > 0) return { manifest, failed: null }
  const name = bad[0]?.unique_id.split('.').at(-1) ?? 'nothing was built'
  return {
    manifest,
    failed: `The build elsewhere failed: ${name}${bad.length > 1 ? ` and ${bad.length - 1} more` : ''}`,
  }
}
