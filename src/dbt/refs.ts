import { ConfigError, NotFound } from '../../sync/index.ts'
import type { Manifest } from './artifacts.ts'
import { getModel } from './models.ts'

/** SQL whose refs are relations, and what it reads. */
export interface Resolved {
  text: string
  /** dbt's unique ids. */
  nodes: string[]
}

/**
 * Puts relations of the last good build in place of `{{ ref('x') }}` and `{{ source('s', 't') }}`. Throws NotFound for an
 * unknown name with the nearest one, ConfigError for any other Jinja. `write` gives what stands for a relation: itself unless told otherwise.
 */
export function resolveRefs(
  manifest: Manifest,
  body: string,
  write: (relation: string) => string = relation => relation,
): Resolved {
  const nodes: string[] = []
  const text = body.replaceAll(CALL, (whole, name: string, args: string) => {
    const parts = args.split(',').map(part => part.trim().slice(1, -1))
    if (name === 'ref') {
      const model = getModel(manifest, parts.at(-1) ?? '')
      nodes.push(model.id)
      return write(model.relation)
    }
    const [source, table] = parts
    const found = Object.values(manifest.sources).find(s => s.source_name === source && s.name === table)
    if (found?.relation_name == null) throw new NotFound('source.unknown', `No source ${whole}`, 'See `winback ls`.')
    nodes.push(found.unique_id)
    return write(found.relation_name)
  })
  const other = /\{[{%#].*/.exec(text)
  if (other !== null) {
    throw new ConfigError(
      'show.jinja',
      `Only {{ ref('model') }} and {{ source('name', 'table') }} are known here, not '${other[0].slice(0, 40)}'`,
      'Write plain SQL around them.',
    )
  }
  return { text, nodes }
}

/** True when reading one of the nodes reads raw or ledger files too: it is a view, and so is everything up to a source. */
export function readsSources(manifest: Manifest, nodes: readonly string[]): boolean {
  const seen = new Set<string>()
  const open = [...nodes]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    if (id in manifest.sources) return true
    const node = manifest.nodes[id]
    if (node?.config.materialized === 'view') open.push(...node.depends_on.nodes)
  }
  return false
}

// {{ ref('customers') }}, {{ ref('winback', 'customers') }}, {{ source('raw', 'csv_orders') }}
const CALL = /\{\{\s*(ref|source)\(\s*((?:'\w+'|"\w+")(?:\s*,\s*(?:'\w+'|"\w+"))?)\s*\)\s*\}\}/g
