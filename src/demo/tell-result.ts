import type { Readout } from '../experiments/readout.ts'
import type { Truth } from './respond.ts'
import { fold } from './tell.ts'

/** The end of the story: what the readout says, and beside it the truth that only the maker of the world knows. */
export function tellResult(readout: Readout, truth: Truth): string[] {
  const { conversion: c, treated, heldOut } = readout
  const actual = treated.customers === 0 ? 0 : truth.caused / treated.customers
  const row = (name: string, cells: string[]) => `   ${name.padEnd(12)}${cells.map(cell => cell.padStart(11)).join('')}`
  const holds = c.low !== null && c.high !== null && c.low <= actual && actual <= c.high
  return [
    '9  What did it cause?',
    row('', ['customers', 'ordered', 'share', 'spent each']),
    ...[treated, heldOut].map((arm, i) =>
      row(i === 0 ? 'treated' : 'held out', [
        number(arm.customers),
        number(arm.converters),
        percent(arm.converters / arm.customers),
        pounds(arm.revenue / arm.customers),
      ]),
    ),
    '',
    ...fold(readout.verdict.sentence, ''),
    '',
    `   estimated    ${points(c.lift).padStart(6)} points (95 % interval ${ends(c.low, c.high)})`,
    `   true effect  ${points(actual).padStart(6)} points (${number(truth.caused)} of ${number(treated.customers)} treated ordered because of it)`,
    ...fold(
      holds
        ? 'The interval holds the true effect, as 19 of 20 such intervals do.'
        : 'The interval misses the true effect, as 1 of 20 such intervals does.',
    ),
  ]
}

const ends = (low: number | null, high: number | null) =>
  low === null || high === null ? 'none' : `${points(low)} to ${points(high)}`
const points = (share: number) => `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(1)}`
const percent = (share: number) => `${(share * 100).toFixed(1)} %`
const number = (n: number) => n.toLocaleString('en-GB')
const pounds = (n: number) => n.toLocaleString('en-GB', { style: 'currency', currency: 'GBP' })
