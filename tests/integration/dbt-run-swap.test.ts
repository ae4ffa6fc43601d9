import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Project } from '../../src/config/project.ts'
import { closeAppDb } from '../../src/db/client.ts'
import { readLastBuild } from '../../src/dbt/last-build.ts'
import { buildFixture, createFixtureProject, readWarehouse, writeDbtFile } from '../support/dbt-fixture.ts'

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

it('lets a reader keep the old rows through build and swap, and shows a new one the new', async () => {
  const old = execa(process.execPath, ['--input-type=module', '-e', reader, project.paths.warehouse])
  const answers = old.iterable()[Symbol.asyncIterator]()
  expect((await answers.next()).value).toBe('2026-11-01')
  await buildFixture(project, { asOf: '2026-11-02' })
  old.stdin.write('again\n')
  expect((await answers.next()).value).toBe('2026-11-01')
  expect(await readWarehouse(project, 'select min(seen_on) from warehouse.winback.customers')).toEqual([['2026-11-02']])
  old.stdin.end()
  await old
})

it('runs two builds asked for at once one after the other', async () => {
  const spans: [number, number][] = []
  const timed = async (asOf: string) => {
    let from = 0
    await buildFixture(project, { asOf, onEvent: () => (from ||= Date.now()) })
    spans.push([from, Date.now()])
  }
  await Promise.all([timed('2026-11-03'), timed('2026-11-04')])
  const [first, second] = spans.sort((a, b) => a[0] - b[0])
  expect(second?.[0]).toBeGreaterThan((first?.[1] ?? Infinity) - 1000)
  const seen = await readWarehouse(project, 'select min(seen_on) from warehouse.winback.customers')
  expect((await readLastBuild(project))?.asOf).toBe(String(seen[0]?.[0]))
})

it('reads the ledger as it stands, though a crash left its log, and writes nothing to it', async () => {
  // A writer that is killed after its commit leaves the rows in ledger.duckdb.wal.
  const crash = `
import { DuckDBInstance } from '@duckdb/node-api'
const connection = await (await DuckDBInstance.create(process.argv[1])).connect()
await connection.run('create schema winback_sync; create table winback_sync.ledger as select 1 as n; checkpoint')
await connection.run('insert into winback_sync.ledger values (2)')
process.kill(process.pid, 'SIGKILL')`
  await execa(process.execPath, ['--input-type=module', '-e', crash, project.paths.ledger], { reject: false })
  expect(await readdir(project.paths.state)).toContain('ledger.duckdb.wal')
  await writeDbtFile(project, 'models/marts/sent.sql', 'select count(*) as n from ledger.winback_sync.ledger')
  await buildFixture(project, { asOf: '2026-11-05' })
  expect(await readWarehouse(project, 'select n from warehouse.winback.sent')).toEqual([['2']])
  expect(await readdir(project.paths.state)).toContain('ledger.duckdb.wal')
  await rm(join(project.dbtProject, 'models/marts/sent.sql'))
})

it('takes over rows that a foreign program left in the log of the warehouse file', async () => {
  const foreign = `
import { DuckDBInstance } from '@duckdb/node-api'
const connection = await (await DuckDBInstance.create(process.argv[1])).connect()
await connection.run('create table warehouse.winback.notes as select 7 as n')
process.kill(process.pid, 'SIGKILL')`
  await execa(process.execPath, ['--input-type=module', '-e', foreign, project.paths.warehouse], { reject: false })
  expect(await readdir(project.paths.state)).toContain('warehouse.duckdb.wal')
  await buildFixture(project, { asOf: '2026-11-06' })
  expect(await readdir(project.paths.state)).not.toContain('warehouse.duckdb.wal')
  expect(
    await readWarehouse(
      project,
      'select (select n from warehouse.winback.notes), min(seen_on) from warehouse.winback.customers',
    ),
  ).toEqual([[7, '2026-11-06']])
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
  await buildFixture(full, { asOf: '2026-11-01' })
  await writeDbtFile(full, 'models/marts/big.sql', 'select i, uuid() as a, uuid() as b from range(3000000) as t(i)')
  await expect(buildFixture(full, { asOf: '2026-11-02' })).rejects.toMatchObject({ code: 'disk.full', exitCode: 1 })
  expect(await readdir(join(full.paths.state, 'build'))).toEqual([])
  expect(await readWarehouse(full, 'select count(*), min(seen_on) from warehouse.winback.customers')).toEqual([
    ['20', '2026-11-01'],
  ])
  await rm(join(full.dbtProject, 'models/marts/big.sql'))
  expect((await buildFixture(full, { asOf: '2026-11-02' })).status).toBe('success')
  await closeAppDb(full.paths)
})

afterAll(async () => {
  if (tiny !== null) await execa('umount', ['-l', tiny], { reject: false })
})

/** A file system of 32 MB, or null where mounting is not allowed. */
async function mountTiny(): Promise<string | null> {
  const dir = await mkdtemp(join(tmpdir(), 'winback-tiny-'))
  const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', dir], { reject: false })
  return mounted.failed ? null : dir
}
