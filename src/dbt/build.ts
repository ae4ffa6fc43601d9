import { ModelError } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import type { Run } from '../runs/with-run.ts'
import { keepArtifacts } from './artifact-files.ts'
import type { AsOf } from './as-of.ts'
import { type BuildCopy, swapIn, withBuildCopy } from './build-copy.ts'
import type { DbtEvent } from './events.ts'
import { keepFailingRows } from './failing-rows.ts'
import { type Failure, failureHint, failureText } from './failures.ts'
import { type FitStep, nothingToFit } from './fit-step.ts'
import { invocation, isPartial, type Selection, selectionFlags } from './invocation.ts'
import { cleanLeftovers } from './leftovers.ts'
import { publishManifest, recordBuild } from './record.ts'
import { addCounts } from './results.ts'
import { type DbtRun, runDbt, WITHOUT_UNIT_TESTS } from './run.ts'
import { buildVars } from './vars.ts'

/** What to build. */
export interface BuildOptions {
  asOf: AsOf
  selection: Selection
  fitStep?: FitStep
  onEvent?: (event: DbtEvent) => void
}

/** How a build ended. */
export interface BuildResult {
  status: 'success' | 'error'
  invocationId: string | null
  /** D, ISO date. */
  asOf: string
  models: DbtRun['models']
  tests: DbtRun['tests']
  /** Wall time of the whole build, copy and swap included. */
  seconds: number
  failures: Failure[]
}

/** A build in which a model or test broke: nothing was swapped in. The message is the first failure, `result` has them all. */
export class BuildFailed extends ModelError {
  readonly result: BuildResult

  constructor(result: BuildResult) {
    const [first, ...others] = result.failures
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`
    super(
      first?.kind.includes('test') ? 'build.test_failed' : 'build.model_failed',
      first === undefined ? 'The build failed' : `${failureText(first)}${more}`,
      first === undefined ? '' : failureHint(first),
    )
    this.result = result
  }
}

/**
 * Builds the marts on a copy of warehouse.duckdb and swaps it in when every model and test passed; otherwise the last good
 * file stays and `readLastBuild` says why. Runs under the project's lease (`run` of withRun). Throws BuildFailed, what
 * `runDbt` throws, and Conflict when the lease was lost before the swap.
 */
export async function build(project: Project, run: Run, options: BuildOptions): Promise<BuildResult> {
  const started = performance.now()
  const cleaned = await cleanLeftovers(project)
  if (cleaned.length > 0) await run.event('build.cleaned', { runs: cleaned })
  return withBuildCopy(project, run.id, async copy => {
    const ran = await runPhases(project, run, copy, options)
    await keepArtifacts(project, run.id, ran.failures)
    await keepFailingRows(project, copy, ran.failures, ran.results)
    if (ran.status === 'success') {
      await run.check()
      await swapIn(project, copy)
      await publishManifest(project)
    }
    await recordBuild(project, run.id, ran, options.asOf, isPartial(options.selection))
    const result: BuildResult = {
      status: ran.status,
      invocationId: ran.invocationId,
      asOf: options.asOf.date,
      models: ran.models,
      tests: ran.tests,
      seconds: Math.round((performance.now() - started) / 10) / 100,
      failures: ran.failures,
    }
    await run.event('build.ended', { ...result, failures: ran.failures.map(failureText) })
    if (ran.status === 'error') throw new BuildFailed(result)
    return result
  })
}

// (A) everything before the scored models, (B) the fit, (C) the scored ones; one invocation when no fit is due.
async function runPhases(project: Project, run: Run, copy: BuildCopy, options: BuildOptions): Promise<DbtRun> {
  const { selection, fitStep = nothingToFit } = options
  const vars = buildVars(project.config, options.asOf.date)
  const dbt = (part: Selection) =>
    runDbt(
      invocation(project, { ...run, copy, vars, ...(options.onEvent && { onEvent: options.onEvent }) }, [
        'build',
        ...WITHOUT_UNIT_TESTS,
        ...selectionFlags(part),
      ]),
    )
  if (isPartial(selection) || !(await fitStep.isDue(project))) return dbt(selection)

  const before = await dbt({ ...selection, exclude: ['tag:scored+'] })
  if (before.status === 'error') return before
  await fitStep.fit(project, copy, run.signal)
  const scored = await dbt({ ...selection, select: ['tag:scored+'] })
  return {
    ...scored,
    results: [...before.results, ...scored.results],
    models: addCounts(before.models, scored.models),
    tests: addCounts(before.tests, scored.tests),
    seconds: before.seconds + scored.seconds,
  }
}
