import { isUtf8 } from 'node:buffer'
import type { CsvDialect } from './dialect.ts'
import { whiteAt, whiteBefore } from './white-space.ts'

/** A record longer than this is refused: an unclosed quote must not swallow the file into memory. Bytes; our own limit. */
export const MAX_RECORD_BYTES = 1_048_576

/** Bytes in Winback's own strict CSV (`line,bad column,bad reason,"field",…`), which DuckDB reads without guessing. */
export interface Spool {
  bytes: Buffer
  length: number
}

/** Splits one file into records, one chunk after the other. */
export interface Scanner {
  /**
   * Appends every whole record of `chunk` to the spool and returns how many bytes were consumed; the caller brings the
   * rest again, followed by more. With `last` everything is consumed. A record that cannot be split becomes a row with a reason.
   */
  scan(chunk: Buffer, last: boolean, spool: Spool): number
  /** Records so far, skipped and broken ones included; blank lines are no records. */
  records(): number
}

/** What a scanner is told about the file. */
export interface ScanOptions {
  dialect: CsvDialect
  /** By position in the header: true where the field is imported; its length is the number of fields of a record. `'all'` keeps every field and counts none. */
  wanted: readonly boolean[] | 'all'
  /** How many records at the start are passed over in silence: 1 for a header. */
  skip: number
  /** Who looks at a field's texts on the way. */
  witnesses?: ReadonlyMap<{ position: number }, { see(bytes: Buffer, start: number, end: number): void }>
}

const COMMA = 44
const QUOTE = 34
const BACKSLASH = 92
const CR = 13
const LF = 10
const SPACE = 32
const TAB = 9

const none: readonly never[] = []

/** Ends of a record's walk that are no end of line. */
const INCOMPLETE = -1
const BROKEN = -2

/**
 * A byte-wise CSV scanner in the manner of RFC 4180, stricter where data could be lost (nothing may follow a closing
 * quote, the number of fields must be that of the header) and laxer where it cannot (quotes inside an unquoted field,
 * empty fields beyond the header, blank lines). Fields lose the white space at their ends. Lines are counted as `sed -n`
 * counts them.
 */
export function createScanner({ dialect, wanted, skip, witnesses }: ScanOptions): Scanner {
  const { quote, backslash, newline } = dialect
  const spaces = dialect.delimiter === 'spaces'
  const delimiter = dialect.delimiter === 'spaces' ? SPACE : dialect.delimiter
  const all = wanted === 'all'
  const watched = new Map<number, { see(bytes: Buffer, start: number, end: number): void }[]>()
  for (const [{ position }, witness] of witnesses ?? []) {
    watched.set(position, [...(watched.get(position) ?? []), witness])
  }
  const fields = all ? Number.MAX_SAFE_INTEGER : wanted.length
  let line = 1
  let count = 0
  let skipping = false
  let out: Buffer = Buffer.alloc(0)
  let o = 0
  // Of the record being walked:
  let lines = 0
  let reason = ''
  let column = -1
  let dirty = false

  const isBreak = (buf: Buffer, p: number): boolean =>
    buf[p] === newline || (newline === LF && buf[p] === CR && (buf[p + 1] === LF || p + 1 === buf.length))

  /** Walks the record at `p`; returns the position after it, INCOMPLETE, or BROKEN with `reason`. */
  function walk(buf: Buffer, start: number, end: number, last: boolean): number {
    let p = start
    let field = 0
    let extra = false
    for (;;) {
      const keep = all || (field < fields && wanted[field] === true)
      if (spaces) while (p < end && (buf[p] === SPACE || buf[p] === TAB)) p++
      if (keep) {
        out[o++] = COMMA
        out[o++] = QUOTE
      }
      const fieldStart = o
      const from = p
      if (p < end && buf[p] === quote) {
        p++
        for (;;) {
          if (p >= end) {
            if (!last) return INCOMPLETE
            reason = 'a quote that opens here is never closed'
            column = field
            return BROKEN
          }
          let byte = buf[p] as number
          if (byte === quote) {
            if (p + 1 >= end && !last) return INCOMPLETE
            if (buf[p + 1] !== quote) {
              p++
              break
            }
            p++
          } else if (backslash && byte === BACKSLASH) {
            if (p + 1 >= end && !last) return INCOMPLETE
            if (p + 1 < end) byte = buf[++p] as number
          }
          if (byte === newline) lines++
          if (keep) {
            if (byte === QUOTE) out[o++] = QUOTE
            out[o++] = byte
          }
          p++
        }
        if (
          spaces
            ? p < end && buf[p] !== SPACE && buf[p] !== TAB && !isBreak(buf, p)
            : p < end && buf[p] !== delimiter && !isBreak(buf, p)
        ) {
          reason = 'text follows a closing quote (a quote inside a quoted field must be doubled)'
          column = field
          return BROKEN
        }
      } else if (spaces) {
        while (p < end) {
          const byte = buf[p] as number
          if (byte === SPACE || byte === TAB || byte === newline || (byte === CR && isBreak(buf, p))) break
          if (keep) {
            if (byte === QUOTE) out[o++] = QUOTE
            out[o++] = byte
          }
          p++
        }
      } else if (keep) {
        while (p < end) {
          const byte = buf[p] as number
          if (byte === delimiter || byte === newline || (byte === CR && isBreak(buf, p))) break
          if (byte === QUOTE) out[o++] = QUOTE
          out[o++] = byte
          p++
        }
      } else {
        while (p < end) {
          const byte = buf[p] as number
          if (byte === delimiter || byte === newline || (byte === CR && isBreak(buf, p))) break
          p++
        }
      }
      // Cut off by the end of the piece: nobody may look at half a field.
      if (p >= end && !last) return INCOMPLETE
      if (field >= fields && p > from) extra = true
      if (keep) {
        if (dirty && reason === '') inspectField(out.subarray(fieldStart, o), field)
        trimField(fieldStart)
        if (count >= skip) for (const witness of watched.get(field) ?? none) witness.see(out, fieldStart, o)
        out[o++] = QUOTE
      }
      if (spaces) while (p < end && (buf[p] === SPACE || buf[p] === TAB)) p++
      if (p >= end || isBreak(buf, p)) {
        if (p >= end && !last) return INCOMPLETE
        if (p < end && buf[p] === CR && newline === LF) {
          if (p + 1 >= end && !last) return INCOMPLETE
          p++
        }
        if (p < end) {
          p++
          lines++
        }
        break
      }
      if (!spaces) p++
      field++
    }
    if (!all && reason === '' && (extra || field + 1 < fields)) {
      reason = `has ${field + 1} fields where the header has ${fields}`
      if (lines > 1) reason += ` (lines ${line} to ${line + lines - 1}: is a quote closed too late?)`
    }
    return p
  }

  /** Takes white space off both ends of the field that was written from `start`. */
  function trimField(start: number): void {
    let first = start
    while (o > first) {
      const width = whiteBefore(out, o, first)
      if (width === 0) break
      o -= width
    }
    while (first < o) {
      const width = whiteAt(out, first)
      if (width === 0) break
      first += width
    }
    if (first === start) return
    out.copyWithin(start, first, o)
    o -= first - start
  }

  function inspectField(bytes: Buffer, field: number): void {
    if (bytes.includes(0)) reason = 'holds a NUL byte'
    else if (!isUtf8(bytes)) reason = 'is not UTF-8 text (save the file as UTF-8)'
    else return
    column = field
  }

  function writeBroken(mark: number): void {
    o = mark
    o += out.write(`${line},${column < 0 ? '' : column},"${reason}"`, o)
    for (const keep of all ? [] : wanted) if (keep) out[o++] = COMMA
    out[o++] = LF
  }

  return {
    records: () => count,
    scan(buf, last, spool) {
      const end = buf.length
      const sound = buf.subarray(0, last ? end : buf.lastIndexOf(newline) + 1)
      dirty = sound.includes(0) || !isUtf8(sound)
      let p = 0
      while (p < end) {
        if (skipping) {
          const at = buf.indexOf(newline, p)
          p = at < 0 ? end : at + 1
          if (at >= 0) line++
          skipping = at < 0
          continue
        }
        const text = spaces || delimiter !== TAB ? firstText(buf, p) : p
        if (text < end ? isBreak(buf, text) : last) {
          const crlf = buf[text] === CR && newline === LF
          if (crlf && text + 1 >= end && !last) break
          p = Math.min(end, text + (crlf ? 2 : 1))
          line++
          continue
        }
        const stop = Math.min(end, p + MAX_RECORD_BYTES)
        // A byte becomes at most four (an empty field: a comma and two quotes), and a broken record a line of its own.
        reserve(spool, 4 * (stop - p) + 4 * wanted.length + 1024)
        out = spool.bytes
        const mark = spool.length
        lines = 0
        reason = ''
        column = -1
        o = mark
        if (count >= skip) o += out.write(`${line},,`, o, 'latin1')
        let next = walk(buf, p, stop, last && stop === end)
        if (next === INCOMPLETE) {
          if (stop - p < MAX_RECORD_BYTES) break
          reason = 'is longer than 1 MB (is a quote never closed?)'
          next = BROKEN
        }
        if (count++ < skip) o = mark
        else if (reason !== '') writeBroken(mark)
        else out[o++] = LF
        spool.length = o
        if (next === BROKEN) skipping = true
        else {
          line += lines
          p = next
        }
      }
      return p
    },
  }
}

/** The first position from `p` that is neither space nor tab. */
function firstText(buf: Buffer, p: number): number {
  let at = p
  while (buf[at] === SPACE || buf[at] === TAB) at++
  return at
}

function reserve(spool: Spool, free: number): void {
  if (spool.bytes.length - spool.length >= free) return
  const larger = Buffer.allocUnsafe(Math.max(spool.bytes.length * 2, spool.length + free))
  spool.bytes.copy(larger, 0, 0, spool.length)
  spool.bytes = larger
}
