import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clone, ended, makeClone, pidIn, runs, until } from '../support/bootstrap-clone.ts'

let clone: Clone

beforeEach(() => {
  clone = makeClone()
})
afterEach(() => clone.remove())

const ensure = 'scripts/ensure.cjs'
const slow = { NPM_SLEEP: '60', PIP_SLEEP: '60' }
const leashes = () =>
  readFileSync(clone.file('.setup.children'), 'utf8')
    .trim()
    .split('\n')
    .map(line => Number(line.split(' ')[0]))

describe('a set-up that is interrupted', () => {
  it('takes its npm and pip along when it is killed, and the next one starts over', async () => {
    const child = clone.start([ensure], slow)
    const [npm, pip] = [await pidIn(clone.file('npm.pid')), await pidIn(clone.file('pip.pid'))]
    child.kill('SIGKILL')
    await until(() => !runs(npm) && !runs(pip))

    const again = await clone.ensure(['echo.mjs', 'done'])
    expect(again.code).toBe(0)
    expect(JSON.parse(again.stdout).args).toEqual(['done'])
    expect(clone.calls().filter(call => call === 'npm ci')).toHaveLength(2)
    expect(clone.calls().filter(call => call === 'pip install')).toHaveLength(2)
  })

  it('is cleaned up by the next one when its watchers were killed as well', async () => {
    const child = clone.start([ensure], slow)
    const [npm, pip] = [await pidIn(clone.file('npm.pid')), await pidIn(clone.file('pip.pid'))]
    for (const pid of [...leashes(), child.pid ?? 0]) process.kill(pid, 'SIGKILL')
    await ended(child)
    expect([runs(npm), runs(pip)]).toEqual([true, true])

    const again = await clone.ensure()
    expect(again.stderr).toContain('that an interrupted set-up left behind')
    expect(again.code).toBe(0)
    expect([runs(npm), runs(pip)]).toEqual([false, false])
  })

  it('is not trusted by the next one, though every package seems to be there', async () => {
    const child = clone.start([ensure], { PIP_SLEEP: '60' })
    await pidIn(clone.file('pip.pid'))
    await until(() => existsSync(clone.file('.venv/bin/dbt')) && existsSync(clone.file('node_modules/.winback-stamp')))
    child.kill('SIGKILL')
    await ended(child)

    await clone.ensure()
    expect(clone.calls().filter(call => call === 'npm ci')).toHaveLength(1)
    expect(clone.calls().filter(call => call === 'pip install')).toHaveLength(2)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends at once on %s with exit code %i and leaves nothing running', async (signal, code) => {
    const child = clone.start([ensure], slow)
    const end = ended(child)
    const [npm, pip] = [await pidIn(clone.file('npm.pid')), await pidIn(clone.file('pip.pid'))]
    child.kill(signal)
    expect(await end).toMatchObject({ code })
    await until(() => !runs(npm) && !runs(pip))
    expect((await clone.ensure()).code).toBe(0)
  })

  it('gives up its lock when its process is gone', async () => {
    writeFileSync(clone.file('.setup.lock'), `${hostname()} 4194399 token`) // beyond the largest process number of Linux
    expect((await clone.ensure()).code).toBe(0)
  })

  it('gives up its lock when its heartbeat stopped, even if another process has its number now', async () => {
    writeFileSync(clone.file('.setup.lock'), `${hostname()} ${process.pid} token`)
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(clone.file('.setup.lock'), longAgo, longAgo)
    expect((await clone.ensure()).code).toBe(0)
  })

  it('has its lock taken over by exactly one of several that wait', async () => {
    writeFileSync(clone.file('.setup.lock'), `${hostname()} 4194399 token`)
    const ends = await Promise.all([1, 2, 3, 4].map(() => clone.ensure([], { NPM_SLEEP: '0.3' })))
    expect(ends.map(end => end.code)).toEqual([0, 0, 0, 0])
    expect(clone.calls().filter(call => call === 'npm ci')).toHaveLength(1)
  })
})
