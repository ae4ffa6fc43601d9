import { dirname, join } from 'node:path'
import { z } from 'zod'
import { ConfigError, type Health, raw, sql, type Warehouse } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import type { Brand } from '../config/schema.ts'
import { findArtifact, Manifest, RunResults } from '../dbt/artifacts.ts'
import { dayIn } from '../dbt/as-of.ts'
import { readLastBuild } from '../dbt/last-build.ts'
import { loadManifest } from '../dbt/models.ts'
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
  if (o.after !== undefined) return afterElsewhere(brand, info, o.after, o.now)

  const manifest = await loadManifest(project)
  const last = await readLastBuild(project)
  const dataDate = info.as_of_date
  const historical = dataDate < dayIn(brand.timezone, o.now)
  if (last?.status === 'error') {
    const [first] = last.failures
    const more = last.failures.length > 1 ? ` and ${last.failures.length - 1} more` : ''
    const reason = `The last build failed: ${first === undefined ? 'see winback build' : `${first.name}: ${first.message}`}${more}`
    return { manifest, dataDate, health: { buildOk: false, reason, historical } }
  }
  const reason = await staleness(project, brand, last?.at ?? `${info.built_at.replace(' ', 'T')}Z`, o.now)
  return { manifest, dataDate, health: { buildOk: reason === null, reason, historical } }
}

async function staleness(project: Project, brand: Brand, builtAt: string, now: Date): Promise<string | null> {
  const hours = (at: string) => (now.getTime() - Date.parse(at)) / 3_600_000
  const { maxBuildAgeHours, maxImportAgeHours } = brand.guards
  if (hours(builtAt) > maxBuildAgeHours)
    return `The last build is ${Math.floor(hours(builtAt))} hours old; guards.maxBuildAgeHours is ${maxBuildAgeHours}`
  const importedAt = await newestImportAt(project)
  if (importedAt !== null && hours(importedAt) > maxImportAgeHours)
    return `The last import is ${Math.floor(hours(importedAt))} hours old; guards.maxImportAgeHours is ${maxImportAgeHours}`
  return null
}

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

async function afterElsewhere(
  brand: Brand,
  info: z.infer<typeof BuildInfo>,
  path: string,
  now: Date,
): Promise<BuildState> {
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
  const dataDate = info.as_of_date
  const historical = dataDate < dayIn(brand.timezone, now)
  const bad = results.results.filter(result => broken.has(result.status))
  const ok = bad.length === 0 && results.results.length > 0
  const name = bad[0]?.unique_id.split('.').at(-1) ?? 'nothing was built'
  const reason = ok ? null : `The build elsewhere failed: ${name}${bad.length > 1 ? ` and ${bad.length - 1} more` : ''}`
  const generated = Date.parse(manifest.metadata.generated_at ?? '')
  const hours = (now.getTime() - generated) / 3_600_000
  if (ok && hours > brand.guards.maxBuildAgeHours) {
    return {
      manifest,
      dataDate,
      health: {
        buildOk: false,
        reason: `That build is ${Math.floor(hours)} hours old; guards.maxBuildAgeHours is ${brand.guards.maxBuildAgeHours}`,
        historical,
      },
    }
  }
  return { manifest, dataDate, health: { buildOk: ok, reason, historical } }
}
