import type { Facts } from './progress.ts'
import type { Step } from './project.ts'

/** Characters a line may hold. */
const WIDTH = 80

/** The lines of a finished step, from its facts alone: told again, the story reads the same. */
export function tellStep(step: Step, facts: Facts): string[] {
  return tellers[step](view(facts))
}

/** Folds a paragraph to the terminal's width, each line indented by `indent`. */
export function fold(text: string, indent = '   ', width = WIDTH): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(`${indent}${word}`)
  }
  return lines
}

const tellers: Record<Step, (f: View) => string[]> = {
  history: f => [
    '1  A shop on the morning of 24 October 2026',
    ...fold(
      `${f.n('lines')} order lines of ${f.n('customers')} customers: Online Retail (UCI, CC BY 4.0), moved by 780 weeks. Names, addresses and consents are made up. What happens later is not in its files yet.`,
    ),
  ],
  import: f => [
    headed('2  Import', f),
    `   ${f.n('lines')} order lines, ${f.n('customers')} customers, ${f.n('consents')} consents; ${f.n('rejected')} rows set aside.`,
  ],
  build: f => [
    headed('3  Build with dbt, as of that morning', f),
    `   ${f.n('models')} models and seeds built in DuckDB, ${f.n('tests')} tests passed.`,
  ],
  launch: f => [
    headed('4  Campaign "Autumn win-back", with a holdout', f),
    ...fold(
      `${f.n('selected')} customers have not ordered since 25 August. ${f.n('noConsent')} of them have not agreed to e-mail, ${f.n('invalid')} have no usable address: ${f.n('population')} can be reached.`,
    ),
    ...fold(
      `Drawn by a hash of their number, ${f.n('heldOut')} are held out and ${f.n('treated')} get it. So few can show a lift of ${f.points('detectableLift')} points or more (power 80 %).`,
    ),
    ...fold(`Synced over HTTP to a stand-in for Klaviyo that keeps its limits: its list holds ${f.n('onList')}.`),
  ],
  weeks: f => [
    '5  Four weeks pass',
    ...fold(
      `${f.n('lines')} real order lines come in. And in the demo's made-up world each of the ${f.n('delivered')} who would not have bought orders with p = ${f.s('p')} because of the campaign: ${f.n('caused')} do. Winback is not told who.`,
    ),
  ],
  import_again: f => [headed(`6  Import again: ${f.n('newRows')} rows of new or changed files`, f)],
  build_again: f => [headed('7  Build again, as of 21 November', f)],
  sync_again: f => [
    headed('8  Sync again: who bought or objected leaves the list', f),
    `   The platform's list goes from ${f.n('before')} to ${f.n('onList')}, counted there: ${f.n('left')} left.`,
    ...(f.s('brake') === '' ? [] : fold(`A brake asked first: ${f.s('brake')}. The demo approved that plan.`)),
  ],
}

// A title with the step's seconds at the right edge.
function headed(title: string, f: View): string {
  const seconds = `${f.s('seconds')} s`
  return `${title}${' '.repeat(Math.max(2, WIDTH - title.length - seconds.length))}${seconds}`
}

interface View {
  /** A count with thousands separators. */
  n(key: string): string
  s(key: string): string
  /** A share as percentage points with one decimal. */
  points(key: string): string
}

function view(facts: Facts): View {
  return {
    n: key => Number(facts[key] ?? 0).toLocaleString('en-GB'),
    s: key => String(facts[key] ?? ''),
    points: key => (Number(facts[key] ?? 0) * 100).toFixed(1),
  }
}
