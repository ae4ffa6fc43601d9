/**
 * The 1-based line of a model's source that a database complained about; null when it cannot be told.
 * dbt reports a line of its own while rendering (`line 3`); DuckDB quotes the line of the statement it got
 * (`LINE 10: select …`), whose number counts dbt's wrapping too: the quoted text is looked up in the compiled SQL, and that
 * line among the source's lines with every `{{ … }}` standing for anything.
 */
export function findSourceLine(message: string, compiled: string | null, source: string): number | null {
  const rendering = /^\s+line (\d+)\s*$/m.exec(message)
  if (rendering !== null) return Number(rendering[1])
  const quoted = /^\s*LINE \d+: (.*)$/m.exec(message)?.[1]
  if (quoted === undefined || compiled === null) return null
  const fragment = quoted
    .trim()
    .replace(/^\.\.\./, '')
    .replace(/\.\.\.$/, '')
  const sent = compiled.split('\n').filter(line => line.includes(fragment))
  if (sent.length !== 1) return null
  const matches = source
    .split('\n')
    .map((line, i) => ({ pattern: linePattern(line), number: i + 1 }))
    .filter(line => line.pattern?.test((sent[0] ?? '').trim()))
  return matches.length === 1 ? (matches[0]?.number ?? null) : null
}

// A line that is only Jinja would match everything.
function linePattern(line: string): RegExp | null {
  const pieces = line.trim().split(/\{\{.*?\}\}/)
  if (pieces.join('').length < 3) return null
  return new RegExp(`^${pieces.map(piece => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`)
}
