import type { Sql, SqlValue } from '../../sync/index.ts'

/** A statement for a person to read or paste, its bound values written as literals. Never send this to a warehouse. */
export function sqlWithValues(statement: Sql): string {
  return statement.parts.reduce(
    (text, part, i) => (i === 0 ? part : `${text}${literal(statement.values[i - 1] ?? null)}${part}`),
    '',
  )
}

function literal(value: SqlValue): string {
  if (value === null) return 'null'
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)
}
