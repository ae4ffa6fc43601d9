import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Cancelled, openDuckDb, type Warehouse } from '../../sync/index.ts'
import { projectPaths } from '../config/paths.ts'
import { loadProject, type Project } from '../config/project.ts'
import { closeAppDb } from '../db/client.ts'
import type { Readout } from '../experiments/readout.ts'
import type { SandboxKlaviyo } from '../sandbox/klaviyo.ts'
import { lockDemo } from './lock.ts'
import { startPlatform } from './platform.ts'
import { type DemoOptions, type DemoProgress, type Facts, writeProgress } from './progress.ts'
import { checkFolder, lockFile, openDemo, progressFile, type Step, steps, writeEnv } from './project.ts'
import { readResult } from './read-result.ts'
import type { Truth } from './respond.ts'
import { work } from './steps.ts'
import { tellStep } from './tell.ts'

/** Where the demo speaks to a person; the CLI's output is one. */
export interface Listener {
  line(text?: string): void
  note(text: string): void
  progress(label: string): Progress
}

/** A running count; `end` wipes it away. */
export interface Progress {
  update(state: { done: number; total?: number | null; detail?: string }): void
  end(text?: string): void
}

/** What a step works with. */
export interface Stage {
  dir: string
  project: Project
  options: DemoOptions
  /** In memory, for the demo's own files. */
  duck: Warehouse
  platform: SandboxKlaviyo
  out: Listener
  signal: AbortSignal
}

/** How the demo ended. */
export interface DemoResult {
  dir: string
  options: DemoOptions
  /** True when every step had been done by an earlier run. */
  wasDone: boolean
  readout: Readout
  truth: Truth
  steps: Record<string, Facts>
}

/**
 * Tells the demo's story in `dir`, from where an earlier run stopped; each step is noted when it is done, and told from its notes.
 * Throws ConfigError for a folder that is not ours, Cancelled on abort, and whatever a step throws: the next run begins with that step.
 */
export async function runDemo(
  dir: string,
  options: DemoOptions,
  o: { fresh: boolean; now: Date; signal: AbortSignal; out: Listener },
): Promise<DemoResult> {
  checkFolder(dir, options, o)
  mkdirSync(dirname(lockFile(dir)), { recursive: true })
  const unlock = await lockDemo(lockFile(dir), { signal: o.signal, onWait: o.out.note })
  try {
    checkFolder(dir, options, o)
    const progress = openDemo(dir, options, o)
    const wasDone = steps.every(step => progress.steps[step] !== undefined)
    if (wasDone) for (const step of steps) tell(o.out, step, progress)
    else await goOn(dir, progress, o)
    const { readout, truth } = await readResult(dir, progress)
    return { dir, options, wasDone, readout, truth, steps: progress.steps }
  } finally {
    await closeAppDb(projectPaths(dir))
    unlock()
  }
}

async function goOn(dir: string, progress: DemoProgress, o: { signal: AbortSignal; out: Listener }): Promise<void> {
  const platform = await startPlatform(dir)
  writeEnv(dir, platform)
  const duck = await openDuckDb({ main: { path: ':memory:', as: `demo_${randomUUID().slice(0, 8)}` }, attach: [] })
  try {
    const project = loadProject({ projectDir: dir, profilesDir: dir })
    const stage: Stage = { dir, project, options: progress.options, duck, platform, out: o.out, signal: o.signal }
    for (const step of steps) {
      if (progress.steps[step] === undefined) {
        if (o.signal.aborted)
          throw new Cancelled('demo.cancelled', 'The demo was stopped; the next run goes on from here')
        const started = performance.now()
        const facts = await work[step](stage, progress.steps)
        progress.steps[step] = { ...facts, seconds: ((performance.now() - started) / 1000).toFixed(1) }
        writeProgress(progressFile(dir), progress)
      }
      tell(o.out, step, progress)
    }
  } finally {
    await duck.close()
    await platform.stop()
  }
}

function tell(out: Listener, step: Step, progress: DemoProgress): void {
  for (const line of tellStep(step, progress.steps[step] ?? {})) out.line(line)
}
