import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Project } from '../config/project.ts'
import { findArtifact, RunResults } from './artifacts.ts'
import type { Failure } from './failures.ts'
import { redactPeople } from './redact.ts'

/**
 * Moves what explains a run from dbt's target folder, which is the next run's, to the run's own: manifest, results, and
 * the SQL of what failed (`compiledPath` of the failures then points there). People in the database's messages are masked
 * in both places. What dbt did not write is passed over.
 */
export async function keepArtifacts(project: Project, runId: string, failures: Failure[]): Promise<void> {
  const from = project.paths.target(project.target.target)
  const to = project.paths.run(runId)
  await mkdir(to, { recursive: true })
  await maskResults(join(from, 'run_results.json'))
  for (const name of ['manifest.json', 'run_results.json']) await copyIfThere(join(from, name), join(to, name))
  for (const failure of failures) {
    if (failure.compiledPath === null) continue
    const kept = join(to, `${failure.name.replaceAll('/', '_')}.sql`)
    failure.compiledPath = (await copyIfThere(failure.compiledPath, kept)) ? kept : null
  }
}

async function maskResults(file: string): Promise<void> {
  const found = await findArtifact(file, RunResults)
  if (found === null) return
  const results = found.results.map(result => ({
    ...result,
    message: result.message && redactPeople(result.message),
  }))
  await writeFile(file, JSON.stringify({ ...found, results }))
}

async function copyIfThere(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
