import { createRequire } from 'node:module'
import { z } from 'zod'

/** One line of `winback doctor`: what was looked at, what was found, what to do about it (empty when all is well). */
export type Check = z.infer<typeof Check>
export const Check = z.object({
  name: z.string(),
  /** `warn` is worth knowing and stops nothing. */
  status: z.enum(['ok', 'warn', 'fail']),
  found: z.string(),
  fix: z.string(),
})

const setupChecks = createRequire(import.meta.url)('../../scripts/setup/checks.cjs') as {
  checkAll: () => Promise<unknown>
}

/** Looks at Node, npm, Python, dbt, the disk and the ports: the very checks of the set-up. Changes nothing, takes a few seconds, most of them to load dbt. */
export async function checkEnvironment(): Promise<Check[]> {
  return z.array(Check).parse(await setupChecks.checkAll())
}

/** True when nothing failed; warnings do not count. */
export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(check => check.status !== 'fail')
}
