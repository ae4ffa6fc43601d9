import { join } from 'node:path'
import { z } from 'zod'
import type { Project } from '../config/project.ts'
import { findArtifact } from './artifacts.ts'
import { writeAtomically } from './files.ts'

/** How the last build ended: what a sync's preflight reads. */
export const LastBuild = z.object({
  status: z.enum(['success', 'error']),
  runId: z.string(),
  invocationId: z.string().nullable(),
  /** D of that build, ISO date. */
  asOf: z.string(),
  /** When it ended, ISO instant. */
  at: z.string(),
  /** dbt's unique ids and what was wrong; with a selection, also what an earlier build left broken and this one did not touch. */
  failures: z.array(z.object({ node: z.string(), name: z.string(), message: z.string() })),
  /** True when D lay in the past. */
  historical: z.boolean(),
})
export type LastBuild = z.infer<typeof LastBuild>

/** The last build's end, or null before the first. A cancelled build leaves no trace here: what was good before still is. */
export function readLastBuild(project: Pick<Project, 'paths'>): Promise<LastBuild | null> {
  return findArtifact(lastBuildPath(project), LastBuild)
}

/** Replaces the record in one step. */
export async function writeLastBuild(project: Pick<Project, 'paths'>, build: LastBuild): Promise<void> {
  await writeAtomically(lastBuildPath(project), `${JSON.stringify(build, null, 2)}\n`)
}

const lastBuildPath = (project: Pick<Project, 'paths'>) => join(project.paths.state, 'last-build.json')
