import { literal } from './literal.ts'
import { forms, wrappings } from './number-forms.ts'

/**
 * Which mark a column's numbers use for decimals. `point`: `1,234` is a thousand; `comma`: `1.234` is; `unknown`: no value
 * showed, so `1.234` has decimals (as programs write) and there is no `1,234`; `mixed`: both are refused.
 */
export type DecimalMark = 'point' | 'comma' | 'unknown' | 'mixed'

/** What a column's values have shown so far. */
export interface MarkEvidence {
  /** Some value can only be read with a decimal point: `12.50`, `1,234.50`, `1,234,567`. */
  hasPoint: boolean
  /** Some value can only be read with a decimal comma. */
  hasComma: boolean
  /** Some value with a comma could be either: `1,234`. */
  hasDoubt: boolean
  /** Every value is as programs write numbers. */
  isPlain: boolean
}

/** The mark that the whole column agrees on. */
export function decideMark({ hasPoint, hasComma, hasDoubt }: MarkEvidence): DecimalMark {
  if (hasPoint && hasComma) return 'mixed'
  if (hasComma) return 'comma'
  if (hasPoint) return 'point'
  return hasDoubt ? 'mixed' : 'unknown'
}

const pointForm = literal(forms.point)
const commaForm = literal(forms.comma)

/** The signs of `MarkEvidence` over a column of `import_segment`, each a boolean aggregate. */
export function evidenceSql(column: string, currency: string): Record<keyof MarkEvidence, string> {
  const bare = bareSql(column, currency)
  const point = `regexp_full_match(${bare}, ${pointForm})`
  const comma = `regexp_full_match(${bare}, ${commaForm})`
  const any = (when: string, then: string) => `coalesce(bool_or(case when ${when} then ${then} end), false)`
  const hasComma = `contains(${column}, ',')`
  return {
    hasPoint: any(`(contains(${column}, '.') or ${hasComma})`, `${point} and not ${comma}`),
    hasComma: any(`(${hasComma} or ${column} like '%.%.%')`, `${comma} and not ${point}`),
    hasDoubt: any(hasComma, `${point} and ${comma}`),
    isPlain: `count(${column}) = count(${machineSql(column, 'decimal(18,6)')})`,
  }
}

/**
 * A column's text as a number of `type`, null where it cannot be read. `1e3` and `(12.50)` are numbers too; the brand's
 * currency sign or code may stand before or after. `isPlain` says that none of this occurs: DuckDB evaluates expressions
 * that two branches share for every row, and the careful reading costs ten times the plain one.
 */
export function numberSql(column: string, type: string, mark: DecimalMark, currency: string, isPlain: boolean): string {
  const machine = machineSql(column, type)
  if (isPlain && (mark === 'point' || mark === 'unknown')) return machine
  const bare = bareSql(column, currency)
  const point = `try_cast(regexp_replace(${bare}, ${literal(forms.pointFiller)}, '', 'g') as ${type})`
  const comma = `try_cast(replace(regexp_replace(${bare}, ${literal(forms.commaFiller)}, '', 'g'), ',', '.') as ${type})`
  const isPoint = `regexp_full_match(${bare}, ${pointForm})`
  const isComma = `regexp_full_match(${bare}, ${commaForm})`
  const either = {
    point,
    comma,
    unknown: `case when not contains(${column}, ',') then ${point} end`,
    mixed: `case when not contains(${column}, ',') and not contains(${column}, '.') then ${point} end`,
  }[mark]
  const careful = `case when ${isPoint} and ${isComma} then ${either} when ${isPoint} then ${point} when ${isComma} then ${comma} end`
  return `coalesce(${careful}, case when regexp_matches(${column}, '^[+-]?[0-9.]+[eE]') then ${machine} end)`
}

// DuckDB's own cast also takes `1_000`.
const machineSql = (column: string, type: string) =>
  `case when not contains(${column}, '_') then try_cast(${column} as ${type}) end`

const bareSql = (column: string, currency: string) =>
  wrappings(currency).reduce(
    (text, { pattern, by }) => `regexp_replace(${text}, ${literal(pattern)}, ${literal(by)})`,
    column,
  )
