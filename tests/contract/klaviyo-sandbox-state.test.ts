import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { ask, createClock, idsBody, importBody, makeList } from './klaviyo-probe.ts'

const clock = createClock()
const jobs = '/api/profile-bulk-import-jobs'
let stateFile: string
beforeEach(() => {
  stateFile = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'klaviyo.jsonl')
})

const start = () => startKlaviyo({ now: clock.now, stateFile, jobs: { queuedMs: 0, processingMs: 1_000 } })

describe('a sandbox with a state file', () => {
  it('goes on where it was: lists, members, profiles, jobs with their errors, and what is still to happen', async () => {
    let job = ''
    let late = ''
    let before: unknown
    {
      await using first = await start()
      const list = await makeList(first, 'L')
      const rows = [{ external_id: 'c1' }, { external_id: 'c2' }, { email: 'nope' }]
      job = (await ask(first, 'POST', jobs, importBody(rows, [list]))).json.data.id
      clock.advance(2_000)
      const [gone] = first.members(list)
      await ask(first, 'DELETE', `/api/lists/${list}/relationships/profiles`, idsBody([gone?.profileId]))
      late = (await ask(first, 'POST', jobs, importBody([{ external_id: 'c3' }], [list]))).json.data.id
      before = [first.lists(), first.members(list)]
    }
    await using second = await start()
    const [lists, members] = [second.lists(), second.members('L')]
    expect([lists, members]).toEqual(before)
    expect(second.membership('L')).toEqual(new Set(['c2']))
    expect((await ask(second, 'GET', `${jobs}/${job}/import-errors`)).json.data).toHaveLength(1)
    expect((await ask(second, 'GET', `${jobs}/${late}`)).json.data.attributes.status).toBe('processing')
    clock.advance(1_000)
    expect(second.membership('L')).toEqual(new Set(['c2', 'c3']))
    expect(new Set([await makeList(second, 'M'), lists[0]?.id]).size).toBe(2)
  })

  it('forgets a line that was cut off in the middle, and only that', async () => {
    {
      await using first = await start()
      await makeList(first, 'kept')
      await makeList(first, 'cut')
    }
    truncateSync(stateFile, readFileSync(stateFile).length - 5)
    {
      await using second = await start()
      expect(second.lists().map(list => list.name)).toEqual(['kept'])
      await makeList(second, 'after')
    }
    await using third = await start()
    expect(third.lists().map(list => list.name)).toEqual(['kept', 'after'])
  })

  it.each([
    ['a file of somebody else', 'order_id,customer_id\n1,2\n', /is not a state file of this sandbox/],
    ['a broken line within', `{"winbackSandbox":"klaviyo","version":1}\n{"change":\n{}\n`, /line 2 is unreadable/],
  ])('does not start on %s, and leaves it as it is', async (_what, text, message) => {
    writeFileSync(stateFile, text)
    await expect(start()).rejects.toThrow(message)
    expect(readFileSync(stateFile, 'utf8')).toBe(text)
  })

  it('is empty after a reset, also when it starts again', async () => {
    {
      await using first = await start()
      await makeList(first, 'L')
      first.reset()
      await makeList(first, 'M')
    }
    await using second = await start()
    expect(second.lists().map(list => list.name)).toEqual(['M'])
  })
})

describe('a sandbox killed with kill -9', () => {
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  /** Starts one in a process of its own; resolves with its port. */
  async function spawnSandbox(): Promise<{ child: ChildProcess; remote: SandboxKlaviyo }> {
    const module = join(import.meta.dirname, '../../src/sandbox/klaviyo.ts')
    const script = `import { startKlaviyo } from ${JSON.stringify(module)}
      const s = await startKlaviyo({ stateFile: process.argv[1], quotas: false, jobs: { queuedMs: 0, processingMs: 0 } })
      console.log(s.port)`
    const args = ['--input-type=module', '-e', script, stateFile]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    const [port] = await once(child.stdout as NodeJS.ReadableStream, 'data')
    const remote = { endpoint: `http://127.0.0.1:${String(port).trim()}`, apiKey: 'pk_sandbox' } as SandboxKlaviyo
    return { child, remote }
  }

  it('has lost nothing that it had answered, at each of five instants', async () => {
    const answered = new Set<string>()
    for (let kill = 0; kill < 5; kill += 1) {
      const { child, remote } = await spawnSandbox()
      const list = kill === 0 ? await makeList(remote, 'L') : ''
      const lists = list === '' ? JSON.parse((await ask(remote, 'GET', '/__sandbox/lists')).text).lists : [{ id: list }]
      setTimeout(() => child.kill('SIGKILL'), 40 + 30 * kill)
      for (let batch = 0; ; batch += 1) {
        const names = Array.from({ length: 500 }, (_, i) => `c${kill}-${batch}-${i}`)
        const rows = names.map(name => ({ external_id: name }))
        const seen = await ask(remote, 'POST', jobs, importBody(rows, [lists[0].id])).catch(() => null)
        if (seen?.status !== 202) break
        for (const name of names) answered.add(name)
      }
    }
    await using after = await startKlaviyo({ stateFile })
    const members = after.membership('L')
    expect([...answered].filter(name => !members.has(name))).toEqual([])
    expect(members.size - answered.size).toBeLessThanOrEqual(5 * 500) // at most the one unanswered batch of each kill
    expect(answered.size).toBeGreaterThan(0)
  }, 30_000)
})
