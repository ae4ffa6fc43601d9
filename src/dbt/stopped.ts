import { ConfigError, ModelError, WarehouseError, type WinbackError } from '../../sync/index.ts'

/** How a dbt process ended that left no result to explain it. */
export interface Ending {
  exitCode: number | null
  signal: string | null
  /** The last warnings, errors and lines that were no JSON; people already masked. */
  tail: readonly string[]
  /** True when dbt said anything in its own format. */
  sawJson: boolean
  /** The path of dbt that was started. */
  dbt: string
}

const REPAIR = 'Run `npm start` to set it up again, or `winback doctor` to see what is missing.'

/** Why dbt stopped, as one clear error: the first rule that knows the words wins. */
export function whyStopped(ending: Ending): WinbackError {
  const text = ending.tail.join('\n')
  for (const rule of rules) {
    const match = rule.words.exec(text)
    if (match !== null) return rule.error(match)
  }
  if (ending.signal !== null) {
    return new WarehouseError(
      'dbt.killed',
      `dbt was ended from outside (${ending.signal})`,
      'Often the machine ran out of memory: lower `threads` in profiles.yml and build again.',
      { retryable: true },
    )
  }
  if (!ending.sawJson) return brokenDbt(ending.dbt, ending.tail.at(-1) ?? `exit code ${ending.exitCode}`)
  return new ModelError(
    'dbt.failed',
    `dbt stopped: ${core(text) || `exit code ${ending.exitCode}`}`,
    'The log is in .winback/runs.',
  )
}

/** There is no dbt at that path: the Python environment was never made, or is gone. */
export function missingDbt(dbt: string): ConfigError {
  return new ConfigError('dbt.missing', `dbt is not installed (looked for ${dbt})`, REPAIR)
}

/** There is a dbt, but it does not start. */
export function brokenDbt(dbt: string, reason: string): ConfigError {
  return new ConfigError('dbt.broken', `dbt does not start (${dbt}): ${reason.trim()}`, REPAIR)
}

/** True for the words of a full disk, whoever says them. */
export const saysDiskFull = (text: string): boolean => DISK_FULL.test(text)

/** The disk is full; nothing that was good is lost. */
export function diskFull(cause?: unknown): WarehouseError {
  return new WarehouseError(
    'disk.full',
    'The disk is full: the build was thrown away, the last good one is still in place',
    'A build needs free space of about twice the warehouse file. Free some and build again.',
    { cause },
  )
}

const DISK_FULL = /No space left on device|\bENOSPC\b|Errno 28\b|\bEFBIG\b|File too large|Disk quota exceeded/i

const rules: { words: RegExp; error: (match: RegExpExecArray) => WinbackError }[] = [
  { words: DISK_FULL, error: () => diskFull() },
  {
    words: /Could not set lock on file "([^"]+)"[^\n]*?(?:\(PID (\d+)\))?\.?(?: See also[^\n]*)?$/m,
    error: ([, file, pid]) =>
      new WarehouseError(
        'warehouse.locked',
        `${file} is open for writing in another process${pid === undefined ? '' : ` (pid ${pid})`}`,
        'Close that program (a DuckDB shell, a notebook) and run the command again.',
        { retryable: true },
      ),
  },
  {
    words: /"([^"]+)" exists, but it is not a valid DuckDB database file/,
    error: ([, file]) =>
      new WarehouseError(
        'warehouse.unreadable',
        `${file} is not a DuckDB file, or is damaged`,
        'Move it away and run import and build again.',
      ),
  },
  {
    words: /Could not find profile named '([^']+)'/,
    error: ([, name]) =>
      new ConfigError(
        'profile.unknown',
        `profiles.yml has no profile '${name}'`,
        'winback.yml names it under warehouse.profile.',
      ),
  },
  {
    words: /The profile '([^']+)' does not have a target named '([^']+)'/,
    error: ([, profile, target]) =>
      new ConfigError(
        'profile.unknown_target',
        `profile '${profile}' has no target '${target}'`,
        'See the outputs of profiles.yml.',
      ),
  },
  {
    words: /Env var required but not provided: '([^']+)'/,
    error: ([, name]) => new ConfigError('profile.env_missing', `${name} is not set, and dbt needs it`, `Set ${name}.`),
  },
  {
    words: /Could not find selector named (\S+?),/,
    error: ([, name]) =>
      new ConfigError('build.selection', `No selector named ${name}`, 'See selectors.yml of the dbt project.'),
  },
  {
    words: /(?:No such option|Invalid value for|Got unexpected extra argument)[^\n]*/,
    error: ([words]) => new ConfigError('dbt.usage', `dbt does not take that: ${words}`, 'See `winback build --help`.'),
  },
  {
    words: /((?:ModuleNotFoundError|ImportError|SyntaxError): [^\n]+)/,
    error: ([, words]) => new ConfigError('dbt.broken', `dbt does not start: ${words}`, REPAIR),
  },
  { words: /(?:Compilation|Parsing) Error[\s\S]*/, error: ([words]) => parseError(words) },
]

// "Compilation Error in model bad (models/x.sql)\n  unexpected end …\n    line 1", or "Parsing Error\n  Error reading winback: marts/x.yml - …".
function parseError(words: string): ModelError {
  const file = /\(([^()\s]+\.(?:sql|ya?ml|csv|py))\)/.exec(words)?.[1] ?? /Error reading \w+: (\S+)/.exec(words)?.[1]
  const line = /\bline (\d+)/.exec(words)?.[1]
  const place = file === undefined ? 'The dbt project' : `${file}${line === undefined ? '' : `:${line}`}`
  return new ModelError(
    'model.parse',
    `${place} cannot be parsed: ${core(words)}`,
    'Nothing was built. Correct the file and build again.',
  )
}

// The sentence inside dbt's headings: without "Encountered an error", error class lines, rulers and quoted source.
function core(text: string): string {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(
      line =>
        line !== '' &&
        !/^(\[(ERROR|WARNING)\]: )?Encountered an error:?$/.test(line) &&
        !/^(Runtime|Compilation|Parsing|Database|Internal|Validation|Dbt\w+) Error( in .*)?$/.test(line) &&
        !/^(-{3,}|\d+ \|.*|Raw Error:|line \d+)$/.test(line),
    )
  return lines.slice(0, 3).join(' ').slice(0, 600)
}
