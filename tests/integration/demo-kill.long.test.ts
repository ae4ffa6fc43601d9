import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { packageDir } from '../../src/config/project.ts'
import { readProgress } from '../../src/demo/progress.ts'
import { progressFile, steps } from '../../src/demo/project.ts'
import { runDemo } from '../../src/demo/story.ts'

const root = mkdtempSync(join(tmpdir(), 'winback-demo-kill-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const out = { line: () => {}, note: () => {}, progress: () => ({ update: () => {}, end: () => {} }) }
const run = (dir: string) =>
  runDemo(dir, { p: 0.15, salt: 'demo' }, { fresh: false, now: new Date(), signal: new AbortController().signal, out })

/** Starts the demo as a process and kills it `afterMs` into the step after `step` (or after the start); dbt goes down with its group. */
async function killAfter(dir: string, step: string | null, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [join(packageDir, 'bin/winback.cjs'), 'demo', dir], {
    stdio: 'ignore',
    detached: true,
  })
  const ended = new Promise(resolve => child.once('exit', resolve))
  const isDone = () => step === null || readProgress(progressFile(dir))?.steps[step] !== undefined
  while (!isDone() && child.exitCode === null) await sleep(20)
  await sleep(afterMs)
  if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL')
  await ended
}

/** Sums of squares are doubles, added in whatever order the threads come: their last digits differ from build to build. */
const rounded = (readout: unknown) =>
  JSON.parse(JSON.stringify(readout, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(10)) : value)))

describe('a demo killed within each of its steps', () => {
  it('ends as one that was left alone', async () => {
    const killed = join(root, 'killed')
    for (const [i, afterMs] of [300, 900, 6000, 400, 200, 1500, 6000, 150].entries())
      await killAfter(killed, i === 0 ? null : (steps[i - 1] ?? null), afterMs)
    const ended = await run(killed)
    const alone = await run(join(root, 'alone'))
    expect(rounded(ended.readout)).toEqual(rounded(alone.readout))
    expect(ended.truth).toEqual(alone.truth)
    expect(ended.steps.sync_again?.onList).toBe(alone.steps.sync_again?.onList)
    expect(ended.steps.sync_again?.left).toBe(alone.steps.sync_again?.left)
  }, 900_000)
})
