import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockDemo } from './lock.ts'

const quiet = { signal: new AbortController().signal, onWait: () => {} }
const newFile = () => join(mkdtempSync(join(tmpdir(), 'winback-lock-')), 'demo.lock')

describe('the demo’s lock', () => {
  it('lets one in, tells the next one who holds it, and lets it in afterwards', async () => {
    const file = newFile()
    const told: string[] = []
    const unlock = await lockDemo(file, quiet)
    let isIn = false
    const second = lockDemo(file, { ...quiet, onWait: text => told.push(text) }).then(release => {
      isIn = true
      release()
    })
    await new Promise(resolve => setTimeout(resolve, 500))
    expect(isIn).toBe(false)
    expect(told).toEqual([`another demo works in this folder (pid ${process.pid}); waiting for it`])
    unlock()
    await second
    expect(readdirSync(join(file, '..'))).toEqual([])
  })

  it('takes over from a process that was killed', async () => {
    const file = newFile()
    const dead = spawnSync(process.execPath, ['-e', ''])
    writeFileSync(file, `${hostname()}|${dead.pid}|1`)
    const unlock = await lockDemo(file, quiet)
    expect(existsSync(file)).toBe(true)
    unlock()
    expect(existsSync(file)).toBe(false)
  })

  it('stops waiting when the person presses Ctrl-C', async () => {
    const file = newFile()
    const unlock = await lockDemo(file, quiet)
    const stop = new AbortController()
    const waiting = lockDemo(file, { signal: stop.signal, onWait: () => stop.abort() })
    await expect(waiting).rejects.toMatchObject({ code: 'demo.cancelled' })
    unlock()
  })
})
