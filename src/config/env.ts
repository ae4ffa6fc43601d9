import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

/** Names and values the process was started with, under the project's `.env` (which never wins over the real environment). */
export type Environment = Readonly<Record<string, string | undefined>>

/** The only reader of `process.env`. `projectDir` adds its `.env` when there is one. */
export function environment(projectDir?: string): Environment {
  return projectDir === undefined ? process.env : { ...dotEnv(projectDir), ...process.env }
}

function dotEnv(projectDir: string): Environment {
  try {
    return parseEnv(readFileSync(join(projectDir, '.env'), 'utf8'))
  } catch {
    return {}
  }
}

/** Fills `${NAME}` and `${NAME:-default}`; a name that is not set and has no default stays as written (see `unresolved`). */
export function substitute(text: string, env: Environment): string {
  return text.replaceAll(HOLE, (hole, name: string, fallback: string | undefined) => env[name] || (fallback ?? hole))
}

/** The names of `${NAME}` holes still open in a text. */
export function unresolved(text: string): string[] {
  return [...text.matchAll(HOLE)].map(match => match[1] ?? '')
}

const HOLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g
