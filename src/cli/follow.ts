import { Cancelled } from '../errors.ts'
import { hasFailed, type SyncEvent, type SyncRun } from '../syncs/document.ts'
import type { Context, Result } from './command.ts'
import type { Progress } from './output.ts'

/** Draws the progress of syncs while they run; `end` takes the bar away. */
export function followSyncs(ctx: Context) {
  let bar: { name: string; progress: Progress } | null = null
  const end = () => {
    bar?.progress.end()
    bar = null
  }
  return {
    signal: ctx.signal,
    onWait: (text: string) => ctx.out.note(text),
    onSync: (destination: string, event: SyncEvent) => {
      const name = `${destination}: ${event.phase}`
      if (bar?.name !== name) {
        end()
        bar = { name, progress: ctx.out.progress(name) }
      }
      bar.progress.update({ done: event.done, total: event.total === 0 ? null : event.total })
    },
    end,
  }
}

/** One line a run: what happened to how many, and what to do when it ended short of its plan. */
export function printRuns(ctx: Context, subject: string, runs: readonly SyncRun[]): void {
  const { out } = ctx
  for (const run of runs) {
    const { upserts, removes } = run.accepted
    const mark = run.status === 'done' ? out.green('✓') : hasFailed(run) ? out.red('✗') : out.amber('!')
    const rejected = run.rejected.upserts + run.rejected.removes
    const unknown = run.unknown.upserts + run.unknown.removes
    const rest = [rejected > 0 ? `${n(rejected)} refused` : '', unknown > 0 ? `${n(unknown)} unknown` : ''].filter(
      Boolean,
    )
    const requests = run.requests.write + run.requests.lookup + run.requests.poll
    const sent = [`${n(upserts)} added or updated`, `${n(removes)} removed`, ...rest].join(', ')
    out.line(
      `${mark} ${run.destination}: ${run.status.replaceAll('_', ' ')}, ${sent} (${n(requests)} requests, ${run.seconds.toFixed(1)} s)`,
    )
    if (run.reason === null) continue
    out.line(`  ${run.reason.message}`)
    if (run.status === 'awaiting_approval' && run.planHash !== null)
      out.line(`  If that is right: winback sync ${subject} --to ${run.destination} --approve ${run.planHash}`)
    else if (run.reason.hint !== '') out.line(`  ${run.reason.hint}`)
  }
}

/** The result of a command that ran syncs: 1 when one fell short, Cancelled (130) when the person stopped it. */
export function syncResult(json: unknown, runs: readonly SyncRun[]): Result {
  if (runs.some(run => run.status === 'cancelled'))
    throw new Cancelled(
      'run.cancelled',
      'The sync was stopped; what was sent is written down',
      'Run it again: it goes on where it was.',
    )
  return runs.some(hasFailed) ? { json, exitCode: 1 } : { json }
}

const n = (x: number) => x.toLocaleString('en-GB')
