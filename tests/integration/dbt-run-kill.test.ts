import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Project, packageDir } from '../../src/config/project.ts'
import { closeAppDb } from '../../src/db/client.ts'
import { readLastBuild } from '../../src/dbt/last-build.ts'
import { runDbt } from '../../src/dbt/run.ts'
import {
  buildFixture,
  createFixtureProject,
  findProcesses,
  readWarehouse,
  slowModel,
  writeDbtFile,
} from '../support/dbt-fixture.ts'

// A busy machine makes dbt ten times slower.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let project: Project
const slow = 'models/marts/slow.sql'
const child = join(packageDir, 'tests', 'support', 'build-child.ts')
const builds = () => readdir(join(project.paths.state, 'build'))
const customers = () => readWarehouse(project, 'select count(*), min(seen_on) from warehouse.winback.customers')

beforeAll(async () => {
  project = await createFixtureProject()
  await buildFixture(project)
  await writeDbtFile(project, slow, slowModel)
})

afterAll(async () => {
  await closeAppDb(project.paths)
  await rm(project.dir, { recursive: true, force: true })
})

it('stops dbt in the middle of a model and leaves nothing behind', async () => {
  const stop = new AbortController()
  const before = await readLastBuild(project)
  let stoppedAt = 0
  const building = buildFixture(project, {
    asOf: '2026-11-01',
    signal: stop.signal,
    onEvent: event => {
      if (event.type !== 'started' || event.name !== 'slow') return
      setTimeout(() => {
        stoppedAt = Date.now()
        stop.abort()
      }, 300)
    },
  })
  await expect(building).rejects.toMatchObject({ name: 'Cancelled' })
  expect(Date.now() - stoppedAt).toBeLessThan(15_000) // SIGINT cancels the query: far from the 20 s of SIGKILL
  expect(await findProcesses(project.dir)).toEqual([])
  expect(await builds()).toEqual([])
  expect(await customers()).toEqual([['20', '2026-11-22']])
  expect(await readLastBuild(project)).toEqual(before)
})

it('ends on Ctrl-C of its own process, dbt with it', async () => {
  const building = execa(process.execPath, [child, project.dir], { reject: false })
  await saying(building.stdout, 'building slow')
  building.kill('SIGINT')
  const ended = await building
  expect(ended.exitCode).toBe(3)
  expect(ended.stdout).toContain('cancelled')
  expect(await findProcesses(project.dir)).toEqual([])
  expect(await builds()).toEqual([])
})

it('survives SIGKILL of its own process: the next build ends the orphan, cleans up and passes', async () => {
  const building = execa(process.execPath, [child, project.dir], { reject: false })
  await saying(building.stdout, 'building slow')
  building.kill('SIGKILL')
  await building
  expect(await builds()).toHaveLength(1)
  expect(await findProcesses(join(project.dir, '.winback'))).not.toEqual([])
  expect(await customers()).toEqual([['20', '2026-11-22']])

  await rm(join(project.dbtProject, slow))
  const result = await buildFixture(project, { asOf: '2026-11-02' })
  expect(result.status).toBe('success')
  expect(await findProcesses(project.dir)).toEqual([])
  expect(await builds()).toEqual([])
  expect(await customers()).toEqual([['20', '2026-11-02']])
})

it('kills a dbt that will not stop, and what it started', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'winback-stubborn-'))
  const dbt = join(dir, 'dbt')
  await writeFile(dbt, `#!/bin/sh\ntrap '' INT TERM\nsleep 611 &\nsleep 612\n`)
  await chmod(dbt, 0o755)
  const stop = new AbortController()
  const call = {
    dbt,
    args: ['build'],
    projectDir: dir,
    profilesDir: dir,
    profile: 'p',
    target: 't',
    targetPath: dir,
    logPath: dir,
    vars: {},
  }
  const running = runDbt({
    ...call,
    env: { PATH: '/usr/bin:/bin' },
    signal: stop.signal,
    graceMs: 300,
    onSpawn: () => setTimeout(() => stop.abort(), 500),
  })
  await expect(running).rejects.toMatchObject({ name: 'Cancelled' })
  await sleep(100)
  expect(await findProcesses(dbt)).toEqual([])
  expect(await findProcesses('sleep\u0000611')).toEqual([])
  await rm(dir, { recursive: true })
})

it('says what to do when dbt is missing, or does not start', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'winback-no-dbt-'))
  const call = {
    args: ['build'],
    projectDir: dir,
    profilesDir: dir,
    profile: 'p',
    target: 't',
    targetPath: dir,
    logPath: dir,
    vars: {},
    env: { PATH: '/usr/bin:/bin' },
    signal: new AbortController().signal,
  }
  await expect(runDbt({ ...call, dbt: join(dir, 'dbt') })).rejects.toMatchObject({
    code: 'dbt.missing',
    exitCode: 2,
    hint: expect.stringContaining('winback doctor'),
  })
  await writeFile(join(dir, 'moved'), '#!/nowhere/bin/python3\n')
  await writeFile(join(dir, 'empty'), '#!/bin/sh\necho "ModuleNotFoundError: No module named \'dbt\'" >&2\nexit 1\n')
  for (const name of ['moved', 'empty']) await chmod(join(dir, name), 0o755)
  await expect(runDbt({ ...call, dbt: join(dir, 'moved') })).rejects.toMatchObject({ code: 'dbt.broken', exitCode: 2 })
  await expect(runDbt({ ...call, dbt: join(dir, 'empty') })).rejects.toMatchObject({
    code: 'dbt.broken',
    message: "dbt does not start: ModuleNotFoundError: No module named 'dbt'",
  })
  await rm(dir, { recursive: true })
})

/** Resolves when the stream has said the words; rejects when it ends before. */
function saying(stream: NodeJS.ReadableStream | null, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes(words)) resolve()
    })
    stream?.on('end', () => reject(new Error(`ended with: ${text}`)))
  })
}
