import { isDeepStrictEqual } from 'node:util'
import type { Node } from './syntax-tree.ts'

/** What stands in the final text in place of a placeholder. */
export interface Filled {
  /** The parsed `select … from mart where brand = …`. */
  node: Node
  /** The table's alias where the author gave none. */
  alias: string
}

/**
 * True when `final` is `guarded` with nothing changed but its placeholders, each now the subquery it stands for: the proof that what
 * runs is what was checked, whatever the substitution of text did.
 */
export function isSameShape(guarded: Node, final: Node, filled: ReadonlyMap<string, Filled>): boolean {
  return isDeepStrictEqual(fill(guarded, filled), fill(final, new Map()))
}

function fill(value: unknown, filled: ReadonlyMap<string, Filled>): unknown {
  if (Array.isArray(value)) return value.map(one => fill(one, filled))
  if (typeof value !== 'object' || value === null) return value
  const node = value as Node
  const known = node.type === 'BASE_TABLE' ? filled.get(String(node.table_name)) : undefined
  if (known !== undefined) {
    return {
      type: 'SUBQUERY',
      alias: node.alias === '' ? known.alias : node.alias,
      sample: null,
      subquery: { node: fill(known.node, new Map()), named_param_map: [] },
      column_name_alias: node.column_name_alias,
    }
  }
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, child]) => (key === 'query_location' ? [] : [[key, fill(child, filled)]])),
  )
}
