import { StringDecoder } from 'node:string_decoder'

/** Longest line that is kept whole; dbt's longest honest line (an error with its SQL) is far below. Bytes. */
export const MAX_LINE = 1_000_000

/**
 * Cuts a byte stream into lines with bounded memory: of a line longer than `max` characters only the first `max` are
 * handed on. Call `end` once, for a last line without its newline.
 */
export function createLineSplitter(onLine: (line: string) => void, max = MAX_LINE) {
  const decoder = new StringDecoder('utf8')
  let kept = ''
  const take = (piece: string) => {
    if (kept.length < max) kept += piece.slice(0, max - kept.length)
  }
  const flush = () => {
    const line = kept.endsWith('\r') ? kept.slice(0, -1) : kept
    kept = ''
    if (line !== '') onLine(line)
  }
  return {
    push(chunk: Buffer): void {
      const pieces = decoder.write(chunk).split('\n')
      const last = pieces.pop() ?? ''
      for (const piece of pieces) {
        take(piece)
        flush()
      }
      take(last)
    },
    end(): void {
      take(decoder.end())
      flush()
    },
  }
}
