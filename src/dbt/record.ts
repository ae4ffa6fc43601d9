import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Project } from '../config/project.ts'
import { findArtifact, Manifest } from './artifacts.ts'
import type { AsOf } from './as-of.ts'
import { failureText } from './failures.ts'
import { writeAtomically } from './files.ts'
import { type LastBuild, readLastBuild, writeLastBuild } from './last-build.ts'
import { manifestPath } from './models.ts'
import type { DbtRun } from './run.ts'

/** Keeps the manifest of the build just swapped in: audiences compile against what the warehouse holds, not what was parsed last. */
export async function publishManifest(project: Project): Promise<void> {
  await writeAtomically(manifestPath(project), await readFile(parsedManifest(project), 'utf8'))
}

/** Records how a build ended. A partial build cannot clear what it did not touch: earlier failures of other nodes stay. */
export async function recordBuild(
  project: Project,
  runId: string,
  ran: DbtRun,
  asOf: AsOf,
  isPartial: boolean,
): Promise<void> {
  const failures = ran.failures.map(failure => ({
    node: failure.node,
    name: failure.name,
    message: failureText(failure),
  }))
  const left = isPartial ? await stillBroken(project, ran) : []
  await writeLastBuild(project, {
    status: failures.length + left.length === 0 ? 'success' : 'error',
    runId,
    invocationId: ran.invocationId,
    asOf: asOf.date,
    at: new Date().toISOString(),
    failures: [...failures, ...left],
    historical: asOf.isHistorical,
  })
}

async function stillBroken(project: Project, ran: DbtRun): Promise<LastBuild['failures']> {
  const before = (await readLastBuild(project))?.failures ?? []
  if (before.length === 0) return []
  const touched = new Set(ran.results.filter(result => result.status !== 'skipped').map(result => result.unique_id))
  const manifest = await findArtifact(parsedManifest(project), Manifest)
  const exists = (node: string) => manifest === null || node in manifest.nodes || node in manifest.unit_tests
  return before.filter(failure => !touched.has(failure.node) && exists(failure.node))
}

const parsedManifest = (project: Project) => join(project.paths.target(project.target.target), 'manifest.json')
