import { stopCampaign } from '../../campaigns/stop.ts'
import { loadProject } from '../../config/project.ts'
import { ConfigError } from '../../errors.ts'
import { syncDocument } from '../../syncs/document.ts'
import type { Command } from '../command.ts'
import { followSyncs, printRuns, syncResult } from '../follow.ts'

/** Ends a campaign for good. */
export const campaignStop: Command = {
  name: 'campaign stop',
  about: 'end it for good and take everybody off its lists; assignments and results stay',
  arguments: [{ name: '<slug>', about: 'the campaign' }],
  options: [{ flags: '--yes', about: 'do it' }],
  example: 'winback campaign stop autumn --yes',
  async run(ctx, [slug], options) {
    const name = String(slug)
    if (options.yes !== true)
      throw new ConfigError(
        'stop.confirm',
        `Nothing was stopped: this takes everybody off the lists of '${name}' for good`,
        `If that is right: winback campaign stop ${name} --yes`,
      )
    const follow = followSyncs(ctx)
    const done = await stopCampaign(loadProject(ctx), ctx.brand, name, follow).finally(follow.end)
    printRuns(ctx, name, done.runs)
    return syncResult(syncDocument(name, done.dataDate, done.runs), done.runs)
  },
}
