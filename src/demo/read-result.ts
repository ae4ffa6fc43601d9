import { campaignResults } from '../campaigns/results.ts'
import { loadProject } from '../config/project.ts'
import type { Readout } from '../experiments/readout.ts'
import { CAMPAIGN_END } from './calendar.ts'
import type { DemoProgress } from './progress.ts'
import type { Truth } from './respond.ts'
import { CAMPAIGN } from './steps.ts'

/** The readout, judged anew from the warehouse, and the truth that the world noted. */
export async function readResult(dir: string, progress: DemoProgress): Promise<{ readout: Readout; truth: Truth }> {
  const project = loadProject({ projectDir: dir, profilesDir: dir })
  const { readout } = await campaignResults(project, undefined, CAMPAIGN, { asOf: CAMPAIGN_END })
  const noted = progress.steps.weeks ?? {}
  const count = (key: keyof Truth) => Number(noted[key] ?? 0)
  return {
    readout,
    truth: { delivered: count('delivered'), boughtAnyway: count('boughtAnyway'), caused: count('caused') },
  }
}
