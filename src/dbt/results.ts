import type { RunResult } from './artifacts.ts'

/** Outcomes of models, seeds and snapshots. */
export interface ModelCounts {
  success: number
  error: number
  skipped: number
}

/** Outcomes of data tests and unit tests. */
export interface TestCounts {
  pass: number
  warn: number
  fail: number
  error: number
  skipped: number
}

/** Counts results by kind and outcome; hooks are neither. */
export function countResults(results: readonly RunResult[]): { models: ModelCounts; tests: TestCounts } {
  const models = { success: 0, error: 0, skipped: 0 }
  const tests = { pass: 0, warn: 0, fail: 0, error: 0, skipped: 0 }
  for (const { unique_id, status } of results) {
    if (unique_id.startsWith('operation.')) continue
    if (/^(unit_)?test\./.test(unique_id)) {
      if (status in tests) tests[status as keyof TestCounts] += 1
      else tests.error += 1
    } else if (status === 'skipped') models.skipped += 1
    else if (status === 'success' || status === 'no-op' || status === 'reused') models.success += 1
    else models.error += 1
  }
  return { models, tests }
}

/** The counts of two invocations of one build together. */
export function addCounts<T extends { [K in keyof T]: number }>(a: T, b: T): T {
  return Object.fromEntries(Object.entries(a).map(([key, n]) => [key, (n as number) + b[key as keyof T]])) as T
}
