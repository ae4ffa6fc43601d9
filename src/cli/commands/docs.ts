import { join } from 'node:path'
import { loadProject } from '../../config/project.ts'
import { generateDocs } from '../../dbt/docs.ts'
import { ConfigError } from '../../errors.ts'
import { withRun } from '../../runs/with-run.ts'
import type { Command } from '../command.ts'

/** `winback docs`: dbt's documentation site, as one file that opens without a server. */
export const docs: Command = {
  name: 'docs',
  about: 'write dbt’s documentation of every model and column to .winback/docs',
  arguments: [{ name: '[action]', about: 'generate (the default, and the only one)' }],
  example: 'winback docs',
  async run(ctx, [action]) {
    if (action !== undefined && action !== 'generate') {
      throw new ConfigError(
        'usage',
        `docs knows no '${String(action)}'`,
        'Write `winback docs` or `winback docs generate`.',
      )
    }
    const project = loadProject(ctx)
    const dir = await withRun(
      project,
      { kind: 'build', input: { command: 'docs' } },
      { signal: ctx.signal, onWait: text => ctx.out.note(text) },
      run => generateDocs(project, run),
    )
    ctx.out.line(`Open ${join(dir, 'index.html')} in a browser.`)
    return { json: { dir, files: ['index.html', 'manifest.json', 'catalog.json'] } }
  },
}
