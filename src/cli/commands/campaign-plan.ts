import { planCampaign } from '../../campaigns/plan.ts'
import { loadProject } from '../../config/project.ts'
import { hasFailed } from '../../syncs/document.ts'
import type { Command } from '../command.ts'
import { followSyncs } from '../follow.ts'
import { planDocument, printPlan } from '../plan-card.ts'

/** Shows what a campaign would do; sends nothing. */
export const campaignPlan: Command = {
  name: 'campaign plan',
  about: 'what would change on each list, who is held out, and the smallest lift that would show',
  arguments: [{ name: '<slug>', about: 'the campaign' }],
  example: 'winback campaign plan autumn',
  async run(ctx, [slug]) {
    const follow = followSyncs(ctx)
    const plan = await planCampaign(loadProject(ctx), ctx.brand, String(slug), follow).finally(follow.end)
    printPlan(ctx.out, plan)
    if (plan.campaign.status === 'draft') ctx.out.line(`Next: winback campaign launch ${plan.campaign.slug} --yes`)
    return {
      json: planDocument(plan),
      exitCode: plan.runs.some(run => hasFailed(run) || (run.card?.refused.length ?? 0) > 0) ? 1 : 0,
    }
  },
}
