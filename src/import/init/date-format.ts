/** What a date column's samples tell of its format. */
export type DateGuess =
  | { kind: 'iso' }
  | { kind: 'format'; format: string }
  /** Day and month cannot be told apart: never guessed. */
  | { kind: 'ambiguous'; formats: string[]; sample: string }
  | { kind: 'unknown'; sample: string }

/** Reads a date format off sample texts; empty ones say nothing. Null when all are empty. */
export function guessDateFormat(samples: readonly string[]): DateGuess | null {
  const texts = samples.map(text => text.trim()).filter(text => text !== '')
  const [first] = texts
  if (first === undefined) return null
  if (texts.every(text => ISO.test(text))) return { kind: 'iso' }
  for (const { pattern, format } of fixed) {
    if (texts.every(text => pattern.test(text))) return { kind: 'format', format: withTime(format, texts) }
  }
  const parts = texts.map(text => NUMERIC.exec(text))
  if (parts.some(part => part === null)) return { kind: 'unknown', sample: first }
  const sign = parts[0]?.[2] ?? '/'
  const year = parts.every(part => (part?.[4]?.length ?? 0) === 4) ? '%Y' : '%y'
  const numbers = parts.map(part => [Number(part?.[1]), Number(part?.[3])] as const)
  const dayFirst = withTime(`%d${sign}%m${sign}${year}`, texts)
  const monthFirst = withTime(`%m${sign}%d${sign}${year}`, texts)
  const mustBeDayFirst = numbers.some(([a]) => a > 12)
  const mustBeMonthFirst = numbers.some(([, b]) => b > 12)
  if (mustBeDayFirst && mustBeMonthFirst) return { kind: 'unknown', sample: first }
  // With points the day leads: no country writes months first with them (CLDR, dateFormats).
  if (mustBeDayFirst || (sign === '.' && !mustBeMonthFirst)) return { kind: 'format', format: dayFirst }
  if (mustBeMonthFirst) return { kind: 'format', format: monthFirst }
  return { kind: 'ambiguous', formats: [dayFirst, monthFirst], sample: first }
}

const ISO = /^\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|z|UTC|GMT|[+-]\d{2}(:?\d{2})?))?)?$/
const NUMERIC = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})( \d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?)?$/
const TIME = '( \\d{1,2}:\\d{2}(:\\d{2})?( ?[AaPp][Mm])?)?$'

const fixed: readonly { pattern: RegExp; format: string }[] = [
  { pattern: /^(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])$/, format: '%Y%m%d' },
  { pattern: /^(19|20)\d{12}$/, format: '%Y%m%d%H%M%S' },
  { pattern: new RegExp(`^\\d{1,2}-[A-Za-z]{3}-\\d{4}${TIME}`), format: '%d-%b-%Y' },
  { pattern: new RegExp(`^\\d{1,2} [A-Za-z]{3} \\d{4}${TIME}`), format: '%d %b %Y' },
  { pattern: new RegExp(`^[A-Za-z]{3} \\d{1,2}, \\d{4}${TIME}`), format: '%b %d, %Y' },
  { pattern: new RegExp(`^[A-Za-z]{4,9} \\d{1,2}, \\d{4}${TIME}`), format: '%B %d, %Y' },
]

function withTime(format: string, texts: readonly string[]): string {
  const time = / \d{1,2}:\d{2}(:\d{2})?( ?)([AaPp][Mm])?$/.exec(texts[0] ?? '')
  if (time === null || /%H/.test(format)) return format
  const hours = time[3] === undefined ? '%H' : '%I'
  const half = time[3] === undefined ? '' : `${time[2]}%p`
  return `${format} ${hours}:%M${time[1] === undefined ? '' : ':%S'}${half}`
}
