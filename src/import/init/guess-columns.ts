import type { Entity } from '../../config/schema.ts'
import { entityFields } from '../csv/entity-fields.ts'
import type { Field } from '../csv/field.ts'
import { parseColumn } from '../csv/map-header.ts'
import { guessHeader, plain } from '../csv/synonyms.ts'
import { guessDateFormat } from './date-format.ts'

/** One line of the mapping that a person is shown. */
export interface GuessedColumn {
  field: string
  kind: Field['kind']
  /** The header, or null where none was found for a field the entity needs. */
  column: string | null
  /** strptime, for dates that are not ISO. */
  format: string | null
  /** A first value. */
  sample: string
  /** `given` by flag or by hand, the same `name`, or a `guess`. */
  by: 'given' | 'name' | 'guess'
  /** What the person must decide before this works; null when nothing. */
  problem: string | null
}

/**
 * Guesses which header holds which field, by name, then by synonyms, checking that the values look like the field's kind.
 * `given` wins (`field: Column[:%format]`, `-` for none). `records` are sample rows in the header's order.
 */
export function guessColumns(
  entity: Entity,
  header: readonly string[],
  records: readonly (readonly string[])[],
  given: Readonly<Record<string, string>>,
  others: readonly Entity[],
): GuessedColumn[] {
  const { fields, oneOf } = entityFields[entity]
  const values = (column: string) => {
    const place = header.indexOf(column)
    return records.map(record => record[place] ?? '').filter(text => text.trim() !== '')
  }
  const chosen = new Map<string, GuessedColumn>()
  const choose = (field: Field, column: string, by: GuessedColumn['by'], format: string | null) => {
    chosen.set(field.name, describe(entity, field, column, values(column), by, format))
  }
  for (const field of fields) {
    const text = given[field.name] ?? (field.alias === undefined ? undefined : given[field.alias])
    if (text === undefined || text === '-') continue
    const { column, format } = parseColumn(text)
    choose(
      field,
      header.find(name => name === column) ?? header.find(name => plain(name) === plain(column)) ?? column,
      'given',
      format,
    )
  }
  const isLeftOut = (field: Field) => given[field.name] === '-'
  const taken = () => new Set([...chosen.values()].map(guess => guess.column))
  const open = () => fields.filter(field => !chosen.has(field.name) && !isLeftOut(field))
  for (const field of open()) {
    const names = [field.name, field.alias ?? field.name].map(plain)
    const same = header.find(name => names.includes(plain(name)))
    if (same !== undefined && !taken().has(same)) choose(field, same, 'name', null)
  }
  const isNeeded = (field: Field) =>
    field.isRequired === true ||
    oneOf.some(names => names.includes(field.name)) ||
    (entity === 'order_lines' && field.name === 'ordered_at' && !others.includes('orders'))
  for (const field of open().sort((a, b) => Number(isNeeded(b)) - Number(isNeeded(a)))) {
    const free = header.filter(name => name !== '' && !taken().has(name))
    const column = guessHeader(entity, field.name, free)
    if (column !== null && looksLike(field, values(column))) choose(field, column, 'guess', null)
  }
  return fields.flatMap(field => {
    const guess = chosen.get(field.name)
    if (guess !== undefined) return [guess]
    const isAlone = field.isRequired === true || (isNeeded(field) && !oneOf.some(names => names.includes(field.name)))
    const isLacking = oneOf.some(names => names[0] === field.name && !names.some(name => chosen.has(name)))
    if (!isAlone && !isLacking) return []
    const problem = `no column found: ${isLacking ? oneOf.find(names => names[0] === field.name)?.join(' or ') : 'it'} is needed`
    return [{ field: field.name, kind: field.kind, column: null, format: null, sample: '', by: 'guess', problem }]
  })
}

/** The mapping as winback.yml writes it: only what the headers do not say by themselves. */
export function columnsToWrite(
  guesses: readonly GuessedColumn[],
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const left = Object.entries(given).filter(([, column]) => column === '-')
  const named = guesses.flatMap(({ field, column, format, by }): [string, string][] =>
    column === null || ((by === 'name' || column === field) && format === null)
      ? []
      : [[field, format === null ? column : `${column}:${format}`]],
  )
  return Object.fromEntries([...named, ...left])
}

function describe(
  entity: Entity,
  field: Field,
  column: string,
  values: readonly string[],
  by: GuessedColumn['by'],
  format: string | null,
): GuessedColumn {
  const guess: GuessedColumn = {
    field: field.name,
    kind: field.kind,
    column,
    format,
    sample: values[0] ?? '',
    by,
    problem: null,
  }
  if ((field.kind !== 'instant' && field.kind !== 'day') || format !== null) return guess
  const found = guessDateFormat(values)
  if (found?.kind === 'format') return { ...guess, format: found.format }
  if (found?.kind !== 'ambiguous') return guess
  const [first = '', second = ''] = found.formats
  const flag = (f: string) => `--map '${entity}.${field.name}=${column}:${f}'`
  return { ...guess, problem: `'${found.sample}' may be day or month first: say ${flag(first)} or ${flag(second)}` }
}

// At least half of the samples must be of the kind; no sample, no objection.
function looksLike(field: Field, values: readonly string[]): boolean {
  const test = {
    instant: (text: string) => guessDateFormat([text])?.kind !== 'unknown',
    day: (text: string) => guessDateFormat([text])?.kind !== 'unknown',
    money: isNumber,
    unit: isNumber,
    quantity: isNumber,
    count: isNumber,
    flag: (text: string) => /^(true|false|yes|no|[01tfyn])$/i.test(text.trim()),
    currency: (text: string) => /^[A-Za-z]{3}$/.test(text.trim()),
    choice: (text: string) => field.choices?.[text.trim().toLowerCase()] !== undefined,
    json: (text: string) => /^\s*[{[]/.test(text),
    id: () => true,
    text: () => true,
  }[field.kind]
  return values.filter(test).length * 2 >= values.length
}

function isNumber(text: string): boolean {
  return /^[^\d]{0,4}\d[\d.,'’ \u00a0]*[^\d]{0,4}$/.test(text.trim())
}
