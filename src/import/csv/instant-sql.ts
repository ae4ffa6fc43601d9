import { literal } from './literal.ts'

const date = '\\d{4}[-/]\\d{1,2}[-/]\\d{1,2}'
const naive = literal(`${date}([T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?)?`)
const zoned = literal(`${date}[T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)? ?(Z|z|UTC|GMT|[+-]\\d{2}(:?\\d{2})?)`)

/**
 * A column's text as a naive UTC timestamp, null where it cannot be read: ISO 8601 with or without a zone, or the strptime
 * `format`. Text without a zone is local time in `zone`; an hour that the clocks skip or repeat is read as ICU does
 * (skipped: moved forward; repeated: the later one).
 */
export function instantSql(column: string, format: string | null, zone: string): string {
  if (format !== null) {
    const parsed = `try_strptime(${column}, ${literal(format)})`
    return hasZone(format) ? `timezone('UTC', ${parsed})` : fromLocal(parsed, zone)
  }
  return `case when regexp_full_match(${column}, ${naive}) then ${fromLocal(`try_cast(${column} as timestamp)`, zone)}
    when regexp_full_match(${column}, ${zoned}) then timezone('UTC', ${zonedSql(column)}) end`
}

/** A column's text as a day in the brand's zone. */
export function daySql(column: string, format: string | null, zone: string): string {
  if (format !== null) {
    const parsed = `try_strptime(${column}, ${literal(format)})`
    return `cast(${hasZone(format) ? `timezone(${literal(zone)}, ${parsed})` : parsed} as date)`
  }
  return `case when regexp_full_match(${column}, ${naive}) then cast(try_cast(${column} as timestamp) as date)
    when regexp_full_match(${column}, ${zoned}) then cast(timezone(${literal(zone)}, ${zonedSql(column)}) as date) end`
}

/** Why a text is no date, as a SQL expression. */
export function dateReasonSql(column: string, format: string | null, mapped: string): string {
  if (format !== null) return literal(`does not match the format ${format}`)
  const hint = (example: string) => `give its format in winback.yml, such as '${mapped}:${example}'`
  return `case when regexp_full_match(${column}, '\\d{1,2}[/.-]\\d{1,2}[/.-]\\d{2,4}.*')
      then ${literal(`is no ISO date, and which number is the day is not guessed: ${hint('%d/%m/%Y')}`)}
    when regexp_full_match(${column}, '\\d{8}') then ${literal(`is no ISO date: ${hint('%Y%m%d')}`)}
    else ${literal(`is no ISO date such as 2026-11-20 or 2026-11-20T08:26:00Z: correct it, or ${hint('%d/%m/%Y %H:%M')}`)} end`
}

const hasZone = (format: string) => /%[zZ]/.test(format)

const fromLocal = (timestamp: string, zone: string) =>
  zone === 'UTC' ? timestamp : `timezone('UTC', timezone(${literal(zone)}, ${timestamp}))`

// DuckDB wants seconds before a zone, and ±HH:MM or ±HH without a space.
function zonedSql(column: string): string {
  const offset = `regexp_replace(regexp_replace(${column}, ' ?(Z|z|UTC|GMT)$', '+00'), ' ?([+-]\\d{2}):?(\\d{2})$', '\\1:\\2')`
  return `try_cast(regexp_replace(${offset}, '([T ]\\d{2}:\\d{2}) ?([+-])', '\\1:00\\2') as timestamptz)`
}
