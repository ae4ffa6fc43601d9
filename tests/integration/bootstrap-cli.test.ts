import { mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clone, ended, lockFile, makeClone, until } from '../support/bootstrap-clone.ts'

let clone: Clone

// Stands in for the command line: tells its arguments, or waits for a signal and ends as the real one does.
const MAIN = `export async function main(argv: readonly string[]): Promise<number> {
  console.log(argv.join(' '))
  if (argv[0] !== 'wait') return Number(argv[0])
  return new Promise(resolve => {
    const alive = setInterval(() => {}, 1000)
    const stop = (code: number) => { clearInterval(alive); resolve(code) }
    process.on('SIGINT', () => stop(130))
    process.on('SIGTERM', () => stop(143))
  })
}
`

beforeEach(() => {
  clone = makeClone()
  mkdirSync(clone.file('src/cli'), { recursive: true })
  writeFileSync(clone.file('src/cli/main.ts'), MAIN)
})
afterEach(() => clone.remove())

const winback = (args: string[], environment = {}) => clone.start([clone.file('bin/winback.cjs'), ...args], environment)

describe('bin/winback.cjs', () => {
  it('says in one sentence that the clone is not set up', async () => {
    const end = await ended(winback(['0']))
    expect(end.code).toBe(1)
    expect(end.stderr).toBe(
      `Winback is not set up, or its pinned packages have changed: run \`npm start\` in ${clone.dir}, or \`node scripts/ensure.cjs\` there for the set-up alone.\n`,
    )
  })

  it('shows the doctor’s checks before the set-up, with exit code 1 and the way out', async () => {
    const end = await ended(winback(['doctor']))
    expect(end.code).toBe(1)
    expect(end.stdout).toContain('✓ Python        3.12')
    expect(end.stdout).toContain('✗ node modules  not installed\n    → run `npm start`')
    const document = JSON.parse((await ended(winback(['doctor', '--json']))).stdout)
    expect(document.ok).toBe(false)
    expect(document.checks[0]).toMatchObject({ name: 'Node', status: 'ok' })
  })

  it('tells that node modules and lock file disagree', async () => {
    await clone.ensure()
    writeFileSync(clone.file('package-lock.json'), lockFile('2.0.0'))
    const end = await ended(winback(['doctor']))
    expect(end.stdout).toContain('✗ node modules  not those of package-lock.json')
  })

  it('passes arguments and exit code through without a warning', async () => {
    await clone.ensure()
    const end = await ended(winback(['2', '--flag']))
    expect(end).toMatchObject({ code: 2, stdout: '2 --flag\n', stderr: '' })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends as the command line does on %s', async (signal, code) => {
    await clone.ensure()
    const child = winback(['wait'])
    let seen = ''
    child.stdout?.on('data', chunk => (seen += chunk))
    const end = ended(child)
    await until(() => seen.includes('wait'))
    await new Promise(resolve => setTimeout(resolve, 50))
    child.kill(signal)
    expect(await end).toMatchObject({ code, signal: null })
  })
})
