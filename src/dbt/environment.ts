import type { Environment } from '../config/env.ts'

const NAMES = ['PATH', 'HOME', 'TMPDIR', 'TZ']
const PREFIXES = ['GOOGLE_', 'CLOUDSDK_', 'SNOWFLAKE_', 'DBT_']

/** No telemetry, no hints, no colours, no `.env` (dbt's python-dotenv would read one from the working folder upwards). */
const SWITCHES = {
  DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
  DO_NOT_TRACK: '1',
  DBT_ENGINE_HINTS_ENABLED: 'false',
  DBT_USE_COLORS: 'false',
  NO_COLOR: '1',
  PYTHON_DOTENV_DISABLED: '1',
  PYTHONUNBUFFERED: '1',
}

/**
 * dbt's child environment: what it needs to run, the clouds' credentials, dbt's own settings, and the names the profile
 * asks for with `env_var()`. Nothing else: no other secret of this process reaches dbt. `extra` wins.
 */
export function dbtEnvironment(
  env: Environment,
  profileNames: readonly string[],
  extra: Record<string, string>,
): Record<string, string> {
  const wanted = new Set([...NAMES, ...profileNames])
  const inherited = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (wanted.has(entry[0]) || PREFIXES.some(prefix => entry[0].startsWith(prefix))),
  )
  return { ...Object.fromEntries(inherited), ...SWITCHES, ...extra }
}
