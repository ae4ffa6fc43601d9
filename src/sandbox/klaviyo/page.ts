import { invalid } from './problem.ts'
import type { Query } from './validate.ts'

/** One page of a collection. */
export interface Page {
  /** The keys on it, ascending. */
  keys: number[]
  /** Cursor of the next page; null on the last one. */
  next: string | null
}

/** Cuts the page that `page[cursor]` and `page[size]` ask for out of ascending keys. Stable while the collection changes: a cursor says after which key to go on. */
export function cutPage(keys: readonly number[], query: Query, defaultSize: number): Page {
  const size = typeof query['page[size]'] === 'number' ? query['page[size]'] : defaultSize
  const start = query['page[cursor]'] === undefined ? 0 : firstAfter(keys, parseCursor(String(query['page[cursor]'])))
  const page = keys.slice(start, start + size)
  const last = page.at(-1)
  return { keys: page, next: last === undefined || start + size >= keys.length ? null : cursorAfter(last) }
}

function cursorAfter(key: number): string {
  return Buffer.from(`after:${key}`).toString('base64url')
}

function parseCursor(cursor: string): number {
  const key = /^after:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (key === undefined) throw invalid('Invalid cursor.', { parameter: 'page[cursor]' })
  return Number(key)
}

/** Index of the first key greater than `key`. */
function firstAfter(keys: readonly number[], key: number): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? 0) <= key) low = middle + 1
    else high = middle
  }
  return low
}
