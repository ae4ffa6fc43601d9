import type { Output } from './output.ts'

/** What a command gets beside its own arguments and options. */
export interface Context {
  /** The folder of winback.yml: --project-dir, WINBACK_PROJECT_DIR, here, or the nearest parent; may not exist yet (init, demo, doctor). */
  projectDir: string
  profilesDir: string | undefined
  target: string | undefined
  brand: string | undefined
  out: Output
  /** Aborts on Ctrl-C or SIGTERM; long work must stop cleanly and throw Cancelled. */
  signal: AbortSignal
}

/** One option in commander's notation: flags `--as-of <date>`, what it does with its unit, an optional default. */
export interface Option {
  flags: string
  about: string
  default?: string
  /** Given many times; the value is a list of texts. */
  many?: true
}

/** A command of the CLI: a plain object in `commands/`, one line in `main.ts`. */
export interface Command {
  /** `import`, or `campaign plan` for a nested one. */
  name: string
  /** One line for `winback --help`. */
  about: string
  /** Commander's notation: `[connector]`, `<slug>`, `[nodes...]`. */
  arguments?: { name: string; about: string }[]
  options?: Option[]
  /** A line that works as written. */
  example: string
  /** Returns the document of `--json` (printed by main); a person's text goes to `ctx.out`. Throws WinbackError. A result with `exitCode` ends with that code. */
  run(ctx: Context, args: (string | string[] | undefined)[], options: Options): Promise<Result>
}

/** Options by camel-case name: text, a flag, or a list. */
export type Options = Record<string, string | boolean | string[] | undefined>

/** What a command leaves behind. */
export interface Result {
  /** The JSON document of cli.md. */
  json?: unknown
  /** 0 when absent; 1 when the work failed though a document is printed. */
  exitCode?: 0 | 1
}
