import { getAudience, listAudiences } from '../../audiences/list.ts'
import { listCampaignSlugs } from '../../campaigns/files.ts'
import { syncCampaign } from '../../campaigns/launch.ts'
import { nearest } from '../../config/nearest.ts'
import { getBrand, loadProject, type Project } from '../../config/project.ts'
import { NotFound } from '../../errors.ts'
import { syncDocument } from '../../syncs/document.ts'
import { syncAudience } from '../../syncs/sync-audience.ts'
import type { Command, Options } from '../command.ts'
import { followSyncs, printRuns, syncResult } from '../follow.ts'

/** One run of every sync of a campaign or audience. */
export const syncCommand: Command = {
  name: 'sync',
  about: 'bring the lists of a campaign or audience up to date: adds, changes and removals',
  arguments: [{ name: '<campaign-or-audience>', about: 'a campaign’s slug, else an audience’s' }],
  options: [
    { flags: '--to <destination>', about: 'one destination alone' },
    { flags: '--dry-run', about: 'plan and brakes only; nothing is sent or assigned' },
    { flags: '--approve <hash>', about: 'the plan a brake asked about (24 hours)' },
    { flags: '--after <manifest>', about: 'dbt ran elsewhere: its manifest.json, run_results.json beside it' },
  ],
  example: 'winback sync autumn --json',
  async run(ctx, [subject], options) {
    const project = loadProject(ctx)
    const slug = String(subject)
    const follow = followSyncs(ctx)
    const given = { ...follow, ...flags(options) }
    if (await isCampaign(project, ctx.brand, slug)) {
      const done = await syncCampaign(project, ctx.brand, slug, given).finally(follow.end)
      if (done.assigned > 0)
        ctx.out.line(`${done.assigned.toLocaleString('en-GB')} later entrants assigned as of ${done.dataDate}`)
      printRuns(ctx, slug, done.runs)
      return syncResult(syncDocument(slug, done.dataDate, done.runs, { assigned: done.assigned }), done.runs)
    }
    const done = await syncAudience(project, ctx.brand, slug, given).finally(follow.end)
    printRuns(ctx, slug, done.runs)
    return syncResult(syncDocument(slug, done.dataDate, done.runs), done.runs)
  },
}

function flags(o: Options): { to?: string; approve?: string; after?: string; dryRun?: boolean } {
  const text = (name: 'to' | 'approve' | 'after') => (typeof o[name] === 'string' ? { [name]: o[name] } : {})
  return { ...text('to'), ...text('approve'), ...text('after'), ...(o.dryRun === true && { dryRun: true }) }
}

async function isCampaign(project: Project, brand: string | undefined, slug: string): Promise<boolean> {
  const campaigns = await listCampaignSlugs(project, getBrand(project, brand).slug)
  if (campaigns.includes(slug)) return true
  const audiences = (await listAudiences(project)).map(one => one.slug)
  if (audiences.includes(slug)) {
    await getAudience(project, slug)
    return false
  }
  const near = nearest(slug, [...campaigns, ...audiences])
  throw new NotFound(
    'sync.unknown',
    `No campaign or audience '${slug}'`,
    near === null
      ? `Campaigns: ${campaigns.join(', ') || 'none'}; audiences: ${audiences.join(', ')}.`
      : `Did you mean '${near}'?`,
  )
}
