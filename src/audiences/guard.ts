import { ConfigError } from '../../sync/index.ts'
import { isAllowedFunction, isSessionWord } from './functions.ts'
import { isIdentifierName } from './identifiers.ts'
import { findUnstable } from './stability.ts'
import type { Node, Parsed } from './syntax-tree.ts'

/** A table of the query that stands for a ref: its placeholder and whether the author gave it an alias. */
export interface TableUse {
  placeholder: string
  hasAlias: boolean
  /** Where it stands in the text, in characters from 0. */
  offset: number
}

/** Expressions that compute from rows alone; anything else a parser may learn is refused until it stands here. */
const expressions = new Set(
  'COLUMN_REF CONSTANT COMPARISON CONJUNCTION OPERATOR FUNCTION CASE CAST BETWEEN SUBQUERY STAR WINDOW COLLATE'.split(
    ' ',
  ),
)

/** Query parts, tables and clauses that read what they are given. */
const parts = new Set(
  'SELECT_NODE SET_OPERATION_NODE BASE_TABLE SUBQUERY JOIN EXPRESSION_LIST EMPTY ORDER_MODIFIER DISTINCT_MODIFIER LIMIT_MODIFIER ORDER_DEFAULT ASCENDING DESCENDING DECIMAL_TYPE_INFO'.split(
    ' ',
  ),
)

/**
 * Names of CTEs. DuckDB folds ASCII letters alone while JavaScript also folds others (U+212A to k): with plain names both mean the same,
 * and a name that only one of them finds would be looked up as a file or a system view.
 */
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Walks a parsed audience and refuses all that is not filters over refs: other tables, table functions, functions outside the list,
 * parameters, samples, identifiers: by name, and those that `identifiers` lists in lower case. Returns each use of a ref.
 * Throws ConfigError with file and line.
 */
export function guardTree(
  file: string,
  parsed: Parsed,
  placeholders: ReadonlySet<string>,
  identifiers: ReadonlySet<string> = new Set(),
): TableUse[] {
  const uses: TableUse[] = []
  const fail = (node: Node, code: string, what: string, hint: string): never => {
    throw new ConfigError(`audience.${code}`, `${file}:${parsed.lineOf(node)}: ${what}`, hint)
  }

  const table = (node: Node, scope: ReadonlySet<string>) => {
    const name = String(node.table_name)
    const plain = node.schema_name === '' && node.catalog_name === '' && node.at_clause === null
    if (plain && placeholders.has(name)) {
      uses.push({ placeholder: name, hasAlias: node.alias !== '', offset: parsed.offsetOf(node) })
    } else if (!plain || !plainName.test(name) || !scope.has(name.toLowerCase())) {
      const full = [node.catalog_name, node.schema_name, name].filter(part => part !== '').join('.')
      fail(
        node,
        'table',
        `'${full}' is read directly`,
        "Write {{ ref('customers') }}: only refs are filtered to the brand.",
      )
    }
  }

  const expression = (node: Node) => {
    const kind = String(node.class)
    if (!expressions.has(kind))
      fail(
        node,
        'expression',
        `${kind.toLowerCase().replaceAll('_', ' ')} is not for audiences`,
        'Compare columns with plain values.',
      )
    if (kind === 'FUNCTION' || kind === 'WINDOW') {
      const name = String(node.function_name)
      const own =
        ['', 'main', undefined].includes(node.schema as string) && ['', undefined].includes(node.catalog as string)
      if (!own || !isAllowedFunction(name))
        fail(
          node,
          'function',
          `${name}() is not for audiences`,
          'Audiences filter on columns; compute in a dbt model and select its column.',
        )
    }
    if (kind === 'OPERATOR' && node.type === 'OPERATOR_TRY')
      fail(node, 'function', 'try() is not for audiences', 'Leave it out.')
    if (kind === 'STAR' && (node.columns === true || node.expr !== null))
      fail(node, 'output', 'columns() is not for audiences', 'Name the columns.')
    if (kind === 'COLUMN_REF') column(node, (node.column_names as string[]).at(-1) ?? '')
  }

  const column = (node: Node, name: string) => {
    if (isIdentifierName(name) || identifiers.has(name.toLowerCase()))
      fail(
        node,
        'identifier',
        `column '${name}' identifies people`,
        'An audience is customer_id and fields; Winback joins each platform’s identifiers itself.',
      )
    if (isSessionWord(name))
      fail(
        node,
        'function',
        `${name} changes from run to run`,
        'Use a column that counts days to the data date, such as days_since_order.',
      )
  }

  const walk = (value: unknown, outer: ReadonlySet<string>): void => {
    if (Array.isArray(value)) {
      for (const one of value) walk(one, outer)
      return
    }
    if (typeof value !== 'object' || value === null) return
    const node = value as Node
    const unstable = findUnstable(node)
    if (unstable !== null) fail(node, 'unstable', unstable.what, unstable.hint)
    if (typeof node.class === 'string') expression(node)
    else if (typeof node.type === 'string' && !parts.has(node.type)) refusePart(node)
    if (node.type === 'BASE_TABLE') table(node, outer)
    for (const name of (node.using_columns as string[] | undefined) ?? []) column(node, name)
    if (node.class === 'CONSTANT') return
    walkParts(node, outer)
  }

  const walkParts = (node: Node, outer: ReadonlySet<string>) => {
    let scope = outer
    const { map } = (node.cte_map as { map: { key: string; value: { query: Node } }[] } | undefined) ?? { map: [] }
    for (const { key, value } of map) {
      walk(value.query.node ?? value.query, scope)
      if (!plainName.test(key))
        fail(value.query.node as Node, 'table', `'${key}' cannot name a CTE`, 'Use a–z, 0–9 and _, a letter first.')
      scope = new Set([...scope, key.toLowerCase()])
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'cte_map') walk(child, scope)
  }

  const refusePart = (node: Node) => {
    if (node.type === 'TABLE_FUNCTION') {
      const called = String((node.function as Node | undefined)?.function_name)
      fail(
        node,
        'table',
        `${called}() is read as a table`,
        "Read {{ ref('…') }} of a public mart; files are for `winback import`.",
      )
    }
    const word = String(node.type)
      .replace(/_(NODE|REF)$/, '')
      .toLowerCase()
      .replaceAll('_', ' ')
    fail(node, 'table', `${word} is not for audiences`, "Select from {{ ref('…') }}.")
  }

  walk(parsed.node, new Set())
  return uses
}

/** The names that the outermost SELECT gives, in order. Throws ConfigError `audience.output` where a column has no name of its own. */
export function outputNames(file: string, parsed: Parsed): string[] {
  let node = parsed.node
  while (node.type === 'SET_OPERATION_NODE') node = (node.left ?? (node.children as Node[] | undefined)?.[0]) as Node
  const list = (node.select_list as Node[] | undefined) ?? []
  return list.map(item => {
    if (item.class === 'STAR') {
      throw new ConfigError(
        'audience.output',
        `${file}:${parsed.lineOf(item)}: select * gives whatever the mart grows`,
        'Name the columns: customer_id and the declared fields.',
      )
    }
    const name = item.alias !== '' ? String(item.alias) : ((item.column_names as string[] | undefined)?.at(-1) ?? '')
    if (name === '')
      throw new ConfigError(
        'audience.output',
        `${file}:${parsed.lineOf(item)}: a column has no name`,
        'Name it with `as`.',
      )
    return name.toLowerCase()
  })
}
