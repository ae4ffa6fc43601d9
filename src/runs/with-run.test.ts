import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Cancelled, Conflict } from '../../sync/index.ts'
import { projectPaths } from '../config/paths.ts'
import { closeAppDb, openAppDb } from '../db/client.ts'
import { listRuns } from './store.ts'
import { withRun } from './with-run.ts'

const signal = new AbortController().signal
const projects: { paths: ReturnType<typeof projectPaths> }[] = []
function project() {
  const made = { paths: projectPaths(mkdtempSync(join(tmpdir(), 'winback-runs-'))) }
  projects.push(made)
  return made
}
afterEach(async () => {
  for (const made of projects.splice(0)) await closeAppDb(made.paths)
})

describe('a run', () => {
  it('is recorded with its result', async () => {
    const here = project()
    await withRun(here, { kind: 'import', input: { brand: 'acme' } }, { signal }, async () => ({ rows: 3 }))
    const [run] = await listRuns(await openAppDb(here.paths), 1)
    expect(run).toMatchObject({ kind: 'import', status: 'done', result: '{"rows":3}' })
  })

  it('waits for the one before it, and says for whom', async () => {
    const here = project()
    const order: string[] = []
    const waits: string[] = []
    let release = () => {}
    const first = withRun(here, { kind: 'build', input: {} }, { signal }, async () => {
      order.push('first begins')
      await new Promise<void>(resolve => {
        release = resolve
      })
      order.push('first ends')
    })
    await expect.poll(() => order.length).toBe(1)
    const ctx = { signal, onWait: (text: string) => waits.push(text) }
    const second = withRun(here, { kind: 'sync', input: {} }, ctx, async () => {
      order.push('second')
    })
    await expect.poll(() => waits.length).toBe(1)
    release()
    await Promise.all([first, second])
    expect(order).toEqual(['first begins', 'first ends', 'second'])
    expect(waits[0]).toMatch(/^waiting for build run_\w+ \(pid \d+\) to end$/)
  })

  it('gives up with a Conflict when the other one does not end in time', async () => {
    const here = project()
    let release = () => {}
    let begun = false
    const first = withRun(here, { kind: 'build', input: {} }, { signal }, () => {
      begun = true
      return new Promise<void>(resolve => {
        release = resolve
      })
    })
    await expect.poll(() => begun).toBe(true)
    const second = withRun(here, { kind: 'sync', input: {} }, { signal, waitMs: 0 }, async () => {})
    await expect(second).rejects.toThrow(Conflict)
    release()
    await first
  })

  it('takes over at once from a process that was killed, which is recorded as lost', async () => {
    const here = project()
    const program = `
      import { withRun } from '${import.meta.dirname}/with-run.ts'
      const project = { paths: { app: ${JSON.stringify(here.paths.app)} } }
      await withRun(project, { kind: 'build', input: {} }, { signal: new AbortController().signal }, async () => {
        console.log('holding')
        await new Promise(() => setInterval(() => {}, 1000))
      })`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const started = Date.now()
    await withRun(here, { kind: 'sync', input: {} }, { signal }, async run => {
      expect(run.epoch).toBe(2)
    })
    expect(Date.now() - started).toBeLessThan(5_000) // not the 30 s of an expired lease
    const runs = await listRuns(await openAppDb(here.paths), 5)
    expect(runs.map(run => [run.kind, run.status])).toEqual([
      ['sync', 'done'],
      ['build', 'lost'],
    ])
  })

  it('ends as cancelled when its caller stops it', async () => {
    const here = project()
    const stop = new AbortController()
    const work = withRun(here, { kind: 'import', input: {} }, { signal: stop.signal }, async run => {
      stop.abort()
      run.signal.throwIfAborted()
    })
    await expect(work).rejects.toThrow(Cancelled)
    const [run] = await listRuns(await openAppDb(here.paths), 1)
    expect(run?.status).toBe('cancelled')
  })

  it('is refused its writes once another process holds the lease', async () => {
    const here = project()
    await withRun(here, { kind: 'import', input: {} }, { signal }, async run => {
      const db = await openAppDb(here.paths)
      await db('leases').update({ epoch: run.epoch + 1 })
      await expect(run.check()).rejects.toThrow('lost its lease')
    })
  })
})
