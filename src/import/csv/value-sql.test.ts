import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWitness } from './evidence.ts'
import type { Kind } from './field.ts'
import { literal } from './literal.ts'
import { type DecimalMark, decideMark, evidenceSql } from './number-sql.ts'
import { sampleSql, valueSql } from './value-sql.ts'

let instance: DuckDBInstance
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:')
})
afterAll(() => instance.closeSync())

async function one(expression: string): Promise<string | null> {
  const connection = await instance.connect()
  const result = await connection.runAndReadAll(`select cast(${expression} as varchar)`)
  connection.closeSync()
  return result.getRows()[0]?.[0] as string | null
}

const field = (kind: Kind, format: string | null = null) => ({ name: 'f', kind, column: 'F', position: 0, format })
const by = (mark: DecimalMark, timezone = 'Europe/London') => ({
  currency: 'GBP',
  timezone,
  marks: new Map([['f', mark]]),
})
const read = (kind: Kind, text: string, mark: DecimalMark = 'unknown', format: string | null = null, zone?: string) =>
  one(valueSql(literal(text), field(kind, format), by(mark, zone)))

describe('money', () => {
  // text, and its value where the column shows a point, a comma, nothing, or both
  const table: [string, (string | null)[]][] = [
    ['1234.5', ['1234.5000', '1234.5000', '1234.5000', '1234.5000']],
    ['1,234.50', ['1234.5000', '1234.5000', '1234.5000', '1234.5000']],
    ['£1,234.50', ['1234.5000', '1234.5000', '1234.5000', '1234.5000']],
    ['GBP 12', ['12.0000', '12.0000', '12.0000', '12.0000']],
    ['(12.50)', ['-12.5000', '-12.5000', '-12.5000', '-12.5000']],
    ['1.234,50', ['1234.5000', '1234.5000', '1234.5000', '1234.5000']],
    ['1 234,50', ['1234.5000', '1234.5000', '1234.5000', '1234.5000']],
    ['1.234', ['1.2340', '1234.0000', '1.2340', null]],
    ['1,234', ['1234.0000', '1.2340', null, null]],
    ['0,123', ['0.1230', '0.1230', '0.1230', '0.1230']],
    ['1e3', ['1000.0000', '1000.0000', '1000.0000', '1000.0000']],
    ['$5', [null, null, null, null]],
    ['5 %', [null, null, null, null]],
    ['12,34,567', [null, null, null, null]],
    ['1_000', [null, null, null, null]],
    ['twelve', [null, null, null, null]],
    ['123456789012345', [null, null, null, null]],
  ]
  const marks: DecimalMark[] = ['point', 'comma', 'unknown', 'mixed']
  for (const [text, values] of table) {
    it(`reads ${text} by what its column shows`, async () => {
      expect(await Promise.all(marks.map(mark => read('money', text, mark)))).toEqual(values)
    })
  }

  const columns: [string[], DecimalMark][] = [
    [['1', '20'], 'unknown'],
    [['1.234'], 'unknown'],
    [['1,234', '12.50'], 'point'],
    [['1.234', '12,50'], 'comma'],
    [['1.234.567'], 'comma'],
    [['1,234'], 'mixed'],
    [['12.50', '12,50'], 'mixed'],
    [['0.123', 'n/a, later'], 'point'],
  ]
  for (const [texts, mark] of columns) {
    it(`finds ${mark} in a column of ${texts.join(' and ')}, in text files and Parquet alike`, async () => {
      const witness = createWitness('GBP')
      for (const text of texts) {
        const bytes = Buffer.from(text)
        witness.see(bytes, 0, bytes.length)
      }
      expect(decideMark(witness.shown)).toBe(mark)
      const { hasPoint, hasComma, hasDoubt } = evidenceSql('c', 'GBP')
      const list = `(select unnest([${texts.map(literal).join(', ')}]) as c)`
      const flags = await Promise.all([hasPoint, hasComma, hasDoubt].map(sql => one(`(select ${sql} from ${list})`)))
      const [a, b, c] = flags.map(flag => flag === 'true')
      expect(decideMark({ hasPoint: a ?? false, hasComma: b ?? false, hasDoubt: c ?? false, isPlain: false })).toBe(
        mark,
      )
    })
  }
})

describe('instants, in London', () => {
  const table: [string, string | null, string | null][] = [
    ['2010-12-01 08:26:00', null, '2010-12-01 08:26:00'],
    ['2010-07-01 08:26', null, '2010-07-01 07:26:00'],
    ['2010-07-01', null, '2010-06-30 23:00:00'],
    ['2010/07/01', null, '2010-06-30 23:00:00'],
    ['2010-07-01T08:26:00Z', null, '2010-07-01 08:26:00'],
    ['2010-07-01T08:26:00.5+02:00', null, '2010-07-01 06:26:00.5'],
    ['2010-07-01 08:26 +0530', null, '2010-07-01 02:56:00'],
    ['2010-02-30', null, null],
    ['0000-00-00 00:00:00', null, null],
    ['01/02/2024', null, null],
    ['01/02/2024', '%d/%m/%Y', '2024-02-01 00:00:00'],
    ['01/02/2024', '%m/%d/%Y', '2024-01-02 00:00:00'],
    ['19970101', null, null],
    ['19970101', '%Y%m%d', '1997-01-01 00:00:00'],
    ['2010-07-01', '%Y%m%d', null],
    ['01/07/2024 10:00 +0200', '%d/%m/%Y %H:%M %z', '2024-07-01 08:00:00'],
    ['infinity', null, null],
  ]
  for (const [text, format, value] of table) {
    it(`reads ${text}${format === null ? '' : ` by ${format}`} as ${value ?? 'nothing'}`, async () => {
      expect(await read('instant', text, 'unknown', format)).toBe(value)
    })
  }

  it('takes a day from an instant in the brand’s zone', async () => {
    // 03:00 UTC is 22:00 of the day before in New York (winter, −05:00)
    expect(await read('day', '2024-01-02T03:00:00Z', 'unknown', null, 'America/New_York')).toBe('2024-01-01')
  })
})

describe('other kinds', () => {
  const table: [Kind, string, string | null][] = [
    ['id', '17850.0', '17850'],
    ['id', '00001', '00001'],
    ['id', '1.5', '1.5'],
    ['id', 'e\u0301', '\u00e9'],
    ['id', '1.23457E+11', null],
    ['flag', 'Yes', 'true'],
    ['flag', '0', 'false'],
    ['flag', 'maybe', null],
    ['currency', 'gbp', 'GBP'],
    ['currency', 'pounds', null],
    ['count', '1,234', null],
    ['count', '12.0', '12'],
    ['count', '12.5', null],
    ['json', '{"a":1}', '{"a":1}'],
    ['json', '{a', null],
  ]
  for (const [kind, text, value] of table) {
    it(`reads the ${kind} ${text} as ${value ?? 'nothing'}`, async () => {
      expect(await read(kind, text)).toBe(value)
    })
  }

  it('keeps no letter and no digit of a sample', async () => {
    expect(await one(sampleSql(literal('Åsa@example.com +1555'), field('money')))).toBe('aaa@aaaaaaa.aaa +9999')
  })
})
