import { loadProject } from '../../config/project.ts'
import { resolveAsOf } from '../../dbt/as-of.ts'
import { buildVars } from '../../dbt/vars.ts'
import type { Command } from '../command.ts'

/** `winback vars`: what a plain `dbt build` needs as `--vars`. */
export const vars: Command = {
  name: 'vars',
  about: 'print the --vars JSON for a plain `dbt build`',
  options: [{ flags: '--as-of <date>', about: 'data date YYYY-MM-DD (default: today in the brand’s zone)' }],
  example: 'dbt build --vars "$(winback vars)"',
  async run(ctx, _args, options) {
    const project = loadProject(ctx)
    const given = typeof options.asOf === 'string' ? options.asOf : undefined
    const json = buildVars(project.config, resolveAsOf(project.config.brands, given, new Date()).date)
    ctx.out.line(JSON.stringify(json))
    return { json }
  },
}
