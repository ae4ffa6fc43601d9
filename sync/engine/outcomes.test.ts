import { describe, expect, it } from 'vitest'
import type { BatchRecord } from './control.ts'
import { countSpans, spansOf, taintedSpans } from './outcomes.ts'
import { balance } from './reconcile.ts'

const batch = (batchNo: number, first: number, last: number, part: Partial<BatchRecord> = {}): BatchRecord => ({
  batchNo,
  op: 'upsert',
  first,
  last,
  excluded: [],
  state: 'accepted',
  receipt: null,
  tainted: false,
  ...part,
})
const rejected = (seq: number) => ({ seq, code: 'x', message: 'x', permanent: true })

describe('results of plan rows', () => {
  it('joins neighbours with one result', () => {
    expect(spansOf([batch(1, 10, 19), batch(0, 0, 9)], [])).toEqual([{ first: 0, last: 19, result: 'sent' }])
  })

  it('cuts refused rows out, and leaves rows out of their batch without a result', () => {
    expect(spansOf([batch(0, 0, 9, { excluded: [4] })], [rejected(0), rejected(9)])).toEqual([
      { first: 0, last: 0, result: 'rejected' },
      { first: 1, last: 3, result: 'sent' },
      { first: 5, last: 8, result: 'sent' },
      { first: 9, last: 9, result: 'rejected' },
    ])
  })

  it('takes an intent without an outcome and an open receipt for unknown, and a refused batch for nothing', () => {
    const batches = [
      batch(0, 0, 4, { state: 'intent' }),
      batch(1, 5, 9, { state: 'provisional' }),
      batch(2, 10, 14, { state: 'refused' }),
    ]
    expect(spansOf(batches, [])).toEqual([{ first: 0, last: 9, result: 'unknown' }])
  })

  it('takes the parts of a cut batch for the whole', () => {
    const batches = [
      batch(0, 0, 3, { state: 'refused' }),
      batch(1, 0, 1),
      batch(2, 2, 3, { state: 'refused' }),
      batch(3, 2, 2),
      batch(4, 3, 3),
    ]
    expect(spansOf(batches, [rejected(3)])).toEqual([
      { first: 0, last: 2, result: 'sent' },
      { first: 3, last: 3, result: 'rejected' },
    ])
  })

  it('knows which accepted rows may still be reached by an earlier attempt', () => {
    const batches = [
      batch(0, 0, 4, { tainted: true, excluded: [2] }),
      batch(1, 5, 9),
      batch(2, 10, 11, { tainted: true, state: 'unknown' }),
    ]
    expect(taintedSpans(batches, spansOf(batches, []), [2, 3, 7, 10])).toEqual([
      { first: 0, last: 1, result: 'unknown' },
      { first: 3, last: 4, result: 'unknown' },
      { first: 7, last: 7, result: 'unknown' },
    ])
  })
})

describe('a run’s balance', () => {
  const shape = { compliance: 1, removes: 2, releases: 1, upserts: 6 }
  const batches = [
    batch(0, 0, 0, { op: 'compliance' }),
    batch(1, 1, 2, { op: 'remove' }),
    batch(2, 4, 7, { excluded: [5] }),
  ]
  const spans = spansOf(batches, [rejected(6)])

  it('counts removals before the first upsert and upserts after', () => {
    expect(countSpans(spans, shape)).toEqual({
      sent: { upserts: 2, removes: 3 },
      rejected: { upserts: 1, removes: 0 },
      unknown: { upserts: 0, removes: 0 },
    })
  })

  it('adds up, and what was not sent is skipped', () => {
    const rows = [
      { kind: 'sent', n: 2 },
      { kind: 'removed', n: 4 },
      { kind: 'rejected', n: 1 },
    ]
    expect(balance(shape, spans, batches, 1, rows)).toEqual({
      planned: { upserts: 6, removes: 3 },
      accepted: { upserts: 2, removes: 3 },
      rejected: { upserts: 1, removes: 0 },
      unknown: { upserts: 0, removes: 0 },
      skipped: { upserts: 3, removes: 0 },
      faults: [],
    })
  })

  it('says which number is wrong', () => {
    const rows = [
      { kind: 'sent', n: 3 },
      { kind: 'removed', n: 4 },
      { kind: 'rejected', n: 1 },
    ]
    expect(balance(shape, spans, batches, 1, rows).faults).toEqual(['the ledger has 3 rows sent, the batches 2'])
  })
})
