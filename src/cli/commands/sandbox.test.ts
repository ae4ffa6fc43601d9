import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createOutput } from '../output.ts'
import { sandbox } from './sandbox.ts'

const captured = () => {
  const text: string[] = []
  const write = (chunk: string) => void text.push(chunk)
  const terminal = { json: false, quiet: false, color: false, tty: false, columns: 200, now: () => 0 }
  return { text, out: createOutput({ ...terminal, stdout: write, stderr: write }) }
}
const context = { projectDir: '/nowhere', profilesDir: undefined, target: undefined, brand: undefined }
const run = (args: string[], options: object, signal = new AbortController().signal) => {
  const { text, out } = captured()
  return { text, ended: sandbox.run({ ...context, out, signal }, args, { port: '0', seed: '1', ...options }) }
}

describe('winback sandbox', () => {
  it('prints its endpoint and the key it accepts, shows requests without identities, and ends when it is aborted', async () => {
    const stop = new AbortController()
    const { text, ended } = run(['klaviyo'], { verbose: true }, stop.signal)
    while (!text.join('').includes('Ctrl-C')) await new Promise(resolve => setTimeout(resolve, 5))
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(text.join(''))?.[0]
    const headers = { Authorization: 'Klaviyo-API-Key pk_sandbox', revision: '2026-07-15' }
    const filter = encodeURIComponent('any(email,["ann@example.com"])')
    expect((await fetch(`${endpoint}/api/profiles?filter=${filter}`, { headers })).status).toBe(200)
    stop.abort()
    await expect(ended).rejects.toMatchObject({
      code: 'sandbox.stopped',
      message: 'The sandbox stopped after 1 request.',
    })
    expect(text.join('')).toContain('pk_sandbox')
    expect(text.join('')).toMatch(/\d\d:\d\d:\d\d GET \/api\/profiles\?filter=any\(email,\[1\]\) 200 1 row\n/)
    expect(text.join('')).not.toContain('ann@')
    await expect(fetch(`${endpoint}/api/profiles`)).rejects.toThrow()
  })

  it.each([
    [['mailbird'], {}, 'There is no sandbox for mailbird.', 2],
    [['klaviyo'], { port: 'x' }, '--port x is not a port.', 2],
    [['klaviyo'], { port: '65536' }, '--port 65536 is not a port.', 2],
    [['klaviyo'], { state: join(import.meta.dirname, 'sandbox.ts') }, /is not a state file of this sandbox/, 1],
  ])('refuses %o %o', async (args, options, message, exitCode) => {
    await expect(run(args, options).ended).rejects.toMatchObject({
      message: typeof message === 'string' ? message : expect.stringMatching(message),
      exitCode,
    })
  })

  it('says when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(run(['klaviyo'], { port: String(port) }).ended).rejects.toMatchObject({
      code: 'sandbox.port_taken',
      message: `Port ${port} is taken.`,
      exitCode: 1,
    })
    other.close()
  })

  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  it('runs as a process until Ctrl-C and then exits with 130', async () => {
    const main = join(import.meta.dirname, '../main.ts')
    const script = `const { main } = await import(${JSON.stringify(main)}); process.exitCode = await main(process.argv.slice(1))`
    const args = ['--input-type=module', '-e', script, '--', 'sandbox', 'klaviyo', '--port', '0']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    const [first] = await once(child.stdout as NodeJS.ReadableStream, 'data')
    expect(String(first)).toMatch(/Sandbox Klaviyo listens on http:\/\/127\.0\.0\.1:\d+/)
    child.kill('SIGINT')
    const [code] = await once(child, 'exit')
    expect(code).toBe(130)
  })
})
