import { expect, it } from 'vitest'
import { dbtEnvironment } from './environment.ts'

it('hands on only what dbt, the clouds and the profile need', () => {
  const env = {
    PATH: '/bin',
    HOME: '/root',
    TZ: 'UTC',
    DBT_ENV_SECRET_TOKEN: 's',
    SNOWFLAKE_ACCOUNT: 'a',
    WAREHOUSE_PASSWORD: 'asked for',
    KLAVIYO_API_KEY: 'never',
    NODE_OPTIONS: '--inspect',
    PYTHONPATH: '/evil',
    TMPDIR: undefined,
  }
  const child = dbtEnvironment(env, ['WAREHOUSE_PASSWORD', 'WINBACK_SCHEMA'], { WINBACK_SCHEMA: 'winback' })
  expect(child).toEqual({
    PATH: '/bin',
    HOME: '/root',
    TZ: 'UTC',
    DBT_ENV_SECRET_TOKEN: 's',
    SNOWFLAKE_ACCOUNT: 'a',
    WAREHOUSE_PASSWORD: 'asked for',
    WINBACK_SCHEMA: 'winback',
    DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
    DO_NOT_TRACK: '1',
    DBT_ENGINE_HINTS_ENABLED: 'false',
    DBT_USE_COLORS: 'false',
    NO_COLOR: '1',
    PYTHON_DOTENV_DISABLED: '1',
    PYTHONUNBUFFERED: '1',
  })
})

it('lets nobody turn telemetry on from outside', () => {
  const child = dbtEnvironment({ DBT_SEND_ANONYMOUS_USAGE_STATS: 'true' }, [], {})
  expect(child.DBT_SEND_ANONYMOUS_USAGE_STATS).toBe('false')
})
