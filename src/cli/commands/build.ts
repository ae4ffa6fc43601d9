import { loadProject } from '../../config/project.ts'
import { resolveAsOf } from '../../dbt/as-of.ts'
import { BuildFailed, type BuildResult, build as buildProject } from '../../dbt/build.ts'
import { resolveBuildDate } from '../../dbt/data-date.ts'
import { withRun } from '../../runs/with-run.ts'
import type { Command } from '../command.ts'
import { followDbt, printFailures } from '../dbt-progress.ts'
import type { Output } from '../output.ts'
import { readSelection, selectionOptions } from '../selection.ts'

/** `winback build`: dbt build on a copy, swapped in when everything passed. */
export const build: Command = {
  name: 'build',
  about: 'build the marts with dbt, on a copy that replaces the last build only when every model and test passed',
  options: [
    ...selectionOptions,
    {
      flags: '--as-of <date>',
      about:
        'data date YYYY-MM-DD: events before it count (default: today in the brand’s zone; a selection keeps the last build’s)',
    },
    { flags: '--full-refresh', about: 'rebuild incremental models from nothing' },
    { flags: '--fail-fast', about: 'stop at the first failure' },
    { flags: '--threads <n>', about: 'models at a time (default: the profile’s)' },
  ],
  example: 'winback build --as-of 2026-11-22',
  async run(ctx, _args, options) {
    const project = loadProject(ctx)
    const selection = readSelection(options)
    const given = typeof options.asOf === 'string' ? options.asOf : undefined
    const now = new Date()
    resolveAsOf(project.config.brands, given, now) // a wrong date is told before waiting for the lease
    const follow = followDbt(ctx.out, 'building')
    try {
      const result = await withRun(
        project,
        { kind: 'build', input: { asOf: given ?? null, ...selection } },
        { signal: ctx.signal, onWait: text => ctx.out.note(text) },
        async run => {
          const asOf = await resolveBuildDate(project, { asOf: given, selection, now })
          return buildProject(project, run, { asOf, selection, onEvent: follow.onEvent })
        },
      )
      follow.end()
      ctx.out.line(summary(ctx.out, result))
      return { json: result }
    } catch (error) {
      follow.end()
      if (!(error instanceof BuildFailed)) throw error
      printFailures(ctx.out, error.result.failures)
      ctx.out.line(summary(ctx.out, error.result))
      ctx.out.line('The last good build is still in place; syncs are blocked until a build passes.')
      return { json: error.result, exitCode: 1 }
    }
  },
}

function summary(out: Output, result: BuildResult): string {
  const { models, tests } = result
  const counts = [
    `${models.success} models built`,
    ...(models.error > 0 ? [`${models.error} broke`] : []),
    ...(models.skipped > 0 ? [`${models.skipped} skipped`] : []),
    `${tests.pass} tests passed`,
    ...(tests.warn > 0 ? [`${tests.warn} warned`] : []),
    ...(tests.fail + tests.error > 0 ? [`${tests.fail + tests.error} failed`] : []),
  ]
  const mark = result.status === 'success' ? out.green('✓') : out.red('✗')
  return `${mark} ${counts.join(', ')}; as of ${result.asOf}; ${result.seconds.toFixed(1)} s`
}
