import { listAudiences } from '../../audiences/list.ts'
import { loadProject } from '../../config/project.ts'
import type { Command } from '../command.ts'

/** Lists the audiences of a project. */
export const audiencesCommand: Command = {
  name: 'audiences',
  about: 'the audiences of this project, shipped ones too',
  example: 'winback audiences',
  async run(ctx) {
    const listed = await listAudiences(loadProject(ctx))
    const broken = listed.flatMap(one => ('error' in one ? [one] : []))
    ctx.out.table(
      ['audience', 'label', 'fields', 'file'],
      listed.map(one => [
        one.slug,
        'source' in one ? one.source.label : '(broken)',
        'source' in one ? one.source.fields.join(', ') : '',
        one.file,
      ]),
    )
    for (const one of broken) ctx.out.warn(one.error instanceof Error ? one.error.message : String(one.error))
    const json = listed.map(one =>
      'source' in one
        ? {
            audience: one.slug,
            label: one.source.label,
            fields: one.source.fields,
            owner: one.source.owner ?? null,
            file: one.file,
            error: null,
          }
        : {
            audience: one.slug,
            label: null,
            fields: [],
            owner: null,
            file: one.file,
            error: one.error instanceof Error ? one.error.message : String(one.error),
          },
    )
    return { json: { audiences: json }, exitCode: broken.length > 0 ? 1 : 0 }
  },
}
