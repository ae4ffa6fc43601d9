import { campaignResults } from '../../campaigns/results.ts'
import { resultsDocument } from '../../campaigns/results-document.ts'
import { loadProject } from '../../config/project.ts'
import type { Command } from '../command.ts'
import { printReadout } from '../readout-text.ts'

/** Judges a campaign. */
export const campaignResultsCommand: Command = {
  name: 'campaign results',
  about: 'what the campaign caused: the verdict, its interval, the arms',
  arguments: [{ name: '<slug>', about: 'the campaign' }],
  options: [{ flags: '--as-of <date>', about: 'count events before this day; at most the last build’s' }],
  example: 'winback campaign results autumn --json',
  async run(ctx, [slug], options) {
    const asOf = typeof options.asOf === 'string' ? { asOf: options.asOf } : {}
    const results = await campaignResults(loadProject(ctx), ctx.brand, String(slug), { ...asOf, signal: ctx.signal })
    printReadout(ctx.out, results)
    return { json: resultsDocument(results) }
  },
}
