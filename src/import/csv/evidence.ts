import { z } from 'zod'
import { type Call, raw, type Warehouse } from '../../../sync/index.ts'
import type { MappedField } from './map-header.ts'
import { forms, wrappings } from './number-forms.ts'
import { type DecimalMark, decideMark, evidenceSql, type MarkEvidence } from './number-sql.ts'
import { numberKinds } from './value-sql.ts'

/** What the number columns of a file have shown so far, by field. */
export type Evidence = ReadonlyMap<string, MarkEvidence>

/** Looks at every text of one number column. */
export interface Witness {
  shown: MarkEvidence
  /** One field, trimmed, in UTF-8. */
  see(bytes: Buffer, start: number, end: number): void
}

/** A witness for each number column. */
export function createWitnesses(fields: readonly MappedField[], currency: string): Map<MappedField, Witness> {
  const numbers = fields.filter(field => numberKinds.includes(field.kind))
  return new Map(numbers.map(field => [field, createWitness(currency)]))
}

/** A witness of one column; texts that are no numbers show nothing. */
export function createWitness(currency: string): Witness {
  const around = wrappings(currency).map(({ pattern, by }) => ({
    pattern: new RegExp(pattern, 'u'),
    by: by.replace('\\1', '$1'),
  }))
  const shown: MarkEvidence = { hasPoint: false, hasComma: false, hasDoubt: false, isPlain: true }
  const seeText = (text: string) => {
    if (text === '' || MACHINE.test(text)) return
    shown.isPlain = false
    const bare = around.reduce((rest, { pattern, by }) => rest.replace(pattern, by), text)
    if (!/[.,]/.test(bare)) return
    const isPoint = POINT.test(bare)
    const isComma = COMMA.test(bare)
    if (isPoint && !isComma) shown.hasPoint = true
    if (isComma && !isPoint) shown.hasComma = true
    if (isPoint && isComma && bare.includes(',')) shown.hasDoubt = true
  }
  return {
    shown,
    see(bytes, start, end) {
      let dot = -1
      let p = bytes[start] === MINUS ? start + 1 : start
      const first = p
      for (; p < end; p++) {
        const byte = bytes[p] as number
        if (byte === DOT && dot < 0) dot = p
        else if (byte < 48 || byte > 57) {
          seeText(bytes.toString('utf8', start, end))
          return
        }
      }
      // `1.234` may be a thousand; `0.123`, `1234.567` and `1.5` cannot.
      if (dot >= 0 && !(end - dot === 4 && dot > first && dot - first <= 3 && bytes[first] !== 48))
        shown.hasPoint = true
    },
  }
}

/** The evidence of a Parquet file, from the view `import_segment`. */
export async function gatherEvidence(
  at: { warehouse: Warehouse; call: Call },
  fields: readonly (readonly [string, MappedField])[],
  currency: string,
): Promise<Evidence> {
  const numbers = fields.filter(([, field]) => numberKinds.includes(field.kind))
  if (numbers.length === 0) return new Map()
  const columns = numbers.map(([column, field]) => {
    const { hasPoint, hasComma, hasDoubt, isPlain } = evidenceSql(column, currency)
    return `[${hasPoint}, ${hasComma}, ${hasDoubt}, ${isPlain}] as "${field.name}"`
  })
  const text = `select ${columns.join(', ')} from import_segment`
  const [row] = await at.warehouse.query(raw(text), z.record(z.string(), z.array(z.boolean())), at.call)
  return new Map(
    Object.entries(row ?? {}).map(([name, [hasPoint, hasComma, hasDoubt, isPlain]]) => [
      name,
      {
        hasPoint: hasPoint === true,
        hasComma: hasComma === true,
        hasDoubt: hasDoubt === true,
        isPlain: isPlain === true,
      },
    ]),
  )
}

/** The decimal mark of every number column. */
export function decideMarks(evidence: Evidence): Map<string, DecimalMark> {
  return new Map([...evidence].map(([name, shown]) => [name, decideMark(shown)]))
}

/** True when rows typed by `used` would be typed otherwise by what the whole file shows. */
export function wouldReadOtherwise(used: ReadonlyMap<string, DecimalMark>, evidence: Evidence): boolean {
  return [...evidence].some(([name, shown]) => {
    const mark = decideMark(shown)
    const before = used.get(name)
    if (before === mark) return false
    // Without a single `1,234` a column reads the same with a point as with nothing shown.
    return !(before === 'unknown' && mark === 'point' && !shown.hasDoubt)
  })
}

const DOT = 46
const MINUS = 45
const MACHINE = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const POINT = new RegExp(`^${forms.point}$`, 'u')
const COMMA = new RegExp(`^${forms.comma}$`, 'u')
