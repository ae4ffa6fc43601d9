import { entityFields } from './entity-fields.ts'
import { sqlTypes } from './field.ts'
import { literal } from './literal.ts'
import type { MappedField } from './map-header.ts'
import type { FilePlan } from './plan-file.ts'
import { presentSql, type ReadBy, reasonSql, sampleSql, trimSql, valueSql } from './value-sql.ts'

/** The columns of `import_segment` (text) and `import_stage` (typed) by field, in the fields' order. */
export const textSlot = (i: number): string => `c${i}`
const valueSlot = (i: number) => `v${i}`

/**
 * A segment in Winback's own CSV as the temporary view `import_segment`: line, bad_column, bad_reason, trimmed texts.
 * `places` are the header's places that the spool has, in order.
 */
export function spoolSegmentSql(path: string, places: readonly number[], fields: readonly MappedField[]): string {
  const columns = ["'line': 'BIGINT'", "'bad_column': 'INTEGER'", "'bad_reason': 'VARCHAR'"]
  for (const place of places) columns.push(`'p${place}': 'VARCHAR'`)
  const texts = fields.map((field, i) => `${presentSql(`p${field.position}`, field)} as ${textSlot(i)}`)
  return `create or replace temp view import_segment as select line, bad_column, bad_reason, ${texts.join(', ')}
    from read_csv(${literal(path)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\\n',
      parallel = false, max_line_size = 2300000, buffer_size = 4600000, columns = {${columns.join(', ')}})`
}

/** The same view over a whole Parquet file: DuckDB streams it. Lines are row numbers from 1. */
export function parquetSegmentSql(path: string, fields: readonly MappedField[]): string {
  const texts = fields.map((field, i) => {
    const text = `cast("${field.column.replaceAll('"', '""')}" as varchar)`
    return `${presentSql(trimSql(text), field)} as ${textSlot(i)}`
  })
  return `create or replace temp view import_segment as
    select file_row_number + 1 as line, null::integer as bad_column, null::varchar as bad_reason, ${texts.join(', ')}
    from read_parquet(${literal(path)}, file_row_number = true, binary_as_string = true)`
}

/** The table that a file's records are gathered in, typed, before they become rows or rejects: it lives and dies within one transaction. */
export function createStageSql(stage: string, fields: readonly MappedField[]): string {
  const values = fields.map((field, i) => `${valueSlot(i)} ${sqlTypes[field.kind]}`)
  return `create table ${stage} (line bigint, ${values.join(', ')}, "column" varchar, reason varchar, sample varchar)`
}

/** Appends `import_segment` to the stage: each record with its values, or with the first reason why it has none. */
export function stageSegmentSql(stage: string, plan: FilePlan, by: ReadBy): string {
  const { fields } = plan
  const texts = fields.map((_, i) => textSlot(i))
  const values = fields.map((field, i) => `${valueSql(textSlot(i), field, by)} as ${valueSlot(i)}`)
  return `insert into ${stage}
    select line, ${fields.map((_, i) => valueSlot(i)).join(', ')}, why.column, why.reason, why.sample from (
      select *, case ${reasons(plan, by).join('\n')} end as why
      from (select line, bad_column, bad_reason, ${[...texts, ...values].join(', ')} from import_segment)
    )`
}

/** The good rows of the stage as rows of the raw table, without the lines of `import_doubled`; holes 1–4 are brand, source, file, instant. */
export function landSql(plan: FilePlan, currency: string): { columns: string; values: string } {
  const columns = plan.fields.map(field => `"${field.name}"`)
  const values = plan.fields.map((_, i) => valueSlot(i))
  const hasCurrency = entityFields[plan.entity].fields.some(field => field.name === 'currency')
  if (hasCurrency && !plan.fields.some(field => field.name === 'currency')) {
    columns.push('currency')
    values.push(literal(currency))
  }
  return { columns: columns.join(', '), values: values.join(', ') }
}

/** The stage's column of the field that may stand once in a file, or null. */
export function keySlot(plan: FilePlan): string | null {
  const i = plan.fields.findIndex(field => field.name === plan.key)
  return i < 0 ? null : valueSlot(i)
}

// The branches of a CASE, in order: how the record is split, what is missing, what cannot be read.
function reasons({ fields, oneOf, header }: FilePlan, by: ReadBy): string[] {
  const why = (column: string, reason: string, sample = 'null') =>
    `{'column': ${column}, 'reason': ${reason}, 'sample': ${sample}}`
  const place = new Map(fields.map((field, i) => [field.name, textSlot(i)]))
  return [
    `when bad_reason is not null then ${why(`([${header.map(literal).join(', ')}])[bad_column + 1]`, 'bad_reason')}`,
    ...fields
      .filter(field => field.isRequired === true)
      .map(field => `when ${place.get(field.name)} is null then ${why(literal(field.column), "'is empty'")}`),
    ...oneOf.map(names => {
      const present = fields.filter(field => names.includes(field.name))
      const text = literal(`${present.length === 1 ? 'is' : 'are all'} empty (a row needs ${names.join(' or ')})`)
      const empty = present.map(field => `${place.get(field.name)} is null`).join(' and ')
      return `when ${empty} then ${why(literal(present.map(field => field.column).join(', ')), text)}`
    }),
    ...fields.flatMap((field, i) => {
      if (field.kind === 'text') return []
      const reason = reasonSql(textSlot(i), field, by)
      const detail = why(literal(field.column), reason, sampleSql(textSlot(i), field))
      return [`when ${textSlot(i)} is not null and ${valueSlot(i)} is null then ${detail}`]
    }),
  ]
}
