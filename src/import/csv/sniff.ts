import { type CsvDialect, delimiterName } from './dialect.ts'
import { createScanner, type Spool } from './scan.ts'

/** A file's dialect and the records of its first bytes. */
export interface Sniffed {
  dialect: CsvDialect
  /** Names of the first record, trimmed, as written. */
  header: string[]
  /** Records after the header that the sample holds whole; broken ones are left out. */
  records: string[][]
}

/** The usual delimiters first: an earlier one wins a tie. */
const usual = [44, 59, 9, 124]

/**
 * Finds delimiter, quote, escape and newline from a file's first bytes. The delimiter is the one whose header holds the
 * most `known` names, then the one that splits the most records alike, then the one that makes more columns.
 * Returns null when the sample has no record at all.
 */
export function sniff(sample: Buffer, whole: boolean, known: (header: string) => boolean): Sniffed | null {
  const newline = firstNewline(sample)
  const end = sample.indexOf(newline)
  const line = sample.subarray(0, end < 0 ? sample.length : end)
  const others = [...new Set(line)].filter(byte => isPunctuation(byte) && !usual.includes(byte))
  const quote = line[0] === 39 ? 39 : 34
  const escapes = sample.includes(Buffer.from([92, quote])) ? [false, true] : [false]
  let best: { sniffed: Sniffed; score: number[] } | null = null
  for (const delimiter of [...usual, 'spaces' as const, ...others]) {
    for (const backslash of escapes) {
      const dialect: CsvDialect = { delimiter, quote, backslash, newline }
      const [first, ...rest] = splitSample(sample, whole, dialect)
      if (first === undefined) continue
      const header = first.map(name => name.trim().normalize('NFC'))
      const records = rest.filter(record => record.length === header.length)
      const alike = rest.length === 0 ? 1 : records.length / rest.length
      const score = [header.filter(known).length, header.length > 1 ? alike : 0, header.length]
      if (best === null || isHigher(score, best.score)) best = { sniffed: { dialect, header, records }, score }
    }
  }
  return best?.sniffed ?? null
}

/** Text such as `'::'` that stands between words of a header that was read as one column, or null. */
export function delimiterInside(header: string): string | null {
  const between = header.match(/(?<=[A-Za-z0-9_])[^A-Za-z0-9_."' -]+(?=[A-Za-z0-9_])/g)
  return between?.[0] === undefined
    ? null
    : between[0].length === 1
      ? delimiterName(between[0].charCodeAt(0))
      : `'${between[0]}'`
}

/** The records of a sample as texts; only whole ones unless the sample is the whole file. */
export function splitSample(sample: Buffer, whole: boolean, dialect: CsvDialect): string[][] {
  const spool: Spool = { bytes: Buffer.alloc(0), length: 0 }
  createScanner({ dialect, wanted: 'all', skip: 0 }).scan(sample, whole, spool)
  return readSpool(spool.bytes.toString('utf8', 0, spool.length))
}

/** Records of a spool text; broken ones are left out. */
function readSpool(text: string): string[][] {
  const records: string[][] = []
  let record: string[] | null = null
  for (const match of text.matchAll(/(^|\n)\d+,(\d*),("[^"]*")?|,"((?:[^"]|"")*)"/g)) {
    if (match[4] === undefined) {
      record = match[3] === undefined ? [] : null
      if (record !== null) records.push(record)
    } else record?.push(match[4].replaceAll('""', '"'))
  }
  return records
}

function firstNewline(sample: Buffer): 10 | 13 {
  const lf = sample.indexOf(10)
  const cr = sample.indexOf(13)
  return cr >= 0 && (lf < 0 || cr < lf - 1) ? 13 : 10
}

// Bytes that may part fields: controls and ASCII punctuation that stands in no name.
function isPunctuation(byte: number): boolean {
  return (byte < 32 && ![0, 9, 10, 13].includes(byte)) || ':^~#*!&@%+=/\\$;|'.includes(String.fromCharCode(byte))
}

function isHigher(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return (a[i] ?? 0) > (b[i] ?? 0)
  }
  return false
}
