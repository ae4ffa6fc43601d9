import { describe, expect, it } from 'vitest'
import { isHistorical, staleness } from './freshness.ts'

const at = (text: string) => new Date(text)
const zones = (...timezones: string[]) => timezones.map(timezone => ({ slug: timezone, timezone }))
const limits = { maxBuildAgeHours: 48, maxImportAgeHours: 24 }
const now = at('2026-11-22T12:00:00Z')

describe('a build is historical', () => {
  const paris = zones('Europe/Paris')

  it.each<[string, string, string, boolean]>([
    [
      'never when it was made as of its own day, however late it is synced',
      '2026-11-20',
      '2026-11-20T09:00:00Z',
      false,
    ],
    ['when it was made as of a day before the one it was made on', '2026-11-19', '2026-11-20T09:00:00Z', true],
    ['by the brand’s day: 23:30 UTC is the next day in Paris', '2026-11-21', '2026-11-20T23:30:00Z', false],
    ['by the brand’s day: as of the 20th when it was the 21st in Paris', '2026-11-20', '2026-11-20T23:30:00Z', true],
  ])('%s', (_, dataDate, builtAt, expected) => {
    expect(isHistorical(paris, { dataDate, builtAt: at(builtAt) }, null)).toBe(expected)
  })

  it('by what its record says where that is of the same day', () => {
    // Made at 00:10 as of the day that ended ten minutes before, which was today when it was asked for.
    const built = { dataDate: '2026-11-20', builtAt: at('2026-11-21T00:10:00Z') }
    expect(isHistorical(zones('UTC'), built, { asOf: '2026-11-20', historical: false })).toBe(false)
    expect(isHistorical(zones('UTC'), built, { asOf: '2026-11-20', historical: true })).toBe(true)
  })

  it('by the clock where the record is of another day', () => {
    const built = { dataDate: '2026-11-20', builtAt: at('2026-11-20T09:00:00Z') }
    expect(isHistorical(zones('UTC'), built, { asOf: '2026-09-01', historical: true })).toBe(false)
  })

  it('not because another brand’s day began earlier: a build counts to the earliest of them', () => {
    // 20:00 UTC on the 20th: the 21st in Auckland, the 20th in Chicago.
    const built = { dataDate: '2026-11-20', builtAt: at('2026-11-20T20:00:00Z') }
    expect(isHistorical(zones('Pacific/Auckland', 'America/Chicago'), built, null)).toBe(false)
  })
})

describe('freshness', () => {
  it.each<[string, string, Parameters<typeof staleness>[1]['loads'], string | null]>([
    ['passes a build and an import of today', '2026-11-22T03:00:00Z', { at: at('2026-11-22T02:00:00Z') }, null],
    ['passes at the limits', '2026-11-20T12:00:00Z', { at: at('2026-11-21T12:00:00Z') }, null],
    [
      'blocks an old build',
      '2026-11-20T10:00:00Z',
      { at: now },
      'The build is 50 hours old; guards.maxBuildAgeHours is 48',
    ],
    [
      'blocks an old import',
      '2026-11-22T03:00:00Z',
      { at: at('2026-11-21T06:00:00Z') },
      'The last import is 30 hours old; guards.maxImportAgeHours is 24',
    ],
    ['blocks a build without a time', 'nothing', 'none expected', 'It is not known when the build was made'],
    [
      'blocks where no import is on record',
      '2026-11-22T03:00:00Z',
      { at: null },
      'No import is on record, so the data’s age is not known',
    ],
    ['asks no import where winback.yml names no source', '2026-11-22T03:00:00Z', 'none expected', null],
  ])('%s', (_, builtAt, loads, reason) => {
    expect(staleness(limits, { builtAt: at(builtAt), loads }, now)).toBe(reason)
  })
})
