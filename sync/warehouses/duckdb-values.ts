import {
  DuckDBDateValue,
  type DuckDBDecimalType,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api'
import { WarehouseError } from '../core/errors.ts'
import type { SqlValue } from '../core/sql.ts'

/** A DuckDB value as plain JSON-like data: exact decimals and days as text, instants as ISO text in UTC, integers as numbers while they are safe. */
export function plainValue(value: DuckDBValue): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
  }
  if (value instanceof DuckDBDecimalValue || value instanceof DuckDBDateValue) return value.toString()
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return isoInstant(value.micros)
  if (value instanceof DuckDBListValue) return value.items.map(plainValue)
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, item]) => [name, plainValue(item)]))
  }
  return value.toString()
}

/** Microseconds since 1970 as `2026-01-02T03:04:05.123Z`; digits below the millisecond only when there are some. */
export function isoInstant(micros: bigint): string {
  const ms = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n)
  const rest = Number(micros - ms * 1000n)
  const text = new Date(Number(ms)).toISOString()
  return rest === 0 ? text : text.replace('Z', `${String(rest).padStart(3, '0')}Z`)
}

/** A bound or loaded value in the column's type: exact decimals, days and instants from text. Throws WarehouseError when it does not fit. */
export function duckValue(value: SqlValue | undefined, type: DuckDBType): DuckDBValue {
  if (value === null || value === undefined) return null
  switch (type.typeId) {
    case DuckDBTypeId.DECIMAL:
      return decimal(String(value), type as DuckDBDecimalType)
    case DuckDBTypeId.DATE:
      return new DuckDBDateValue(Math.round(instant(`${String(value).slice(0, 10)}T00:00:00Z`) / 86_400_000))
    case DuckDBTypeId.TIMESTAMP:
      return new DuckDBTimestampValue(micros(String(value)))
    case DuckDBTypeId.TIMESTAMP_TZ:
      return new DuckDBTimestampTZValue(micros(String(value)))
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT:
      return BigInt(value)
    case DuckDBTypeId.VARCHAR:
      return String(value)
    case DuckDBTypeId.BOOLEAN:
      return typeof value === 'string' ? value === 'true' : Boolean(value)
    case DuckDBTypeId.DOUBLE:
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.USMALLINT:
    case DuckDBTypeId.UTINYINT:
      return Number(value)
    default:
      throw new WarehouseError('warehouse.type', `A column of type ${type.toString()} cannot be loaded`)
  }
}

function decimal(text: string, type: DuckDBDecimalType): DuckDBDecimalValue {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text.trim())
  const fraction = match?.[3] ?? ''
  const tooFine = fraction.length > type.scale && !/^0*$/.test(fraction.slice(type.scale))
  if (match === null || tooFine) {
    throw new WarehouseError('warehouse.conversion', `A number does not fit decimal(${type.width},${type.scale})`)
  }
  const digits = BigInt(`${match[2]}${fraction.slice(0, type.scale).padEnd(type.scale, '0')}`)
  return new DuckDBDecimalValue(match[1] === '-' ? -digits : digits, type.width, type.scale)
}

// Text without a zone is UTC. Digits below the millisecond are kept.
function micros(text: string): bigint {
  const match = /^(\d{4,}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(
    text.trim(),
  )
  const zone = match?.[4] === undefined || match[4] === 'Z' ? 'Z' : match[4].length === 3 ? `${match[4]}:00` : match[4]
  const whole = match === null ? Number.NaN : instant(`${match[1]}T${match[2] ?? '00:00'}${zone}`)
  if (Number.isNaN(whole)) throw new WarehouseError('warehouse.conversion', 'An instant is not ISO text')
  return BigInt(whole) * 1000n + BigInt((match?.[3] ?? '').slice(0, 6).padEnd(6, '0'))
}

function instant(text: string): number {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new WarehouseError('warehouse.conversion', 'A day or instant is not ISO text')
  return ms
}
