/** A statement as text with numbered holes and the values that fill them: values never become text. */
export interface Sql {
  /** Text pieces; `parts.length === values.length + 1`. */
  readonly parts: readonly string[]
  /** Bound values, in order. */
  readonly values: readonly SqlValue[]
}

/** What may be bound: dates travel as ISO text, money as exact decimal text. */
export type SqlValue = string | number | bigint | boolean | null

/** Builds a statement: `${value}` is bound, `${sql}` is spliced, `${raw('…')}` is trusted text. */
export function sql(strings: TemplateStringsArray, ...holes: readonly (SqlValue | Sql)[]): Sql {
  const parts: string[] = [strings[0] ?? '']
  const values: SqlValue[] = []
  holes.forEach((hole, i) => {
    const after = strings[i + 1] ?? ''
    if (isSql(hole)) {
      parts[parts.length - 1] += hole.parts[0] ?? ''
      parts.push(...hole.parts.slice(1))
      values.push(...hole.values)
      parts[parts.length - 1] += after
    } else {
      values.push(hole)
      parts.push(after)
    }
  })
  return { parts, values }
}

/** Trusted text, spliced as it stands. Never pass anything a person typed. */
export function raw(text: string): Sql {
  return { parts: [text], values: [] }
}

/** Joins statements with a separator of trusted text. */
export function join(list: readonly Sql[], separator: string): Sql {
  return list.reduce((all, next, i) => (i === 0 ? next : sql`${all}${raw(separator)}${next}`), raw(''))
}

/** The text a driver sends, holes written by `placeholder` (1-based). */
export function render(statement: Sql, placeholder: (i: number) => string): string {
  return statement.parts.reduce((text, part, i) => (i === 0 ? part : `${text}${placeholder(i)}${part}`), '')
}

function isSql(hole: SqlValue | Sql): hole is Sql {
  return typeof hole === 'object' && hole !== null && 'parts' in hole
}
