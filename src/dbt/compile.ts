import { join } from 'node:path'
import { ModelError } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import type { Run } from '../runs/with-run.ts'
import { findArtifact, Manifest } from './artifacts.ts'
import { failureText } from './failures.ts'
import { type Selection, selectionFlags } from './invocation.ts'
import { runOnCopy } from './on-copy.ts'

/** One node's SQL as dbt would send it. */
export interface Compiled {
  name: string
  /** model, test, seed, audience … */
  type: string
  sql: string
}

/** Compiles a selection by `dbt compile`, over a copy: some models look at what is there. Throws ModelError naming what broke. */
export async function compileNodes(project: Project, run: Run, selection: Selection): Promise<Compiled[]> {
  const ran = await runOnCopy(project, run, ['compile', ...selectionFlags(selection)])
  const [first] = ran.failures
  if (first !== undefined)
    throw new ModelError('model.compile', failureText(first), 'Correct the model and compile again.')
  const manifest = await findArtifact(join(project.paths.target(project.target.target), 'manifest.json'), Manifest)
  return ran.results.flatMap(({ unique_id, compiled_code }) => {
    const node = manifest?.nodes[unique_id]
    return node && compiled_code ? [{ name: node.name, type: node.resource_type, sql: compiled_code.trim() }] : []
  })
}
