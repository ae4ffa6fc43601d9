import { join } from 'node:path'
import { execa } from 'execa'

/** The repository's own folder. */
export const root = join(import.meta.dirname, '..', '..')

/** What one command line printed and how it ended. */
export interface CliResult {
  exitCode: number | undefined
  stdout: string
  stderr: string
}

/** Starts the real command line in a child process; it can be killed. `WINBACK_*` of the caller do not reach it. */
export function startCli(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env
  return execa(process.execPath, [join(root, 'bin', 'winback.cjs'), ...args], {
    cwd: options.cwd ?? root,
    env: { PATH, HOME, TMPDIR, TZ: 'UTC', ...options.env },
    extendEnv: false,
    reject: false,
    cleanup: true,
    stdin: 'ignore',
  })
}

/** Runs the real command line to its end. */
export async function cli(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<CliResult> {
  const { exitCode, stdout, stderr } = await startCli(args, options)
  return { exitCode, stdout, stderr }
}

/** Runs a command with `--json` and returns its document; throws what it printed when that is not one JSON document. */
export async function cliJson<T>(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<{ exitCode: number | undefined; json: T; stderr: string }> {
  const { exitCode, stdout, stderr } = await cli([...args, '--json'], options)
  try {
    return { exitCode, json: JSON.parse(stdout) as T, stderr }
  } catch {
    throw new Error(`not one JSON document (exit ${exitCode}):\n${stdout}\n${stderr}`)
  }
}
