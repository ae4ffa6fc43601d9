/**
 * A value as JSON carries it, from DuckDB's text of it and its type: numbers as numbers (text beyond 2^53), booleans,
 * instants as ISO text in UTC; everything else, days included, as the text stands.
 */
export function plainCell(text: string | null, type: string): unknown {
  if (text === null) return null
  if (type === 'BOOLEAN') return text === 'true'
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)$/.test(type)) {
    const n = Number(text)
    return Number.isSafeInteger(n) ? n : text
  }
  if (/^(DECIMAL|DOUBLE|FLOAT)/.test(type)) {
    const n = Number(text)
    return Number.isFinite(n) ? n : text
  }
  if (type.startsWith('TIMESTAMP')) return text.replace(' ', 'T').replace(/(\+00(:00)?)?$/, 'Z')
  return text
}
