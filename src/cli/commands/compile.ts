import { findAudience } from '../../audiences/list.ts'
import { compileForProject, openForReading } from '../../audiences/preview.ts'
import { getBrand, loadProject, type Project } from '../../config/project.ts'
import { type Compiled, compileNodes } from '../../dbt/compile.ts'
import { sqlWithValues } from '../../dbt/sql-text.ts'
import { withRun } from '../../runs/with-run.ts'
import type { Command } from '../command.ts'
import { readSelection, selectionOptions } from '../selection.ts'

/** `winback compile`: the SQL that would be sent, of models and of audiences. */
export const compile: Command = {
  name: 'compile',
  about: 'print the SQL of models or audiences as it would be sent',
  arguments: [{ name: '[names...]', about: 'models or audiences (default: the whole dbt project)' }],
  options: selectionOptions,
  example: 'winback compile lapsed_vips',
  async run(ctx, [given], options) {
    const project = loadProject(ctx)
    const names = Array.isArray(given) ? given : []
    const audiences: Compiled[] = []
    const models: string[] = []
    for (const name of names) {
      const audience = await compileAudience(project, name, ctx.brand)
      if (audience === null) models.push(name)
      else audiences.push(audience)
    }
    const selection = readSelection(options)
    const select = [...models, ...selection.select]
    const onlyAudiences = audiences.length > 0 && select.length === 0
    const nodes = onlyAudiences
      ? []
      : await withRun(
          project,
          { kind: 'build', input: { command: 'compile', ...selection, select } },
          { signal: ctx.signal, onWait: text => ctx.out.note(text) },
          run => compileNodes(project, run, { ...selection, select }),
        )
    const compiled = [...audiences, ...nodes]
    for (const { name, type, sql } of compiled) ctx.out.line(`-- ${type} ${name}\n${sql}\n`)
    return { json: { compiled } }
  },
}

async function compileAudience(project: Project, name: string, brand: string | undefined): Promise<Compiled | null> {
  const source = await findAudience(project, name)
  if (source === null) return null
  const parser = await openForReading(project)
  try {
    const audience = await compileForProject(project, parser, source, getBrand(project, brand).slug)
    return { name, type: 'audience', sql: sqlWithValues(audience.sql) }
  } finally {
    await parser.close()
  }
}
