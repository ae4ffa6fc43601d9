import { loadProject } from '../../config/project.ts'
import { isPartial, selectionFlags } from '../../dbt/invocation.ts'
import { runOnCopy } from '../../dbt/on-copy.ts'
import { withRun } from '../../runs/with-run.ts'
import { testAudiences } from '../audience-tests.ts'
import type { Command } from '../command.ts'
import { followDbt, printFailures } from '../dbt-progress.ts'
import { readSelection, selectionOptions } from '../selection.ts'

/** `winback test`: dbt's tests over a copy of the last good build, then the audiences. */
export const test: Command = {
  name: 'test',
  about: 'run dbt’s tests on a copy of the last good build, and check every audience',
  options: [
    ...selectionOptions,
    { flags: '--fail-fast', about: 'stop at the first failure' },
    { flags: '--threads <n>', about: 'tests at a time (default: the profile’s)' },
  ],
  example: 'winback test --select customers',
  async run(ctx, _args, options) {
    const project = loadProject(ctx)
    const selection = readSelection(options)
    const follow = followDbt(ctx.out, 'testing')
    const ran = await withRun(
      project,
      { kind: 'build', input: { command: 'test', ...selection } },
      { signal: ctx.signal, onWait: text => ctx.out.note(text) },
      run => runOnCopy(project, run, ['test', ...selectionFlags(selection)], follow.onEvent),
    ).finally(follow.end)
    const audiences = isPartial(selection) ? [] : await testAudiences(project, ctx.signal)
    const broken = audiences.filter(a => a.status === 'fail')
    printFailures(ctx.out, ran.failures)
    for (const a of broken) ctx.out.line(`${ctx.out.red('✗')} audience ${a.audience} (${a.brand}): ${a.message}`)
    const isGood = ran.status === 'success' && broken.length === 0
    const { pass, warn, fail, error } = ran.tests
    const ours =
      audiences.length === 0 ? '' : `; ${audiences.length - broken.length} of ${audiences.length} audiences passed`
    const mark = isGood ? ctx.out.green('✓') : ctx.out.red('✗')
    ctx.out.line(
      `${mark} ${pass} tests passed, ${warn} warned, ${fail + error} failed${ours}; ${ran.seconds.toFixed(1)} s`,
    )
    const json = {
      status: isGood ? 'success' : 'error',
      invocationId: ran.invocationId,
      tests: ran.tests,
      audiences,
      failures: ran.failures,
      seconds: Math.round(ran.seconds * 100) / 100,
    }
    return { json, exitCode: isGood ? 0 : 1 }
  },
}
