import type { BatchRecord, RejectionRecord } from './control.ts'
import type { Counts } from './types.ts'

/** What came of a span of plan rows. */
export type Result = 'sent' | 'rejected' | 'unknown'

/** Plan rows `first`..`last` (both included) with one result; spans never overlap and stand in order. */
export interface Span {
  first: number
  last: number
  result: Result
}

/** Where each operation stands in a plan: rows `[from, to)`. */
export interface PlanShape {
  compliance: number
  removes: number
  releases: number
  upserts: number
}

/**
 * The result of every plan row that has one, from the run's batches: accepted → sent, ambiguous or never answered →
 * unknown, refused rows → rejected. A batch that surely was not applied, a row that was left out of its batch, and a row
 * without a batch have none: nothing was sent for them. Pure.
 */
export function spansOf(batches: readonly BatchRecord[], rejections: readonly RejectionRecord[]): Span[] {
  const rejected = new Set(rejections.map(rejection => rejection.seq))
  const rejectedInOrder = [...rejected].sort((a, b) => a - b)
  const spans: Span[] = []
  for (const batch of batches) {
    if (batch.state === 'refused') continue
    const result = batch.state === 'accepted' ? 'sent' : 'unknown'
    const inside = rejectedInOrder.filter(seq => seq >= batch.first && seq <= batch.last)
    const cuts = [...new Set([...batch.excluded, ...inside])].sort((a, b) => a - b)
    const excluded = new Set(batch.excluded)
    let from = batch.first
    for (const seq of cuts) {
      if (seq > from) spans.push({ first: from, last: seq - 1, result })
      if (!excluded.has(seq)) spans.push({ first: seq, last: seq, result: 'rejected' })
      from = seq + 1
    }
    if (from <= batch.last) spans.push({ first: from, last: batch.last, result })
  }
  return merge(spans)
}

/**
 * Rows that were taken and may still be undone: by an earlier, ambiguous attempt of their batch, or (`moved`) by a removal
 * of the same customer in the same plan that lands late. They are asserted once more after the taint horizon. Pure.
 */
export function taintedSpans(
  batches: readonly BatchRecord[],
  spans: readonly Span[],
  moved: readonly number[],
): Span[] {
  const ambiguous = spansOf(
    batches.filter(batch => batch.tainted && batch.state === 'accepted'),
    [],
  )
  const has = (list: readonly Span[], seq: number) => list.some(span => seq >= span.first && seq <= span.last)
  const sent = spans.filter(span => span.result === 'sent')
  const alone = moved.filter(seq => has(sent, seq) && !has(ambiguous, seq)).map(seq => ({ first: seq, last: seq }))
  return merge([...ambiguous, ...alone].map(({ first, last }) => ({ first, last, result: 'unknown' as const })))
}

/** Rows by result, of the operations that were sent as removals and as upserts. Pure. */
export function countSpans(spans: readonly Span[], shape: PlanShape): Record<Result, Counts> {
  const counts: Record<Result, Counts> = {
    sent: { upserts: 0, removes: 0 },
    rejected: { upserts: 0, removes: 0 },
    unknown: { upserts: 0, removes: 0 },
  }
  const firstUpsert = shape.compliance + shape.removes + shape.releases
  for (const { first, last, result } of spans) {
    counts[result].removes += Math.max(0, Math.min(last, firstUpsert - 1) - first + 1)
    counts[result].upserts += Math.max(0, last - Math.max(first, firstUpsert) + 1)
  }
  return counts
}

function merge(spans: Span[]): Span[] {
  const merged: Span[] = []
  for (const span of spans.sort((a, b) => a.first - b.first)) {
    const last = merged.at(-1)
    if (last !== undefined && last.result === span.result && last.last + 1 === span.first) last.last = span.last
    else merged.push({ ...span })
  }
  return merged
}
