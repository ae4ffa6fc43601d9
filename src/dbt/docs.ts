import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ModelError } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import type { Run } from '../runs/with-run.ts'
import { failureText } from './failures.ts'
import { runOnCopy } from './on-copy.ts'

/** Generates dbt's documentation into `.winback/docs` and returns that folder; `index.html` carries its data and opens from disk. */
export async function generateDocs(project: Project, run: Run): Promise<string> {
  const ran = await runOnCopy(project, run, ['docs', 'generate', '--static'])
  const [first] = ran.failures
  if (first !== undefined) throw new ModelError('model.compile', failureText(first), 'Correct the model and try again.')
  const from = project.paths.target(project.target.target)
  const to = join(project.paths.state, 'docs')
  await mkdir(to, { recursive: true })
  await copyFile(join(from, 'static_index.html'), join(to, 'index.html'))
  for (const name of ['manifest.json', 'catalog.json']) await copyFile(join(from, name), join(to, name))
  return to
}
