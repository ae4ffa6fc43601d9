import { listAudiences } from '../audiences/list.ts'
import { previewAudience } from '../audiences/preview.ts'
import type { Project } from '../config/project.ts'
import { Cancelled, WinbackError } from '../errors.ts'

/** Whether one audience compiles and gives each customer once, for one brand. */
export interface AudienceTest {
  audience: string
  brand: string
  status: 'pass' | 'fail'
  /** Why it failed; null when it passed. */
  message: string | null
}

/** Tests every audience against the last good build, brand by brand. A broken audience is a result, not an error. */
export async function testAudiences(project: Project, signal: AbortSignal): Promise<AudienceTest[]> {
  const tests: AudienceTest[] = []
  for (const { slug } of await listAudiences(project)) {
    for (const brand of project.config.brands) {
      const message = await problem(project, slug, brand.slug, signal)
      tests.push({ audience: slug, brand: brand.slug, status: message === null ? 'pass' : 'fail', message })
    }
  }
  return tests
}

async function problem(project: Project, slug: string, brand: string, signal: AbortSignal): Promise<string | null> {
  try {
    const { duplicates, withoutId } = await previewAudience(project, slug, { brand, limit: 0, signal })
    if (duplicates > 0) return `${duplicates} rows repeat a customer`
    if (withoutId > 0) return `${withoutId} rows have no customer_id`
    return null
  } catch (error) {
    if (error instanceof Cancelled || !(error instanceof WinbackError)) throw error
    return error.message
  }
}
