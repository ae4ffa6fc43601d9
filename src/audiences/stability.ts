import type { Node } from './syntax-tree.ts'

/** Why a part of a query may answer differently over the same rows, and what to write in its place. */
export interface Unstable {
  what: string
  hint: string
}

const needsOrder = 'Add an order by that ends in customer_id or another unique column.'

/** Looks at one node, not into its children: null when the same rows always give the same answer there. */
export function findUnstable(node: Node): Unstable | null {
  if (node.sample != null)
    return { what: 'a sample differs from run to run', hint: 'Leave it out; the holdout draws for you.' }
  if (node.type === 'JOIN') return checkJoin(node)
  if (node.class === 'FUNCTION' || node.class === 'WINDOW') return checkFunction(node)
  return checkModifiers(node)
}

function checkFunction(node: Node): Unstable | null {
  const name = String(node.function_name).toLowerCase()
  if (['any_value', 'arbitrary', 'mode'].includes(name))
    return { what: `${name}() picks whichever row comes first`, hint: 'Use min() or max().' }
  const isPicking = name === 'first' || name === 'last'
  const inOrder =
    hasOrder(node.orders) || hasOrder(node.arg_orders) || hasOrder((node.order_bys as Node | null)?.orders)
  const isRanking = node.class === 'WINDOW' && node.type !== 'WINDOW_AGGREGATE'
  if ((isPicking || isRanking) && !inOrder)
    return { what: `${name}() without order by takes the rows as they come`, hint: needsOrder }
  if (node.class === 'WINDOW' && !isWholePartition(node) && !hasOrder(node.orders))
    return { what: `the frame of ${name}() without order by takes the rows as they come`, hint: needsOrder }
  return null
}

// Without an order all rows of a partition are peers of the current one.
const isWholePartition = (node: Node) =>
  node.start === 'UNBOUNDED_PRECEDING' && ['CURRENT_ROW_RANGE', 'UNBOUNDED_FOLLOWING'].includes(String(node.end))

function checkJoin(node: Node): Unstable | null {
  const kind = String(node.ref_type)
  if (['REGULAR', 'CROSS', 'NATURAL'].includes(kind)) return null
  return {
    what: `${kind === 'ASOF' ? 'an' : 'a'} ${kind.toLowerCase()} join pairs rows as they come`,
    hint: 'Join on columns: join … using (customer_id).',
  }
}

function checkModifiers(node: Node): Unstable | null {
  const modifiers = (node.modifiers as Node[] | undefined) ?? []
  const inOrder = modifiers.some(m => m.type === 'ORDER_MODIFIER' && hasOrder(m.orders, isPosition))
  if (inOrder) return null
  if (modifiers.some(m => m.type === 'DISTINCT_MODIFIER' && (m.distinct_on_targets as unknown[] | undefined)?.length))
    return { what: 'distinct on without order by picks others on each run', hint: needsOrder }
  if (modifiers.some(m => m.type === 'LIMIT_MODIFIER'))
    return { what: 'limit without order by picks others on each run', hint: `${needsOrder} Or filter instead.` }
  return null
}

/** True when one of the ORDER BY expressions reads a column: sorting by a constant leaves the rows as they come. */
function hasOrder(orders: unknown, isAlso: (expression: Node) => boolean = () => false): boolean {
  return ((orders as Node[] | undefined) ?? []).some(order => {
    const expression = order.expression as Node
    return isAlso(expression) || readsColumn(expression)
  })
}

// `order by 1` and `order by all` at the end of a SELECT mean its columns.
const isPosition = (expression: Node) =>
  expression.class === 'STAR' ||
  (expression.class === 'CONSTANT' &&
    (expression.value as { type?: { id?: string } } | undefined)?.type?.id === 'INTEGER')

function readsColumn(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if ((value as Node).class === 'COLUMN_REF') return true
  return Object.values(value).some(readsColumn)
}
