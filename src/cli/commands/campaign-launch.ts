import { launchCampaign } from '../../campaigns/launch.ts'
import { planCampaign } from '../../campaigns/plan.ts'
import { loadProject } from '../../config/project.ts'
import { ConfigError } from '../../errors.ts'
import { syncDocument } from '../../syncs/document.ts'
import type { Command } from '../command.ts'
import { followSyncs, printRuns, syncResult } from '../follow.ts'
import { printPlan } from '../plan-card.ts'

/** Assigns the population once and delivers. */
export const campaignLaunch: Command = {
  name: 'campaign launch',
  about: 'assign the population once, hold some out, and bring every list up to date; a paused campaign goes on',
  arguments: [{ name: '<slug>', about: 'the campaign' }],
  options: [
    { flags: '--yes', about: 'do it; without it the plan is shown and nothing happens' },
    { flags: '--approve <hash>', about: 'the plan a brake asked about' },
  ],
  example: 'winback campaign launch autumn --yes',
  async run(ctx, [slug], options) {
    const project = loadProject(ctx)
    const name = String(slug)
    const follow = followSyncs(ctx)
    if (options.yes !== true) {
      const plan = await planCampaign(project, ctx.brand, name, follow).finally(follow.end)
      printPlan(ctx.out, plan)
      const people = (plan.counts.population - plan.counts.heldOut).toLocaleString('en-GB')
      throw new ConfigError(
        'launch.confirm',
        `Nothing was launched: this would go to ${people} people`,
        `If that is right: winback campaign launch ${name} --yes`,
      )
    }
    const approve = typeof options.approve === 'string' ? { approve: options.approve } : {}
    const done = await launchCampaign(project, ctx.brand, name, { ...follow, ...approve }).finally(follow.end)
    ctx.out.line(
      `${done.campaign.label}: ${done.assigned.toLocaleString('en-GB')} customers assigned as of ${done.dataDate}`,
    )
    printRuns(ctx, name, done.runs)
    return syncResult(syncDocument(name, done.dataDate, done.runs, { assigned: done.assigned }), done.runs)
  },
}
