import type { Project } from '../config/project.ts'
import type { Run } from '../runs/with-run.ts'
import { keepArtifacts } from './artifact-files.ts'
import { withBuildCopy } from './build-copy.ts'
import { dataDate } from './data-date.ts'
import type { DbtEvent } from './events.ts'
import { keepFailingRows } from './failing-rows.ts'
import { invocation } from './invocation.ts'
import { cleanLeftovers } from './leftovers.ts'
import { type DbtRun, runDbt } from './run.ts'
import { buildVars } from './vars.ts'

/**
 * Runs `dbt test`, `compile` or `docs generate` over a copy of the last good build that is then thrown away: whatever dbt
 * writes, readers and the warehouse see nothing of it. The data date is the build's. Runs under the project's lease.
 */
export async function runOnCopy(
  project: Project,
  run: Run,
  args: readonly string[],
  onEvent?: (event: DbtEvent) => void,
): Promise<DbtRun> {
  await cleanLeftovers(project)
  const vars = buildVars(project.config, await dataDate(project, new Date()))
  return withBuildCopy(project, run.id, async copy => {
    const ran = await runDbt(invocation(project, { ...run, copy, vars, ...(onEvent && { onEvent }) }, args))
    await keepArtifacts(project, run.id, ran.failures)
    if (args[0] === 'test') await keepFailingRows(project, copy, ran.failures, ran.results)
    return ran
  })
}
