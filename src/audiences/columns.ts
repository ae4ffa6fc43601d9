import { z } from 'zod'
import { ConfigError, sql, type Warehouse, WarehouseError } from '../../sync/index.ts'
import { nearest } from '../config/nearest.ts'
import type { Audience } from './compile.ts'
import { isIdentifierColumn } from './identifiers.ts'

/** A field of an audience with the warehouse's name of its type. */
export interface AudienceField {
  name: string
  type: string
}

const sendable = /^(VARCHAR|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(.*\)|DOUBLE|FLOAT|DATE|TIMESTAMP.*)$/

/**
 * Binds the audience to the marts as they are, without running it: the type of each declared field, in order.
 * Throws ConfigError `audience.column` with file and line for a column that is not there or cannot be sent, `audience.identifier` for
 * text under a flag's name.
 */
export async function audienceFields(
  warehouse: Warehouse,
  audience: Audience,
  signal?: AbortSignal,
): Promise<AudienceField[]> {
  const { file } = audience.source
  const rows = await warehouse
    .query(sql`describe ${audience.sql}`, z.object({ column_name: z.string(), column_type: z.string() }), {
      tag: { runId: 'none', purpose: `binding audience ${audience.slug}` },
      timeoutMs: 30_000,
      ...(signal && { signal }),
    })
    .catch(error => {
      throw explained(error, audience)
    })
  for (const { column_name: name, column_type: type } of rows) {
    if (name === 'customer_id' && type !== 'VARCHAR')
      throw new ConfigError(
        'audience.column',
        `${file}:${lineOf(audience, name)}: customer_id is ${type}, not text`,
        'Select the mart’s own customer_id.',
      )
    if (isIdentifierColumn({ name, type }))
      throw new ConfigError(
        'audience.identifier',
        `${file}:${lineOf(audience, name)}: field '${name}' is ${type} and would carry an identifier`,
        'A name with has_ or is_ is for flags; Winback joins each platform’s identifiers itself.',
      )
    if (!sendable.test(type))
      throw new ConfigError(
        'audience.column',
        `${file}:${lineOf(audience, name)}: '${name}' is ${type}, which no platform takes`,
        'Select plain text, numbers, dates or flags.',
      )
  }
  return rows.slice(1).map(row => ({ name: row.column_name, type: row.column_type }))
}

function explained(error: unknown, audience: Audience): unknown {
  if (!(error instanceof WarehouseError)) return error
  const { file } = audience.source
  const column = /[Cc]olumn (?:named )?"([^"]+)"/.exec(error.message)?.[1]
  if (/Binder Error/.test(error.message) && column !== undefined) {
    const candidates = [...(/Candidate bindings: (.*)/.exec(error.message)?.[1] ?? '').matchAll(/"([^"]+)"/g)].map(
      m => m[1] ?? '',
    )
    const near = nearest(
      column,
      candidates.map(name => name.split('.').at(-1) ?? name),
    )
    return new ConfigError(
      'audience.column',
      `${file}:${lineOf(audience, column)}: no column '${column}' in ${audience.models.join(', ')}`,
      near === null ? 'See its columns with `winback show`.' : `Did you mean '${near}'?`,
      { cause: error },
    )
  }
  if (error.code === 'warehouse.timeout' || error.code === 'warehouse.locked') return error
  return new ConfigError('audience.sql', `${file}: ${error.message}`, error.hint, { cause: error })
}

function lineOf(audience: Audience, word: string): number {
  const at = audience.source.body.search(new RegExp(`\\b${word.replace(/[^\w]/g, '\\$&')}\\b`, 'i'))
  return audience.source.body.slice(0, Math.max(at, 0)).split('\n').length
}
