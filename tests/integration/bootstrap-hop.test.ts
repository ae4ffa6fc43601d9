import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ended, until } from '../support/bootstrap-clone.ts'

const HOP = join(import.meta.dirname, '..', '..', 'scripts', 'setup', 'hop.cjs')

/** Starts a Node that hops to another one, which runs `code`. */
const hopTo = (code: string) =>
  spawn(process.execPath, ['-e', 'require(process.argv[1]).hop(process.execPath, ["-e", process.argv[2]])', HOP, code])

describe('a hop to another Node', () => {
  it('ends with the exit code of the other', async () => {
    expect(await ended(hopTo('console.log(1); process.exitCode = 7'))).toMatchObject({ code: 7, stdout: '1\n' })
  })

  it('ends with 128 + 9 when the other is killed', async () => {
    expect(await ended(hopTo('process.kill(process.pid, "SIGKILL")'))).toMatchObject({ code: 137 })
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('passes %s on and waits for the other to end', async signal => {
    const child = hopTo(`
      const alive = setInterval(() => {}, 1000)
      process.on('${signal}', () => setTimeout(() => { console.log('cleaned up'); clearInterval(alive) }, 200))
      console.log('ready')`)
    let seen = ''
    child.stdout.on('data', chunk => {
      seen += chunk
    })
    const end = ended(child)
    await until(() => seen.includes('ready'))
    child.kill(signal)
    expect(await end).toMatchObject({ code: 0, stdout: 'ready\ncleaned up\n' })
  })
})
