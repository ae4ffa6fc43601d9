import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigError } from '../../sync/index.ts'
import type { Environment } from './env.ts'
import { loadYaml, type YamlFile } from './load.ts'

/** The dbt target that Winback builds and reads: declared once, in dbt's profiles.yml. */
export interface DuckDbTarget {
  profile: string
  target: string
  type: 'duckdb'
  /** S: every schema name derives from it. */
  schema: string
  threads: number
  /** Folder of the profiles.yml it was read from. */
  profilesDir: string
  /** Names found in `env_var()` of the profile: handed on to dbt. */
  envVars: string[]
}

/** The folder whose profiles.yml counts, in dbt's own order: flag, DBT_PROFILES_DIR, the project, ~/.dbt. */
export function findProfilesDir(projectDir: string, flag: string | undefined, env: Environment): string {
  const candidates = [flag, env.DBT_PROFILES_DIR, projectDir, join(env.HOME ?? homedir(), '.dbt')]
  const found = candidates.find((dir): dir is string => dir !== undefined && existsSync(join(dir, 'profiles.yml')))
  if (found !== undefined) return found
  throw new ConfigError(
    'profile.missing',
    `No profiles.yml in ${flag ?? projectDir}`,
    'Make one with `winback init`, or name its folder with --profiles-dir.',
  )
}

/** Reads one target of profiles.yml; `env_var()` is the only Jinja understood. Throws ConfigError with the line. */
export function loadTarget(
  profilesDir: string,
  wanted: { profile: string; target: string | undefined },
  env: Environment,
): DuckDbTarget {
  const yaml = loadYaml(join(profilesDir, 'profiles.yml'), {})
  const envVars = new Set<string>()
  const value = evaluate(yaml.value, [], yaml, env, envVars) as Record<string, unknown> | null
  const profile = value?.[wanted.profile] as { target?: string; outputs?: Record<string, unknown> } | undefined
  if (profile?.outputs === undefined) {
    throw new ConfigError(
      'profile.unknown',
      `${yaml.at([])}: no profile '${wanted.profile}' with outputs`,
      `Known: ${Object.keys(value ?? {}).join(', ') || 'none'}. winback.yml names it under warehouse.profile.`,
    )
  }
  const target = wanted.target ?? profile.target ?? 'default'
  const output = profile.outputs[target] as { type?: string } | undefined
  const path = [wanted.profile, 'outputs', target]
  if (output === undefined) {
    throw new ConfigError(
      'profile.unknown_target',
      `${yaml.at(path)}: profile '${wanted.profile}' has no target '${target}'`,
      `Known: ${Object.keys(profile.outputs).join(', ')}.`,
    )
  }
  if (output.type !== 'duckdb') {
    throw new ConfigError(
      'profile.unsupported',
      `${yaml.at([...path, 'type'])}: warehouse type '${output.type ?? ''}' is not supported yet`,
      'This version runs on DuckDB: set type: duckdb.',
    )
  }
  const parsed = Output.safeParse(output)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new ConfigError(
      'profile.invalid',
      `${yaml.at([...path, ...(issue?.path ?? [])])}: '${issue?.path.join('.') ?? ''}': ${issue?.message ?? ''}`,
      'See docs/config.md for what belongs there.',
    )
  }
  return { profile: wanted.profile, target, profilesDir, envVars: [...envVars].sort(), type: 'duckdb', ...parsed.data }
}

const Output = z.object({
  schema: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,40}$/, 'must be lower snake_case')
    .refine(name => name !== 'warehouse', 'must not be `warehouse`: that is the catalog’s name')
    .default('winback'),
  threads: z.coerce.number().int().min(1).max(64).default(2),
})

function evaluate(value: unknown, path: PropertyKey[], yaml: YamlFile, env: Environment, names: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((item, i) => evaluate(item, [...path, i], yaml, env, names))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, evaluate(item, [...path, key], yaml, env, names)]),
    )
  }
  if (typeof value !== 'string' || !/\{[{%]/.test(value)) return value
  const match = ENV_VAR.exec(value)
  if (match === null || value.includes('{%')) {
    throw new ConfigError(
      'profile.jinja',
      `${yaml.at(path)}: only env_var('NAME', 'default') is understood here`,
      'Use env_var with as_number, as_bool or as_native, or a plain value.',
    )
  }
  const [, , name = '', , fallback, filter] = match
  names.add(name)
  const text = env[name] ?? fallback
  if (text === undefined) {
    throw new ConfigError(
      'profile.env_missing',
      `${yaml.at(path)}: ${name} is not set`,
      `Set ${name}, or give a default.`,
    )
  }
  return convert(text, filter)
}

// {{ env_var('NAME', 'default') | as_number }}
const ENV_VAR =
  /^\s*\{\{\s*env_var\(\s*(['"])([A-Za-z_][A-Za-z0-9_]*)\1\s*(?:,\s*(['"])(.*?)\3\s*)?\)\s*(?:\|\s*(as_number|as_bool|as_native|int)\s*)?\}\}\s*$/

function convert(text: string, filter: string | undefined): unknown {
  if (filter === 'as_number' || filter === 'int') return Number(text)
  if (filter === 'as_bool') return /^(true|1|yes|on)$/i.test(text)
  if (filter === 'as_native') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  return text
}
