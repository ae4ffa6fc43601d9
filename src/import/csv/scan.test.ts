import { describe, expect, it } from 'vitest'
import type { CsvDialect } from './dialect.ts'
import { createScanner, MAX_RECORD_BYTES, type Spool } from './scan.ts'

const comma: CsvDialect = { delimiter: 44, quote: 34, backslash: false, newline: 10 }

/** Scans a file in pieces of `size` bytes with a header of two fields; one text per record, as the spool has it. */
function scan(
  file: Buffer | string,
  size: number,
  dialect = comma,
  wanted: readonly boolean[] = [true, true],
): string[] {
  const bytes = Buffer.from(file)
  const spool: Spool = { bytes: Buffer.alloc(0), length: 0 }
  const scanner = createScanner({ dialect, wanted, skip: 1 })
  let rest = Buffer.alloc(0)
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = Buffer.concat([rest, bytes.subarray(at, at + size)])
    rest = chunk.subarray(scanner.scan(chunk, false, spool))
  }
  scanner.scan(rest, true, spool)
  return spool.bytes.toString('utf8', 0, spool.length).split('\n').slice(0, -1)
}

describe('scanning records', () => {
  const cases: [string, string, string[]][] = [
    ['plain records', 'a,b\n1,2\n3,4\n', ['2,,,"1","2"', '3,,,"3","4"']],
    ['a last line without a newline', 'a,b\n1,2', ['2,,,"1","2"']],
    ['Windows line ends', 'a,b\r\n1,2\r\n3,4\r\n', ['2,,,"1","2"', '3,,,"3","4"']],
    ['doubled quotes', 'a,b\n"say ""hi""",2\n', ['2,,,"say ""hi""","2"']],
    ['quotes inside an unquoted field', 'a,b\n5" pipe,2\n', ['2,,,"5"" pipe","2"']],
    ['blank lines, which count as lines', 'a,b\n\n  \n1,2\n', ['4,,,"1","2"']],
    ['a record of empty fields', 'a,b\n,\n', ['2,,,"",""']],
    ['white space at the ends of fields', 'a,b\n 1\t,\u00a02\u200b\n', ['2,,,"1","2"']],
    ['empty fields beyond the header', 'a,b\n1,2,,\n', ['2,,,"1","2"']],
    ['a record with too few fields', 'a,b\n1\n3,4\n', ['2,,"has 1 fields where the header has 2",,', '3,,,"3","4"']],
    ['a record with too many fields', 'a,b\n1,2,3\n', ['2,,"has 3 fields where the header has 2",,']],
    [
      'text after a closing quote',
      'a,b\n"1"x,2\n3,4\n',
      ['2,0,"text follows a closing quote (a quote inside a quoted field must be doubled)",,', '3,,,"3","4"'],
    ],
    [
      'a quote that is never closed: only its line is lost',
      'a,b\n1,"2\n3,4\n',
      ['2,1,"a quote that opens here is never closed",,', '3,,,"3","4"'],
    ],
    ['a NUL byte', 'a,b\n1,x\0y\n3,4\n', ['2,1,"holds a NUL byte",,', '3,,,"3","4"']],
  ]
  for (const [name, file, expected] of cases) {
    for (const size of [1, 3, 1000]) {
      it(`reads ${name}, in pieces of ${size}`, () => {
        expect(scan(file, size)).toEqual(expected)
      })
    }
  }

  it('keeps a newline inside quotes and goes on counting physical lines', () => {
    expect(scan('a,b\n"x\r\ny",2\n3,4\n', 2).join('\n')).toBe('2,,,"x\r\ny","2"\n4,,,"3","4"')
  })

  it('refuses bytes that are not UTF-8 in a field that is wanted, and no others', () => {
    const file = Buffer.concat([Buffer.from('a,b\ncaf'), Buffer.from([0xe9]), Buffer.from(',2\n3,4\n')])
    expect(scan(file, 5)).toEqual(['2,0,"is not UTF-8 text (save the file as UTF-8)",,', '3,,,"3","4"'])
    expect(scan(file, 5, comma, [false, true])).toEqual(['2,,,"2"', '3,,,"4"'])
  })

  it('shows its witnesses whole fields only, however the file is cut', () => {
    const seen: string[] = []
    const spool: Spool = { bytes: Buffer.alloc(0), length: 0 }
    const witness = { see: (b: Buffer, start: number, end: number) => seen.push(b.toString('utf8', start, end)) }
    const scanner = createScanner({
      dialect: comma,
      wanted: [true],
      skip: 1,
      witnesses: new Map([[{ position: 0 }, witness]]),
    })
    expect(scanner.scan(Buffer.from('a\n1.23'), false, spool)).toBe(2)
    scanner.scan(Buffer.from('1.234\n'), true, spool)
    expect(seen).toEqual(['1.234'])
  })

  it('splits on runs of spaces', () => {
    const spaces: CsvDialect = { ...comma, delimiter: 'spaces' }
    expect(scan(' a  b \r\n  1    2\r\n 3 4  \r\n', 3, spaces)).toEqual(['2,,,"1","2"', '3,,,"3","4"'])
  })

  it('reads line ends of old Macs', () => {
    expect(scan('a,b\r1,"x\ny"\r3,4', 2, { ...comma, newline: 13 }).join('\n')).toBe('2,,,"1","x\ny"\n3,,,"3","4"')
  })

  it('reads backslash escapes where the file has them', () => {
    expect(scan('a,b\n"say \\"hi\\"",2\n', 3, { ...comma, backslash: true })).toEqual(['2,,,"say ""hi""","2"'])
  })

  it('gives up on a record longer than the limit and goes on with the next line', () => {
    const file = `a,b\n1,"${'x'.repeat(MAX_RECORD_BYTES)}\n3,4\n`
    expect(scan(file, 65_536)).toEqual(['2,,"is longer than 1 MB (is a quote never closed?)",,', '3,,,"3","4"'])
  })
})
