import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// `npm run test:long` sets it (scripts/testing/stages.ts).
const long = process.env.WINBACK_LONG_TESTS === '1'

export default defineConfig({
  test: {
    include: long
      ? ['**/*.long.test.ts']
      : ['sync/**/*.test.ts', 'src/**/*.test.ts', 'scripts/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['**/node_modules/**', '.venv/**', 'demo/**', ...(long ? [] : ['**/*.long.test.ts'])],
    pool: 'forks',
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)), // dbt uses two threads beside each worker
    testTimeout: long ? 1_800_000 : 60_000,
    hookTimeout: 120_000,
    env: { TZ: 'UTC' },
  },
})
