import type { Project } from '../config/project.ts'
import type { BuildCopy } from './build-copy.ts'

/**
 * The step between the two halves of a build (data-model.md, Build, fit, score): it reads sums from the relations that
 * the first half built, and appends parameters to the real ledger file and to the copy's snapshot.
 */
export interface FitStep {
  /** True when parameters are missing or older than `fit.maxAgeDays`; when false the build is one dbt invocation. */
  isDue(project: Project): Promise<boolean>
  fit(project: Project, copy: BuildCopy, signal: AbortSignal): Promise<void>
}

/** No model is fitted: a fit is never due. */
export const nothingToFit: FitStep = { isDue: async () => false, fit: async () => {} }
