import { Cancelled, WarehouseError } from '../core/errors.ts'

/** DuckDB's words as a WarehouseError: its kind as the code, no row values, and what to do next. Ctrl-C becomes Cancelled. */
export function mapError(error: unknown, purpose: string): Error {
  if (error instanceof WarehouseError || error instanceof Cancelled) return error
  const text = error instanceof Error ? error.message : String(error)
  if (/^INTERRUPT/.test(text)) return new Cancelled('run.cancelled', `Stopped while ${purpose}`)
  const kind = kinds.find(([pattern]) => pattern.test(text)) ?? ([/./, 'failed', ''] as const)
  return new WarehouseError(`warehouse.${kind[1]}`, `DuckDB, ${purpose}: ${scrub(text)}`, kind[2], {
    retryable: kind[1] === 'locked' || kind[1] === 'out_of_memory',
    cause: new Error(scrub(text)),
  })
}

const kinds: readonly (readonly [RegExp, string, string])[] = [
  [/Could not set lock|Conflicting lock/i, 'locked', 'Another process has the file open; end it or wait for it.'],
  [/Out of Memory|failed to allocate|could not allocate/i, 'out_of_memory', 'Give DuckDB more memory.'],
  [/No space left|disk full|Could not write/i, 'disk_full', 'Free disk space; the run can be repeated.'],
  [/does not exist/i, 'missing', 'Build the project first, or correct the name.'],
  [/^Binder Error|not found in FROM/i, 'missing', 'Correct the column or relation named above.'],
  [/^Parser Error/i, 'syntax', 'Correct the SQL.'],
  [/^Permission Error|has been disabled/i, 'forbidden', 'This SQL may only read models.'],
  [/^Conversion Error|^Invalid Input Error/i, 'conversion', 'A value does not fit the type it is cast to.'],
  [/read-only/i, 'read_only', ''],
  [/^IO Error/i, 'io', ''],
]

// Names of columns and tables stand in double quotes and help; values stand in single quotes, or in the line quoted below.
function scrub(text: string): string {
  const line = text.split('\n').filter(part => part.trim() !== '')
  const words = line.filter(part => !/^LINE \d+:/.test(part) && !/^\s*\^/.test(part)).join(' ')
  const named = /^(Binder|Catalog|Parser) Error/.test(words)
  const safe = named ? words : words.replace(/'[^']*'/g, "'…'")
  return safe
    .replace(/[^\s'"]+@[^\s'"]+/g, '…')
    .replace(/\+?\d{7,}/g, '…')
    .slice(0, 500)
}
