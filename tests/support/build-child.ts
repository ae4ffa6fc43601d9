// Builds the project in argv[2] in a process of its own: tests kill it. Says "building" once a model runs, ends with the error's code.
import { loadProject } from '../../src/config/project.ts'
import { type BuildOptions, build } from '../../src/dbt/build.ts'
import { withRun } from '../../src/runs/with-run.ts'

const project = loadProject({ projectDir: process.argv[2] ?? '' })
const stop = new AbortController()
process.on('SIGINT', () => stop.abort())
const options: BuildOptions = {
  asOf: { date: '2026-11-22', isHistorical: false },
  selection: { select: [], exclude: [] },
  onEvent: event => {
    if (event.type === 'started') process.stdout.write(`building ${event.name}\n`)
  },
}
try {
  await withRun(project, { kind: 'build', input: {} }, { signal: stop.signal }, run => build(project, run, options))
  process.exit(0)
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code}\n`)
  process.exit(3)
}
