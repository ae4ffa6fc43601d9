import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { Cancelled, ConfigError } from '../../sync/index.ts'
import { findArtifact, Manifest, type RunResult, RunResults } from './artifacts.ts'
import { createEventReader, type DbtEvent } from './events.ts'
import { describeFailures, type Failure } from './failures.ts'
import { createLineSplitter } from './lines.ts'
import { countResults, type ModelCounts, type TestCounts } from './results.ts'
import { brokenDbt, diskFull, missingDbt, saysDiskFull, whyStopped } from './stopped.ts'

/** One dbt invocation. */
export interface DbtCall {
  /** Absolute path of the dbt executable. */
  dbt: string
  /** The verb and its own flags: `['build', '--select', 'customers+']`. */
  args: readonly string[]
  projectDir: string
  profilesDir: string
  profile: string
  target: string
  /** Kept per target: partial parse lives there. */
  targetPath: string
  logPath: string
  /** `--vars`, as JSON. */
  vars: Record<string, unknown>
  /** The child's whole environment (environment.ts). */
  env: Record<string, string>
  signal: AbortSignal
  onEvent?: (event: DbtEvent) => void
  /** How long a dbt that was asked to stop may take before SIGKILL; milliseconds. */
  graceMs?: number
  /** Learns the process id as soon as there is one. */
  onSpawn?: (pid: number) => void
}

/** How an invocation ended that came to results. */
export interface DbtRun {
  /** error when a model, test or hook broke: `failures` says which. */
  status: 'success' | 'error'
  invocationId: string | null
  results: RunResult[]
  models: ModelCounts
  tests: TestCounts
  /** Wall time. */
  seconds: number
  failures: Failure[]
  /** The lines of a command that answers with lines (`ls`). */
  lines: string[]
}

/** dbt gets 20 s after SIGINT to cancel its queries and write what it has (dbt.md §1.4). */
const GRACE_MS = 20_000

/** Unit tests try the models' logic on made-up rows: `winback test` and CI run them, a build of real rows gains nothing. */
export const WITHOUT_UNIT_TESTS = ['--exclude-resource-type', 'unit_test']

/** Verbs that must touch something: exit code 0 with nothing selected is no success. */
const MUST_SELECT = new Set(['build', 'run', 'test', 'seed', 'snapshot', 'compile', 'ls'])

/**
 * Runs dbt and tells the truth of it: run_results.json of this very invocation and the exit code; the log is progress only.
 * A broken model or test is a result. Throws Cancelled when `signal` aborts (SIGINT to dbt and its children, SIGKILL after
 * the grace; nothing keeps running), ConfigError for a missing dbt, a wrong profile or an empty selection, ModelError when
 * the project does not parse, WarehouseError for a locked file or a full disk.
 */
export async function runDbt(call: DbtCall): Promise<DbtRun> {
  if (!existsSync(call.dbt)) throw missingDbt(call.dbt)
  throwIfAborted(call.signal)
  await mkdir(call.targetPath, { recursive: true })
  await mkdir(call.logPath, { recursive: true })
  const started = performance.now()
  const lines: string[] = []
  const reader = createEventReader(event => {
    if (event.type === 'print') lines.push(event.text)
    call.onEvent?.(event)
  })
  const child = execa(call.dbt, commandLine(call), {
    cwd: '/', // dbt looks for a .env from here upwards
    env: call.env,
    extendEnv: false,
    stdin: 'ignore',
    buffer: false,
    reject: false,
    killSignal: 'SIGINT', // SIGTERM would leave the query running and the data in the .wal
    forceKillAfterDelay: call.graceMs ?? GRACE_MS,
    killDescendants: true, // also keeps the terminal's own Ctrl-C from reaching dbt a second time
  })
  if (child.pid !== undefined) call.onSpawn?.(child.pid)
  const stop = () => child.kill()
  call.signal.addEventListener('abort', stop, { once: true })
  if (call.signal.aborted) stop()
  for (const stream of [child.stdout, child.stderr]) {
    const splitter = createLineSplitter(reader.line)
    stream.on('data', (chunk: Buffer) => splitter.push(chunk))
    stream.on('end', () => splitter.end())
  }
  const ended = await child
  call.signal.removeEventListener('abort', stop)
  throwIfAborted(call.signal)
  if (ended.exitCode === undefined && ended.signal === undefined)
    throw brokenDbt(call.dbt, ended.shortMessage ?? 'it cannot be executed')

  const { invocationId } = reader.state
  const found = await findArtifact(join(call.targetPath, 'run_results.json'), RunResults)
  const own = invocationId !== null && found?.metadata.invocation_id === invocationId ? found.results : []
  const results = own.filter(result => !isQuietHook(result))
  const seconds = (performance.now() - started) / 1000
  const isSuccess = ended.exitCode === 0
  if (isSuccess && isEmpty(call, results, lines)) throw nothingSelected(call.args)
  const manifest = isSuccess ? null : await findArtifact(join(call.targetPath, 'manifest.json'), Manifest)
  const failures = isSuccess ? [] : await describeFailures(results, manifest, call.projectDir)
  if (failures.some(failure => saysDiskFull(failure.message))) throw diskFull()
  if (!isSuccess && failures.length === 0) {
    throw whyStopped({
      exitCode: ended.exitCode ?? null,
      signal: ended.signal ?? null,
      tail: reader.tail,
      sawJson: reader.state.sawJson,
      dbt: call.dbt,
    })
  }
  return {
    status: isSuccess ? 'success' : 'error',
    invocationId,
    results,
    ...countResults(results),
    seconds,
    failures,
    lines,
  }
}

function commandLine(call: DbtCall): string[] {
  return [
    ...call.args,
    ...['--project-dir', call.projectDir, '--profiles-dir', call.profilesDir],
    ...['--profile', call.profile, '--target', call.target],
    ...['--target-path', call.targetPath, '--log-path', call.logPath],
    ...['--log-format', 'json', '--log-level', 'info', '--log-level-file', 'none'],
    ...['--no-use-colors', '--no-send-anonymous-usage-stats', '--no-quiet', '--write-json'],
    ...['--vars', JSON.stringify(call.vars)],
  ]
}

const isQuietHook = (result: RunResult) => result.unique_id.startsWith('operation.') && result.status === 'success'

function isEmpty(call: DbtCall, results: readonly RunResult[], lines: readonly string[]): boolean {
  const verb = call.args[0] ?? ''
  return MUST_SELECT.has(verb) && (verb === 'ls' ? lines : results).length === 0
}

/** Exit code 0 of dbt, but nothing was asked for: a typing error, not a success. */
function nothingSelected(args: readonly string[]): ConfigError {
  const selection = args.slice(1).join(' ').replace(WITHOUT_UNIT_TESTS.join(' '), '').trim()
  return new ConfigError(
    'build.nothing_selected',
    selection === '' ? 'The dbt project has nothing to build' : `Nothing matches ${selection}`,
    'See what there is with `winback ls`.',
  )
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Cancelled('dbt.cancelled', 'dbt was stopped; the last good build is still in place')
}
