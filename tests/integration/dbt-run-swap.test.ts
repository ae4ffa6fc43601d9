import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Project } from '../../src/config/project.ts'
import { closeAppDb } from '../../src/db/client.ts'
import { readLastBuild } from '../../src/dbt/last-build.ts'
import { buildFixture, createFixtureProject, readWarehouse, writeDbtFile } from '../support/dbt-fixture.ts'

// A busy machine makes dbt ten times slower.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let project: Project

beforeAll(async () => {
  project = await createFixtureProject()
  await buildFixture(project, { asOf: '2026-11-01' })
})

afterAll(async () => {
  await closeAppDb(project.paths)
  await rm(project.dir, { recursive: true, force: true })
})

// A reader in a process of its own: answers each line it gets with the data date it sees.
const reader = `
import { createInterface } from 'node:readline'
import { DuckDBInstance } from '@duckdb/node-api'
const instance = await DuckDBInstance.create(process.argv[1], { access_mode: 'READ_ONLY' })
const connection = await instance.connect()
const look = async () => console.log((await connection.runAndReadAll('select min(seen_on)::varchar from warehouse.winback.customers')).getRows()[0][0])
await look()
for await (const line of createInterface(process.stdin)) await look()
`

it('runs two builds asked for at once one after the other, while a reader keeps its old rows and a new one sees the new', async () => {
  const old = execa(process.execPath, ['--input-type=module', '-e', reader, project.paths.warehouse])
  const answers = old.iterable()[Symbol.asyncIterator]()
  expect((await answers.next()).value).toBe('2026-11-01')

  const spans: { from: number; to: number; asOf: string }[] = []
  const timed = async (asOf: string) => {
    let from = 0
    await buildFixture(project, { asOf, onEvent: () => (from ||= Date.now()) })
    spans.push({ from, to: Date.now(), asOf })
  }
  await Promise.all([timed('2026-11-03'), timed('2026-11-04')])
  const [first, second] = spans
  expect(second?.from).toBeGreaterThan((first?.to ?? Infinity) - 250) // `to` is noted a moment after the lease is free
  expect(await readWarehouse(project, 'select min(seen_on) from warehouse.winback.customers')).toEqual([[second?.asOf]])
  expect((await readLastBuild(project))?.asOf).toBe(second?.asOf)

  old.stdin.write('again\n')
  expect((await answers.next()).value).toBe('2026-11-01')
  old.stdin.end()
  await old
})

// A writer that is killed after its commit leaves the rows in the file's .wal.
const crash = `
import { DuckDBInstance } from '@duckdb/node-api'
const [file, first, second] = process.argv.slice(1)
const connection = await (await DuckDBInstance.create(file)).connect()
await connection.run(first + '; checkpoint')
await connection.run(second)
process.kill(process.pid, 'SIGKILL')`

it('takes along what crashed writers left in the logs of ledger and warehouse, and writes nothing to the ledger', async () => {
  const crashed = (file: string, first: string, second: string) =>
    execa(process.execPath, ['--input-type=module', '-e', crash, file, first, second], { reject: false })
  const table = 'winback_sync.ledger'
  await crashed(
    project.paths.ledger,
    `create schema winback_sync; create table ${table} as select 1 as n`,
    `insert into ${table} values (2)`,
  )
  await crashed(
    project.paths.warehouse,
    'create table winback.notes as select 7 as n',
    'insert into winback.notes values (8)',
  )
  expect(await readdir(project.paths.state)).toEqual(
    expect.arrayContaining(['ledger.duckdb.wal', 'warehouse.duckdb.wal']),
  )

  await writeDbtFile(project, 'models/marts/sent.sql', 'select count(*) as n from ledger.winback_sync.ledger')
  await buildFixture(project, { asOf: '2026-11-05' })
  const found =
    'select (select n from warehouse.winback.sent), (select sum(n) from warehouse.winback.notes), min(seen_on) from warehouse.winback.customers'
  expect(await readWarehouse(project, found)).toEqual([['2', '15', '2026-11-05']])
  const files = await readdir(project.paths.state)
  expect(files).toContain('ledger.duckdb.wal')
  expect(files).not.toContain('warehouse.duckdb.wal')
})

it('says who holds the warehouse file open for writing', async () => {
  const writer = execa(process.execPath, ['--input-type=module', '-e', writerOpen, project.paths.warehouse], {
    reject: false,
  })
  await writer.iterable()[Symbol.asyncIterator]().next()
  await expect(buildFixture(project)).rejects.toMatchObject({
    code: 'warehouse.locked',
    message: expect.stringContaining(`(pid ${writer.pid})`),
  })
  writer.kill('SIGKILL')
  await writer
})

const writerOpen = `
import { DuckDBInstance } from '@duckdb/node-api'
const instance = await DuckDBInstance.create(process.argv[1])
console.log('open')
setInterval(() => instance, 1000)`

const tiny = await mountTiny()

it.skipIf(tiny === null)('throws a build away when the disk fills up, and says so', async () => {
  const full = await createFixtureProject(tiny ?? '')
  await mkdir(full.paths.state)
  await copyFile(project.paths.warehouse, full.paths.warehouse)
  await writeDbtFile(full, 'models/marts/big.sql', 'select i, uuid() as a, uuid() as b from range(3000000) as t(i)')
  await expect(buildFixture(full, { asOf: '2026-11-06' })).rejects.toMatchObject({ code: 'disk.full', exitCode: 1 })
  expect(await readdir(join(full.paths.state, 'build'))).toEqual([])
  expect(await readWarehouse(full, 'select count(*), min(seen_on) from warehouse.winback.customers')).toEqual([
    ['20', '2026-11-05'],
  ])
  await rm(join(full.dbtProject, 'models/marts/big.sql'))
  expect((await buildFixture(full, { asOf: '2026-11-06' })).status).toBe('success')
  await closeAppDb(full.paths)
})

afterAll(async () => {
  if (tiny === null) return
  await execa('umount', ['-l', tiny], { reject: false })
  await rm(tiny, { recursive: true, force: true })
})

/** A file system of 32 MB, or null where mounting is not allowed. */
async function mountTiny(): Promise<string | null> {
  const dir = await mkdtemp(join(tmpdir(), 'winback-tiny-'))
  const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', dir], { reject: false })
  if (!mounted.failed) return dir
  await rm(dir, { recursive: true })
  return null
}
