import { listAudiences } from '../../audiences/list.ts'
import { loadProject, type Project } from '../../config/project.ts'
import { isPartial } from '../../dbt/invocation.ts'
import { listNodes } from '../../dbt/list.ts'
import type { Command } from '../command.ts'
import { readSelection, selectionOptions } from '../selection.ts'

/** `winback ls`: what there is, by dbt's own selection, and beside it audiences and destinations. */
export const ls: Command = {
  name: 'ls',
  about: 'list models, tests, sources, audiences and destinations',
  options: [
    ...selectionOptions,
    { flags: '--resource-type <type>', about: 'model, test, unit_test, seed, source, audience or destination' },
  ],
  example: 'winback ls --select customers+ --resource-type model',
  async run(ctx, _args, options) {
    const project = loadProject(ctx)
    const selection = readSelection(options)
    const type = typeof options.resourceType === 'string' ? options.resourceType : undefined
    const isOurs = type === 'audience' || type === 'destination'
    const wanted = (kind: string) => type === kind || (type === undefined && !isPartial(selection))
    const nodes = isOurs ? [] : await listNodes(project, { selection, resourceType: type, signal: ctx.signal })
    const audiences = wanted('audience') ? await namedAudiences(project) : []
    const destinations = wanted('destination') ? namedDestinations(project) : []
    ctx.out.table(
      ['name', 'type', 'where'],
      [
        ...nodes.map(node => [node.name, node.resource_type, node.original_file_path]),
        ...audiences.map(a => [a.name, 'audience', a.where]),
        ...destinations.map(d => [d.name, 'destination', d.where]),
      ],
    )
    return { json: { nodes, audiences, destinations } }
  },
}

/** Something of ours beside dbt's nodes. */
interface Named {
  name: string
  /** File, or place in winback.yml. */
  where: string
}

async function namedAudiences(project: Project): Promise<Named[]> {
  return (await listAudiences(project)).map(({ slug, file }) => ({ name: slug, where: file }))
}

function namedDestinations(project: Project): Named[] {
  return project.config.brands.flatMap(brand =>
    brand.destinations.map(({ slug }) => ({ name: slug, where: `winback.yml, brand ${brand.slug}` })),
  )
}
