import type { BodyShape, ShapeNode } from './shape.ts'

/**
 * A member as a SQL expression of JSON text, for DuckDB: constants merged, one `concat` argument a column. NULL becomes
 * `null`, or leaves the key out where the column is optional; NaN and infinities become null. `column` writes a column's name.
 */
export function itemSql(shape: BodyShape, column: (name: string) => string): string {
  const parts = write(shape.item, column).reduce<Part[]>((merged, part) => {
    const last = merged.at(-1)
    if ('text' in part && last !== undefined && 'text' in last)
      merged[merged.length - 1] = { text: last.text + part.text }
    else merged.push(part)
    return merged
  }, [])
  return `concat(${parts.map(part => ('text' in part ? literal(part.text) : part.sql)).join(', ')})`
}

/** Whether a column has NULLs among the rows that are rendered. */
export type Fill = 'none' | 'some' | 'all'

/** The shape for rows of which it is known where values are: optional columns that are always there are always written, those that never are never. */
export function fitShape(node: ShapeNode, fill: (column: string) => Fill): ShapeNode {
  if (!('object' in node)) return node
  const members = node.object.flatMap(([name, member]) => {
    if (!isOptional(member)) return [[name, fitShape(member, fill)] as const]
    const filled = fill(member.column)
    if (filled === 'none') return []
    return [[name, filled === 'all' ? { column: member.column, type: member.type } : member] as const]
  })
  return { object: members }
}

/** Text as a SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

type Part = { text: string } | { sql: string }

function write(node: ShapeNode, column: (name: string) => string): Part[] {
  if ('constant' in node) return [{ text: JSON.stringify(node.constant) }]
  if ('column' in node) return [{ sql: `ifnull(to_json(${valueSql(node, column)})::varchar, 'null')` }]
  // One struct is written faster than its members one by one, and it writes NULL as null.
  if (isPlain(node) && node.object.length > 0) return [{ sql: `to_json(${structSql(node, column)})` }]
  const key = (name: string) => `${JSON.stringify(name)}:`
  const always = node.object.filter(([, member]) => !isOptional(member))
  // Members that are always there come first, so that every optional one begins with a comma.
  const first = always.flatMap(([name, member], i): Part[] => [
    { text: `${i === 0 ? '' : ','}${key(name)}` },
    ...write(member, column),
  ])
  const rest = node.object.flatMap(([name, member]): string[] => {
    if (!isOptional(member)) return []
    const value = valueSql(member, column)
    return [`case when ${value} is not null then ${literal(`,${key(name)}`)} end`, `to_json(${value})`]
  })
  const brackets = (inside: Part[]): Part[] => [{ text: '{' }, ...inside, { text: '}' }]
  if (always.length > 0 || rest.length === 0) return brackets([...first, ...rest.map(part => ({ sql: part }))])
  return brackets([{ sql: `ltrim(concat(${rest.join(', ')}), ',')` }])
}

type Column = Extract<ShapeNode, { column: string }>

const isOptional = (node: ShapeNode): node is Column => 'column' in node && node.optional === true

/** Without optional members and empty objects anywhere inside. */
function isPlain(node: ShapeNode): boolean {
  if ('object' in node) return node.object.length > 0 && node.object.every(([, member]) => isPlain(member))
  return !isOptional(node) && !('constant' in node && node.constant === null)
}

function structSql(node: ShapeNode, column: (name: string) => string): string {
  if ('column' in node) return valueSql(node, column)
  if ('constant' in node) return typeof node.constant === 'string' ? literal(node.constant) : String(node.constant)
  return `{${node.object.map(([name, member]) => `${literal(name)}: ${structSql(member, column)}`).join(', ')}}`
}

// NaN and infinities become NULL; instants become ISO text in UTC.
function valueSql(node: Column, column: (name: string) => string): string {
  const name = column(node.column)
  if (/^(DOUBLE|FLOAT|REAL)/i.test(node.type)) return `(case when isfinite(${name}) then ${name} end)`
  if (/^TIMESTAMP WITH TIME ZONE|^TIMESTAMPTZ/i.test(node.type)) {
    return `strftime(timezone('UTC', ${name}), '%Y-%m-%dT%H:%M:%SZ')`
  }
  if (/^(TIMESTAMP|DATETIME)/i.test(node.type)) return `strftime(${name}, '%Y-%m-%dT%H:%M:%SZ')`
  return name
}
