import type { DbtEvent } from '../dbt/events.ts'
import { type Failure, failureHint, failureText } from '../dbt/failures.ts'
import type { Output } from './output.ts'

/** Follows a dbt run on the terminal: done of total, what runs now, warnings as they come. Call `end` in any case. */
export function followDbt(out: Output, label: string): { onEvent: (event: DbtEvent) => void; end: () => void } {
  const progress = out.progress(label)
  return {
    onEvent: event => {
      if (event.type === 'started' || event.type === 'finished') {
        progress.update({ done: event.done, total: event.total, detail: event.name })
      }
      if (event.type === 'log' && event.level === 'warn') out.note(event.text)
    },
    end: () => progress.end(),
  }
}

/** Every failure in a line or two: what broke, where, in the database's words, and what to look at. */
export function printFailures(out: Output, failures: readonly Failure[]): void {
  for (const failure of failures) {
    out.line(`${out.red('✗')} ${failureText(failure)}`)
    const hint = failureHint(failure)
    if (hint !== '') out.line(`  ${out.dim(hint)}`)
  }
}
