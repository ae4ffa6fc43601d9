import { environment } from '../config/env.ts'
import { findProjectDir } from '../config/project.ts'
import { closeAppDbs } from '../db/client.ts'
import { Cancelled, WinbackError } from '../errors.ts'
import type { Command, Context, Options, Result } from './command.ts'
import { createOutput, type Output } from './output.ts'
import { buildProgram, type Globals, UsageError } from './program.ts'
import { commands } from './registry.ts'

/** Runs one command line and returns its exit code: 0 done, 1 failed or refused, 2 wrong use or config, 130 Ctrl-C. */
export async function main(argv: readonly string[]): Promise<number> {
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130)
    stop.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  process.stdout.on('error', () => {}) // a closed pipe (`| head`) ends the output, not the work
  const env = environment()
  let out = outputFor({ json: argv.includes('--json') || isTrue(env.WINBACK_JSON) })
  try {
    let code = 0
    const program = buildProgram(commands, async (command, globals, args, options) => {
      out = outputFor(globals)
      code = await execute(command, contextFor(globals, out, stop.signal), args, options)
    })
    await program.parseAsync(argv as string[], { from: 'user' })
    return stop.signal.aborted && code === 1 ? 130 : code // a run may end with the words of its last attempt
  } catch (error) {
    return report(error, out, stop.signal.aborted)
  } finally {
    await closeAppDbs()
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

async function execute(
  command: Command,
  ctx: Context,
  args: (string | string[] | undefined)[],
  options: Options,
): Promise<number> {
  const result: Result = await command.run(ctx, args, options)
  if (ctx.out.json) process.stdout.write(`${JSON.stringify(result.json ?? {}, null, 2)}\n`)
  return result.exitCode ?? 0
}

function contextFor(globals: Globals, out: Output, signal: AbortSignal): Context {
  const env = environment()
  return {
    projectDir: globals.projectDir ?? env.WINBACK_PROJECT_DIR ?? findProjectDir(process.cwd()),
    profilesDir: globals.profilesDir,
    target: globals.target ?? env.WINBACK_TARGET,
    brand: globals.brand ?? env.WINBACK_BRAND,
    out,
    signal,
  }
}

function outputFor(globals: Partial<Globals>): Output {
  const env = environment()
  return createOutput({
    json: globals.json === true || isTrue(env.WINBACK_JSON),
    quiet: globals.quiet === true,
    color: globals.color !== false && env.NO_COLOR === undefined && process.stdout.isTTY === true,
    tty: process.stderr.isTTY === true && env.CI === undefined,
    columns: process.stdout.columns ?? Number.POSITIVE_INFINITY, // a file or pipe keeps the whole reason
    stdout: text => process.stdout.write(text),
    stderr: text => process.stderr.write(text),
    now: () => Date.now(),
  })
}

function report(error: unknown, out: Output, aborted: boolean): number {
  if (error instanceof UsageError) {
    if (error.exitCode !== 0 && out.json) writeError('usage', error.message, 'See `winback --help`.')
    return error.exitCode === 0 ? 0 : 2
  }
  const known = toWinbackError(error)
  if (out.json) writeError(known.code, known.message, known.hint)
  else {
    process.stderr.write(`${out.red('✗')} ${known.message}\n`)
    if (known.hint !== '') process.stderr.write(`  ${known.hint}\n`)
  }
  return aborted || known instanceof Cancelled ? 130 : known.exitCode
}

function toWinbackError(error: unknown): WinbackError {
  if (error instanceof WinbackError) return error
  const cause = error as NodeJS.ErrnoException
  if (cause?.code === 'ENOSPC') {
    return new WinbackError(
      'disk.full',
      'The disk is full',
      'Free some space and run the command again; nothing was lost.',
      { cause },
    )
  }
  const text = isTrue(environment().WINBACK_DEBUG) ? String(cause?.stack ?? error) : String(cause?.message ?? error)
  return new WinbackError(
    'internal',
    text,
    'This is a bug in Winback: run again with WINBACK_DEBUG=1 and report what it prints.',
    { cause },
  )
}

function writeError(code: string, message: string, hint: string): void {
  process.stdout.write(`${JSON.stringify({ error: { code, message, hint } }, null, 2)}\n`)
}

const isTrue = (text: string | undefined) => text !== undefined && /^(1|true|yes|on)$/i.test(text)
