import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Call, ConfigError, raw, type Warehouse } from '../../../sync/index.ts'
import type { Entity } from '../../config/schema.ts'
import type { CsvDialect } from './dialect.ts'
import { type EntityFields, entityFields } from './entity-fields.ts'
import { literal } from './literal.ts'
import { type MappedField, mapHeader } from './map-header.ts'
import { delimiterInside, sniff } from './sniff.ts'
import { emptyFile, fingerprint, openSourceFile, readSample, type SourceFile } from './source-file.ts'
import { isKnownHeader } from './synonyms.ts'

/** What is known of a file before a row of it is read: everything that can be wrong with it as a whole has been checked. */
export interface FilePlan {
  entity: Entity
  file: SourceFile
  header: string[]
  /** Null for Parquet. */
  dialect: CsvDialect | null
  fields: MappedField[]
  oneOf: EntityFields['oneOf']
  key: string | null
  /** SHA-256 of the file's bytes. */
  fingerprint: string
  /** SHA-256 of how the file is read: columns, formats, currency, zone, and the version of these rules. */
  recipe: string
}

/** Changes when the same bytes and columns give other rows than before: every file is then read again. */
const RULES_VERSION = 1

/** Bytes that show a file's dialect. */
const SAMPLE_BYTES = 262_144

/** Looks at one file: exists, is text or Parquet, has a header that holds what the entity needs, its date formats are valid. Throws ConfigError. */
export async function planFile(
  at: { warehouse: Warehouse; call: Call },
  of: { path: string; name: string; entity: Entity; entities: readonly Entity[] },
  by: { columns: Readonly<Record<string, string>>; currency: string; timezone: string },
): Promise<FilePlan> {
  const file = await openSourceFile(of.path, of.name)
  const { header, dialect } =
    file.format === 'parquet'
      ? { header: await parquetHeader(at, file), dialect: null }
      : await readTextHeader(file, of.entity, by.columns)
  const { oneOf, key } = entityFields[of.entity]
  const fields = mapHeader(
    file.name,
    of.entity,
    header,
    by.columns,
    needsDate(of.entity, of.entities) ? ['ordered_at'] : [],
  )
  for (const field of fields) if (field.format !== null) await checkFormat(at, of.entity, field.name, field.format)
  const recipe = [RULES_VERSION, fields.map(f => [f.name, f.column, f.format, f.isRequired]), by.currency, by.timezone]
  return {
    entity: of.entity,
    file,
    header,
    dialect,
    fields,
    oneOf,
    key,
    fingerprint: await fingerprint(file, at.call.signal ?? null),
    recipe: createHash('sha256').update(JSON.stringify(recipe)).digest('hex'),
  }
}

// Orders are derived from lines where a source has no orders file: then a line must tell the time.
const needsDate = (entity: Entity, entities: readonly Entity[]) =>
  entity === 'order_lines' && !entities.includes('orders')

/** The header, dialect and first records of a text file. Throws ConfigError when it has no header, or a delimiter we do not know. */
export async function readTextHeader(file: SourceFile, entity: Entity, columns: Readonly<Record<string, string>>) {
  const sample = await readSample(file, SAMPLE_BYTES)
  const mapped = Object.values(columns).map(text => text.split(':%')[0] ?? text)
  const found = sniff(sample.bytes, sample.whole, isKnownHeader(entity, mapped))
  if (found === null) throw emptyFile(file.name)
  const only = found.header.length === 1 ? (found.header[0] ?? '') : null
  const inside = only === null ? null : delimiterInside(only)
  if (inside !== null) {
    throw new ConfigError(
      'import.delimiter',
      `${file.name} has one column, '${only?.slice(0, 80)}', with ${inside} inside: that is no delimiter we know`,
      'Export it with commas, semicolons, tabs or any other single sign between the columns.',
    )
  }
  return found
}

async function parquetHeader(at: { warehouse: Warehouse; call: Call }, file: SourceFile): Promise<string[]> {
  try {
    const rows = await at.warehouse.query(
      raw(`select column_name from (describe select * from read_parquet(${literal(file.path)}))`),
      z.object({ column_name: z.string() }),
      at.call,
    )
    return rows.map(row => row.column_name)
  } catch (cause) {
    if (at.call.signal?.aborted) throw cause
    throw new ConfigError(
      'import.parquet_broken',
      `${file.name} is damaged: its Parquet footer cannot be read`,
      'Copy or export it again.',
      { cause },
    )
  }
}

async function checkFormat(
  at: { warehouse: Warehouse; call: Call },
  entity: Entity,
  field: string,
  format: string,
): Promise<void> {
  try {
    await at.warehouse.query(
      raw(`select try_strptime('', ${literal(format)}) is null as ok`),
      z.object({ ok: z.boolean() }),
      at.call,
    )
  } catch (cause) {
    if (at.call.signal?.aborted) throw cause
    throw new ConfigError(
      'import.format',
      `columns.${entity}.${field} of winback.yml: '${format}' is no date format`,
      'Use strptime signs such as %d/%m/%Y %H:%M or %Y%m%d.',
      { cause },
    )
  }
}
