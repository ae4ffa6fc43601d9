import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { loadProject, type Project, packageDir } from '../../src/config/project.ts'
import { type BuildResult, build } from '../../src/dbt/build.ts'
import type { DbtEvent } from '../../src/dbt/events.ts'
import type { FitStep } from '../../src/dbt/fit-step.ts'
import { withRun } from '../../src/runs/with-run.ts'

/** A Winback project of its own in a temporary folder, whose `dbt.project` is a copy of the small fixture: tests break the copy. */
export async function createFixtureProject(parent: string = tmpdir()): Promise<Project> {
  const dir = await mkdtemp(join(parent, 'winback-dbt-'))
  const fixture = join(packageDir, 'tests', 'support', 'dbt-fixture')
  await cp(fixture, join(dir, 'dbt'), { recursive: true })
  await cp(join(fixture, 'profiles.yml'), join(dir, 'profiles.yml'))
  await writeFile(
    join(dir, 'winback.yml'),
    `version: 1
warehouse: { profile: winback, target: duckdb }
dbt: { project: dbt }
brands:
  - { slug: acme, label: Acme Gifts, currency: GBP, timezone: Europe/London }
`,
  )
  return loadProject({ projectDir: dir })
}

/** Writes one file of the fixture's dbt project, say `models/marts/broken.sql`. */
export async function writeDbtFile(project: Project, file: string, text: string): Promise<void> {
  await writeFile(join(project.dbtProject, file), text)
}

/** A model that takes minutes unless it is stopped: a cross join without an end in sight. */
export const slowModel =
  'select count(*) as n from range(10000000) as a(i), range(10000000) as b(j) where hash(a.i, b.j) = 1'

/** Builds the project in this process, under its lease; as of 2026-11-22 unless told otherwise. */
export function buildFixture(
  project: Project,
  o: {
    select?: string[]
    asOf?: string
    signal?: AbortSignal
    fitStep?: FitStep
    onEvent?: (event: DbtEvent) => void
  } = {},
): Promise<BuildResult> {
  const options = {
    asOf: { date: o.asOf ?? '2026-11-22', isHistorical: o.asOf !== undefined },
    selection: { select: o.select ?? [], exclude: [] },
    ...(o.fitStep && { fitStep: o.fitStep }),
    ...(o.onEvent && { onEvent: o.onEvent }),
  }
  const signal = o.signal ?? new AbortController().signal
  return withRun(project, { kind: 'build', input: {} }, { signal }, run => build(project, run, options))
}

/** Rows of the last good build by the shortest way: a read-only DuckDB of its own. */
export async function readWarehouse(project: Project, select: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run(`attach '${project.paths.warehouse}' as warehouse (read_only)`)
    return (await connection.runAndReadAll(select)).getRowsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Ids of living processes whose command line holds the text. */
export async function findProcesses(text: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number)
  const lines = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return pids.filter((pid, i) => pid !== process.pid && lines[i]?.includes(text))
}
