import { describe, expect, it } from 'vitest'
import { guessDateFormat } from './date-format.ts'

describe('guessing a date format', () => {
  const cases: [string[], unknown][] = [
    [['', ' '], null],
    [['2026-11-20', '2026-11-20T08:26:00Z'], { kind: 'iso' }],
    [['19970101'], { kind: 'format', format: '%Y%m%d' }],
    [['01/02/2024', '13/02/2024'], { kind: 'format', format: '%d/%m/%Y' }],
    [['1/2/2024 8:26', '1/13/2024 9:00'], { kind: 'format', format: '%m/%d/%Y %H:%M' }],
    [['01.02.2024'], { kind: 'format', format: '%d.%m.%Y' }],
    [['01/13/24 01:00 PM'], { kind: 'format', format: '%m/%d/%y %I:%M %p' }],
    [['1-Feb-2024'], { kind: 'format', format: '%d-%b-%Y' }],
    [['01/02/2024'], { kind: 'ambiguous', formats: ['%d/%m/%Y', '%m/%d/%Y'], sample: '01/02/2024' }],
    [['13/01/2024', '01/13/2024'], { kind: 'unknown', sample: '13/01/2024' }],
    [['yesterday'], { kind: 'unknown', sample: 'yesterday' }],
  ]
  for (const [samples, guess] of cases) {
    it(`reads ${samples.join(', ') || 'nothing'}`, () => expect(guessDateFormat(samples)).toEqual(guess))
  }
})
