import { ConfigError } from '../../../sync/index.ts'
import { nearest } from '../../config/nearest.ts'
import type { Entity } from '../../config/schema.ts'
import { entityFields } from './entity-fields.ts'
import type { Field } from './field.ts'
import { guessHeader, plain } from './synonyms.ts'

/** A field and where the file has it. */
export interface MappedField extends Field {
  /** The header as written. */
  column: string
  /** 0-based place in the header. */
  position: number
  /** strptime format of a date, or null for ISO. */
  format: string | null
}

/** `Column` or `Column:%Y%m%d` of winback.yml and --map, taken apart. */
export function parseColumn(text: string): { column: string; format: string | null } {
  const at = text.indexOf(':%')
  return at < 0 ? { column: text, format: null } : { column: text.slice(0, at), format: text.slice(at + 1) }
}

/**
 * Finds the entity's fields in a header: by winback.yml's `columns`, else by the contract's name (case, spaces and signs
 * aside). Columns that nobody asks for are left out; `field: '-'` leaves one out on purpose. Throws ConfigError naming
 * file, column, the nearest header and the line to write when a column is missing, doubled or unknown. `alsoRequired`
 * names fields that must be there in this source though the entity can do without.
 */
export function mapHeader(
  file: string,
  entity: Entity,
  header: readonly string[],
  columns: Readonly<Record<string, string>>,
  alsoRequired: readonly string[] = [],
): MappedField[] {
  const { oneOf } = entityFields[entity]
  const fields = entityFields[entity].fields.map(f => (alsoRequired.includes(f.name) ? { ...f, isRequired: true } : f))
  checkFieldNames(entity, columns)
  const mapped = fields.flatMap((field): MappedField[] => {
    const given = columns[field.name] ?? (field.alias === undefined ? undefined : columns[field.alias])
    if (given === '-') return []
    if (given !== undefined) {
      const { column, format } = parseColumn(given)
      if (format !== null && field.kind !== 'instant' && field.kind !== 'day') {
        throw new ConfigError(
          'import.format_misplaced',
          `columns.${entity}.${field.name} of winback.yml has a date format, but is no date`,
          `Write ${field.name}: ${column}.`,
        )
      }
      const position = find(file, header, [column])
      if (position < 0) throw missingMapped(file, entity, field.name, column, header)
      return [{ ...field, column: header[position] ?? column, position, format }]
    }
    const position = find(file, header, field.alias === undefined ? [field.name] : [field.name, field.alias])
    return position < 0 ? [] : [{ ...field, column: header[position] ?? field.name, position, format: null }]
  })
  const has = (name: string) => mapped.some(field => field.name === name)
  const taken = new Set(mapped.map(field => field.column))
  const free = header.filter(name => name !== '' && !taken.has(name))
  for (const { name, isRequired } of fields) {
    if (isRequired === true && !has(name)) throw missing(file, entity, [name], header, free)
  }
  for (const names of oneOf) if (!names.some(has)) throw missing(file, entity, names, header, free)
  return mapped
}

/** Throws ConfigError for a column of winback.yml that the contract does not have. */
function checkFieldNames(entity: Entity, columns: Readonly<Record<string, string>>): void {
  const known = entityFields[entity].fields.flatMap(f => (f.alias === undefined ? [f.name] : [f.name, f.alias]))
  for (const name of Object.keys(columns)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    throw new ConfigError(
      'import.unknown_field',
      `columns.${entity}.${name} of winback.yml: ${entity} has no field '${name}'`,
      near === null ? `Known: ${known.join(', ')}.` : `Did you mean '${near}'?`,
    )
  }
}

/** The place of the first of `names` that the header has, exact spelling first; −1 when absent. Throws when it stands twice. */
function find(file: string, header: readonly string[], names: readonly string[]): number {
  for (const same of [
    (a: string, b: string) => a === b,
    (a: string, b: string) => plain(b) !== '' && plain(a) === plain(b),
  ]) {
    for (const name of names) {
      const places = header.flatMap((column, i) =>
        column !== '' && same(column, name.trim().normalize('NFC')) ? [i] : [],
      )
      if (places.length === 1) return places[0] ?? -1
      if (places.length > 1) {
        throw new ConfigError(
          'import.duplicate_column',
          `${file} has the column '${header[places[0] ?? 0]}' ${places.length === 2 ? 'twice' : `${places.length} times`} (places ${places.map(i => i + 1).join(' and ')})`,
          'Rename one of them in the file.',
        )
      }
    }
  }
  return -1
}

function missingMapped(
  file: string,
  entity: Entity,
  field: string,
  column: string,
  header: readonly string[],
): ConfigError {
  const near = nearest(column, header) ?? guessHeader(entity, field, header)
  return new ConfigError(
    'import.missing_column',
    `${file} has no column '${column}', which winback.yml names for ${entity}.${field}`,
    near === null
      ? columnsOf(header)
      : `The nearest is '${near}': write ${yamlLine(entity, field, near)} in winback.yml.`,
  )
}

function missing(
  file: string,
  entity: Entity,
  names: readonly string[],
  header: readonly string[],
  free: readonly string[],
): ConfigError {
  const wanted = names.map(name => `'${name}'`).join(' or ')
  for (const name of names) {
    const near = guessHeader(entity, name, free) ?? nearest(name, free)
    if (near === null) continue
    return new ConfigError(
      'import.missing_column',
      `${file} has no column ${wanted}, which ${entity} must have`,
      `The nearest is '${near}': if that is it, write ${yamlLine(entity, name, near)} in winback.yml.`,
    )
  }
  const line = yamlLine(entity, names[0] ?? '', 'Column')
  return new ConfigError(
    'import.missing_column',
    `${file} has no column ${wanted}, which ${entity} must have`,
    `${columnsOf(header)} Name the right one in winback.yml: ${line}.`,
  )
}

const yamlLine = (entity: string, field: string, column: string) => {
  const text = /^[A-Za-z_][A-Za-z0-9_ -]*$/.test(column) ? column : JSON.stringify(column)
  return `columns: { ${entity}: { ${field}: ${text} } }`
}

const columnsOf = (header: readonly string[]) => {
  const names = header.filter(name => name !== '').map(name => `'${name.slice(0, 40)}'`)
  const shown = names.slice(0, 20).join(', ')
  return `Its columns are ${shown}${names.length > 20 ? ` and ${names.length - 20} more` : ''}.`
}
