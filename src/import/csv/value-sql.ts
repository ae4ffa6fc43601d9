import type { Entity } from '../../config/schema.ts'
import { sqlTypes } from './field.ts'
import { dateReasonSql, daySql, instantSql } from './instant-sql.ts'
import { literal } from './literal.ts'
import type { MappedField } from './map-header.ts'
import { type DecimalMark, numberSql } from './number-sql.ts'

/** What values are read by, beside the field itself. */
export interface ReadBy {
  /** ISO 4217 of the brand. */
  currency: string
  /** IANA zone of the brand. */
  timezone: string
  marks: ReadonlyMap<string, DecimalMark>
  /** Number columns in which every text is as programs write numbers: read without a look at marks and signs. */
  plain?: ReadonlySet<string>
}

/** Kinds whose texts are numbers. */
export const numberKinds: readonly string[] = ['money', 'unit', 'quantity', 'count']

const white = literal(`${Array.from({ length: 32 }, (_, i) => String.fromCharCode(i + 1)).join('')}\u00a0\ufeff\u200b`)
const nothing = "'\\N', 'NULL', 'null', 'NaN', 'nan', 'None', 'NaT'"

/** A column without white space at its ends. The scanner of text files does this by itself. */
export const trimSql = (column: string): string => `trim(${column}, ${white})`

/** A trimmed column with null for empty text, and for the words by which programs write nothing (in names and other text only `\\N`: somebody may be called Null). */
export function presentSql(column: string, field: MappedField): string {
  const empty = field.kind === 'text' || field.kind === 'json' ? "'', '\\N'" : `'', ${nothing}`
  return `case when ${column} not in (${empty}) then ${column} end`
}

/** The value of a trimmed column in its SQL type; null where the text cannot be read. */
export function valueSql(column: string, field: MappedField, by: ReadBy): string {
  switch (field.kind) {
    case 'id':
      return idSql(column)
    case 'text':
      return column
    case 'json':
      return `case when json_valid(${column}) then ${column} end`
    case 'currency':
      return `case when ${column} is null then ${literal(by.currency)} when regexp_full_match(upper(${column}), '[A-Z]{3}') then upper(${column}) end`
    case 'choice':
      return choiceSql(column, field.choices ?? {})
    case 'money':
    case 'unit':
    case 'quantity':
    case 'count':
      return field.kind === 'count' ? countSql(column, field, by) : number(column, sqlTypes[field.kind], field, by)
    case 'instant':
      return instantSql(column, field.format, by.timezone)
    case 'day':
      return daySql(column, field.format, by.timezone)
    case 'flag':
      return `case when lower(${column}) in ('true', 't', 'yes', 'y', '1', '1.0') then true
        when lower(${column}) in ('false', 'f', 'no', 'n', '0', '0.0') then false end`
  }
}

/** Why a trimmed column's text has no value, as a SQL text expression; evaluated only where it has none. */
export function reasonSql(column: string, field: MappedField, by: ReadBy): string {
  switch (field.kind) {
    case 'id':
      return literal('was shortened by a spreadsheet (1.23E+10): export it again as text')
    case 'text':
      return literal('cannot be read')
    case 'json':
      return literal('is not JSON')
    case 'currency':
      return literal(`is no ISO 4217 code such as ${by.currency}`)
    case 'choice':
      return literal(`is none of ${[...new Set(Object.values(field.choices ?? {}))].join(', ')}`)
    case 'money':
    case 'unit':
    case 'quantity':
    case 'count':
      return `case when regexp_full_match(${column}, '.*\\d[.,]\\d{3}\\D*') and not regexp_full_match(${column}, '.*[.,].*[.,].*')
          then 'may be thousands or decimals: the column does not show which mark it uses, so nothing is guessed'
        when regexp_full_match(${column}, '[+-]?[0-9.,]+([eE][+-]?[0-9]+)?') then ${literal(`does not fit ${sqlTypes[field.kind]}`)}
        else ${literal(field.kind === 'count' ? 'is no whole number' : `is no number or amount in ${by.currency}`)} end`
    case 'instant':
    case 'day':
      return dateReasonSql(column, field.format, field.column)
    case 'flag':
      return literal('is neither true nor false (also yes, no, 1, 0)')
  }
}

/** A sample of a refused value with digits as 9 and letters as a: the shape tells the fault, and no name, address or phone is kept. A choice keeps its letters unless it holds an @. */
export function sampleSql(column: string, field: MappedField): string {
  const shape = `regexp_replace(left(${column}, 40), '\\p{N}', '9', 'g')`
  const masked = `regexp_replace(${shape}, '\\p{L}', 'a', 'g')`
  return field.kind === 'choice' ? `case when contains(${column}, '@') then ${masked} else ${shape} end` : masked
}

/** The raw table of an entity, without its schema. */
export const rawTable = (entity: Entity): string => `csv_${entity}`

// Canonical text (data-model.md, Customers and identity): NFC, integers without decimals.
function idSql(column: string): string {
  return `case when contains(${column}, '+') and regexp_full_match(${column}, '\\d(\\.\\d+)?[eE]\\+\\d+') then null
    when contains(${column}, '.') then regexp_replace(nfc_normalize(${column}), '^(-?\\d+)\\.0+$', '\\1') else nfc_normalize(${column}) end`
}

function choiceSql(column: string, choices: Readonly<Record<string, string>>): string {
  const cases = Object.entries(choices).map(([text, word]) => `when ${literal(text)} then ${literal(word)}`)
  return `case lower(${column}) ${cases.join(' ')} end`
}

function countSql(column: string, field: MappedField, by: ReadBy): string {
  const exact = number(column, 'decimal(18,4)', field, by)
  return `case when ${exact} = trunc(${exact}) then cast(${exact} as bigint) end`
}

const number = (column: string, type: string, field: MappedField, by: ReadBy) =>
  numberSql(column, type, by.marks.get(field.name) ?? 'unknown', by.currency, by.plain?.has(field.name) === true)
