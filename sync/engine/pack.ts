import type { RowReader, Rows } from './rows.ts'

/** A body and the rows in it. */
export interface Packed {
  rows: Rows
  body: Uint8Array
}

/** How a span is packed. */
export interface PackOptions {
  first: number
  last: number
  /** Read for each batch: a vendor that refuses a size makes it smaller. */
  limits: () => { rows: number; bytes: number }
  /** Readers side by side; one when bodies are large. */
  readers: number
  /** True ends the packing before the next batch. */
  halted: () => boolean
  /** Takes a batch; resolves when the next one may follow. Called in row order. */
  emit: (packed: Packed) => Promise<void>
  /** Rows that alone are beyond the platform's limit. */
  reject: (seqs: number[]) => Promise<void>
}

/** Bodies above this are rendered one at a time: two readers would double the memory (docs/sync-engine.md). */
const ONE_READER_BYTES = 3_000_000

const FIRST_LOOK_BYTES = 1_000_000

/**
 * Packs rows greedily by rows and bytes into bodies: each batch takes as many of the next rows as fit. Readers render
 * ahead in parallel; whether a batch fits is decided in order, and a batch that does not is cut, and those after it start anew.
 */
export async function pack(reader: RowReader, o: PackOptions): Promise<void> {
  if (o.first > o.last) return
  // First: what the plan left in memory must not be joined by a scan of it.
  await reader.expect(FIRST_LOOK_BYTES, 1)
  await reader.prepare({ first: o.first, last: o.last, excluded: [] })
  const sample = await reader.sizes({ first: o.first, last: Math.min(o.last, o.first + 999), excluded: [] })
  const width = sample.reduce((sum, row) => sum + row.bytes + 1, 0) / Math.max(1, sample.length)
  const expected = Math.min(o.limits().bytes, o.limits().rows * width + reader.overhead)
  const readers = expected > ONE_READER_BYTES ? 1 : o.readers
  await reader.expect(expected, readers)

  let next = o.first
  let generation = 0
  let broken = false
  let turn: Promise<unknown> = Promise.resolve()

  async function work(): Promise<void> {
    while (next <= o.last && !broken && !o.halted()) {
      const born = generation
      const before = turn
      let pass = () => {}
      turn = new Promise<void>(resolve => {
        pass = resolve
      })
      try {
        const { rows: most, bytes } = o.limits()
        const span: Rows = { first: next, last: Math.min(o.last, next + most - 1), excluded: [] }
        next = span.last + 1
        const isWide = (span.last - span.first + 1) * width + reader.overhead > bytes
        const optimistic = isWide ? null : await reader.body(span)
        await before
        if (born !== generation || broken || o.halted()) continue
        if (optimistic instanceof Uint8Array && optimistic.byteLength <= bytes) {
          await o.emit({ rows: span, body: optimistic })
          continue
        }
        const fitted = await cut(reader, span, bytes, o.reject)
        if (fitted.rows.last < span.last) {
          generation++
          next = fitted.rows.last + 1
        }
        if (fitted.body !== null) await o.emit({ rows: fitted.rows, body: fitted.body })
      } catch (error) {
        broken = true
        throw error
      } finally {
        pass()
      }
    }
  }
  await settleAll(Array.from({ length: readers }, work))
}

/** The longest start of a span whose body fits, without members that are too large alone. */
async function cut(
  reader: RowReader,
  span: Rows,
  bytes: number,
  reject: PackOptions['reject'],
): Promise<{ rows: Rows; body: Uint8Array | null }> {
  const sizes = await reader.sizes(span)
  const most = reader.mostItemBytes
  const tooLarge = sizes.filter(row => row.bytes > most || row.bytes + reader.overhead > bytes).map(row => row.seq)
  const excluded: number[] = []
  let total = reader.overhead
  let last = span.first - 1
  let count = 0
  for (const row of sizes) {
    if (tooLarge.includes(row.seq)) excluded.push(row.seq)
    else {
      const more = row.bytes + (count === 0 ? 0 : 1)
      if (total + more > bytes) break
      total += more
      count++
    }
    last = row.seq
  }
  if (excluded.length > 0) await reject(excluded)
  const rows = { first: span.first, last, excluded }
  if (count === 0) return { rows, body: null }
  const body = await reader.body(rows)
  return { rows, body: body === 'tooLarge' ? null : body }
}

/** Waits for all, then throws the first error: nothing keeps running behind it. */
export async function settleAll(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work)
  const failed = results.find(result => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
