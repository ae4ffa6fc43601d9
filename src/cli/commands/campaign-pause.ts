import { pauseCampaign } from '../../campaigns/stop.ts'
import { loadProject } from '../../config/project.ts'
import type { Command } from '../command.ts'

/** Holds a campaign. */
export const campaignPause: Command = {
  name: 'campaign pause',
  about: 'no more syncs until it is launched again; people stay on its lists',
  arguments: [{ name: '<slug>', about: 'the campaign' }],
  example: 'winback campaign pause autumn',
  async run(ctx, [slug]) {
    await pauseCampaign(loadProject(ctx), ctx.brand, String(slug), new Date().toISOString())
    ctx.out.line(`Paused. Buyers stay on its lists meanwhile; \`winback campaign launch ${slug} --yes\` lets it go on.`)
    return { json: { campaign: slug, status: 'paused' } }
  },
}
