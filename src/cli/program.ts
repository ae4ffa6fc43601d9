import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command as Commander, CommanderError, Option as CommanderOption } from 'commander'
import { packageDir } from '../config/project.ts'
import type { Command, Options } from './command.ts'

/** The flags that every command takes, before or after its name. */
export interface Globals {
  projectDir?: string
  profilesDir?: string
  target?: string
  brand?: string
  json?: boolean
  quiet?: boolean
  /** False with --no-color. */
  color?: boolean
}

/** A wrong command line (exit code 2), or help asked for (0); commander has printed what there is to say. */
export { CommanderError as UsageError }

const globalFlags: readonly [string, string][] = [
  ['--project-dir <dir>', 'folder of winback.yml (default: here or the nearest parent)'],
  ['--profiles-dir <dir>', 'folder of dbt’s profiles.yml'],
  ['--target <name>', 'dbt target'],
  ['--brand <slug>', 'which brand, where a project has several'],
  ['--json', 'one JSON document on stdout, everything else on stderr'],
  ['--quiet', 'only the answer and errors'],
  ['--no-color', 'plain text'],
]

/** Builds the command line of all commands; `execute` gets the chosen one with its arguments and options. */
export function buildProgram(
  commands: readonly Command[],
  execute: (
    command: Command,
    globals: Globals,
    args: (string | string[] | undefined)[],
    options: Options,
  ) => Promise<void>,
): Commander {
  const program = withGlobals(new Commander('winback'), false)
    .description('Warehouse-native customer win-back: who is lapsing, who came back, and what you caused.')
    .version(version())
    .exitOverride()
    .showHelpAfterError('(see winback --help)')
    .showSuggestionAfterError()
    .addHelpText('after', '\nExit codes: 0 done, 1 the work failed or was refused, 2 wrong use or config, 130 Ctrl-C.')
  for (const command of commands) {
    const words = command.name.split(' ')
    const parent = words.length === 1 ? program : group(program, words[0] ?? '')
    const leaf = withGlobals(parent.command(words.at(-1) ?? ''), true)
      .description(command.about)
      .exitOverride()
      .addHelpText('after', `\nExample:\n  ${command.example}`)
    for (const argument of command.arguments ?? []) leaf.argument(argument.name, argument.about)
    for (const option of command.options ?? []) {
      if (option.many)
        leaf.option(option.flags, option.about, (value: string, all: string[]) => [...all, value], [] as string[])
      else leaf.option(option.flags, option.about, option.default)
    }
    leaf.action(async (...given: unknown[]) => {
      const args = given.slice(0, -2) as (string | string[] | undefined)[]
      const all = leaf.optsWithGlobals() as Options & Globals
      await execute(command, { ...(program.opts() as Globals), ...defined(leaf.opts() as Globals) }, args, all)
    })
  }
  return program
}

function group(program: Commander, name: string): Commander {
  const known = program.commands.find(c => c.name() === name)
  return known ?? program.command(name).description(`commands: ${name} …`).exitOverride()
}

function withGlobals(command: Commander, hidden: boolean): Commander {
  for (const [flags, about] of globalFlags) command.addOption(new CommanderOption(flags, about).hideHelp(hidden))
  return command
}

// A leaf's `color` is true by default; it must not undo --no-color given before the command.
function defined(globals: Globals): Globals {
  const { color, ...rest } = globals
  return color === false ? { ...rest, color } : rest
}

function version(): string {
  const text = readFileSync(join(packageDir, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
