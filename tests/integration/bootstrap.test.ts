import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clone, lockFile, makeClone } from '../support/bootstrap-clone.ts'

const bundled = `node_modules/node-${process.platform}-${process.arch}/bin`
let clone: Clone

beforeEach(() => {
  clone = makeClone()
})
afterEach(() => clone.remove())

describe('the set-up of a clone', () => {
  it('installs node modules and dbt, then runs the program with its arguments and the caller’s folder', async () => {
    const end = await clone.ensure(['echo.mjs', '--flag', 'two words'])
    expect(end.stderr).toMatch(/^\[setup\] node modules: ready \(\d+\.\d s\)$/m)
    expect(end.stderr).toMatch(/^\[setup\] dbt: ready \(\d+\.\d s\)$/m)
    expect(JSON.parse(end.stdout)).toEqual({ args: ['--flag', 'two words'], cwd: clone.dir })
    expect(end.code).toBe(0)
    expect(clone.calls().toSorted()).toEqual(['npm ci', 'pip install', 'venv'])
  })

  it('does nothing, silently and within a second, when nothing is to be done', async () => {
    await clone.ensure()
    const before = clone.calls()
    const end = await clone.ensure(['echo.mjs'])
    expect(end.code).toBe(0)
    expect(end.stderr).toBe('')
    expect(clone.calls()).toEqual(before)
    expect(end.seconds).toBeLessThan(1)
  })

  it('installs node modules again, and only those, after the lock file changed', async () => {
    await clone.ensure()
    writeFileSync(clone.file('package-lock.json'), lockFile('2.0.0'))
    const before = clone.calls()
    expect((await clone.ensure()).code).toBe(0)
    expect(clone.calls().slice(before.length)).toEqual(['npm ci'])
  })

  it('installs dbt again, and only that, after its pins changed', async () => {
    await clone.ensure()
    writeFileSync(clone.file('dbt/requirements.txt'), 'dbt-core==1.12.7 \\\n    --hash=sha256:00\n')
    const before = clone.calls()
    expect((await clone.ensure()).code).toBe(0)
    expect(clone.calls().slice(before.length)).toEqual(['venv', 'pip install'])
  })

  it('keeps node modules that were installed by hand as locked', async () => {
    mkdirSync(clone.file(bundled), { recursive: true })
    symlinkSync(process.execPath, clone.file(bundled, 'node'))
    writeFileSync(clone.file('node_modules/.package-lock.json'), lockFile('1.0.0'))
    expect((await clone.ensure()).code).toBe(0)
    expect(clone.calls()).toEqual(['venv', 'pip install'])
  })

  it('keeps a .venv that was made by hand with the pinned packages', async () => {
    await clone.ensure()
    rmSync(clone.file('.venv/.winback-stamp'))
    const before = clone.calls()
    expect((await clone.ensure()).code).toBe(0)
    expect(clone.calls()).toEqual(before)
  })

  it('makes .venv anew when it holds another version than pinned', async () => {
    await clone.ensure()
    rmSync(clone.file('.venv/.winback-stamp'))
    const packages = clone.file('.venv/lib/python3.12/site-packages')
    renameSync(`${packages}/dbt_core-1.12.6.dist-info`, `${packages}/dbt_core-1.12.5.dist-info`)
    const before = clone.calls()
    expect((await clone.ensure()).code).toBe(0)
    expect(clone.calls().slice(before.length)).toEqual(['venv', 'pip install'])
  })

  it('makes .venv anew after the clone moved, because its programs name the old place', async () => {
    await clone.ensure()
    const elsewhere = clone.moved()
    const before = elsewhere.calls()
    expect((await elsewhere.ensure()).code).toBe(0)
    expect(elsewhere.calls().slice(before.length)).toEqual(['venv', 'pip install'])
  })

  it('runs for two callers at once, installing once', async () => {
    const [first, second] = await Promise.all([
      clone.ensure(['echo.mjs', 'a'], { NPM_SLEEP: '0.7' }),
      clone.ensure(['echo.mjs', 'b'], { NPM_SLEEP: '0.7' }),
    ])
    expect([first.code, second.code]).toEqual([0, 0])
    expect([first.stdout, second.stdout].map(text => JSON.parse(text).args)).toEqual([['a'], ['b']])
    expect(first.stderr + second.stderr).toContain('another set-up is at work')
    expect(clone.calls().toSorted()).toEqual(['npm ci', 'pip install', 'venv'])
  })

  it('leaves no lock and no list of children behind', async () => {
    await clone.ensure()
    for (const name of ['.setup.lock', '.setup.children', '.setup.begun-dbt', '.setup.begun-node_modules']) {
      expect(existsSync(clone.file(name)), name).toBe(false)
    }
  })

  it('keeps everything that the tools said in .setup.log', async () => {
    await clone.ensure([], { NPM_FAILS: 'something new went wrong' })
    expect(readFileSync(clone.file('.setup.log'), 'utf8')).toContain('something new went wrong')
  })
})
