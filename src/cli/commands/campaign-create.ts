import { ulid } from 'ulid'
import { getAudience } from '../../audiences/list.ts'
import { CampaignFile } from '../../campaigns/campaign.ts'
import { createCampaignFile } from '../../campaigns/files.ts'
import { getBrand, getDeclaredDestination, loadProject } from '../../config/project.ts'
import { ConfigError } from '../../errors.ts'
import type { Command, Options } from '../command.ts'

/** Writes `campaigns/<slug>.yml`. */
export const campaignCreate: Command = {
  name: 'campaign create',
  about: 'write a campaign’s file: audience, destinations, holdout, window, outcome',
  arguments: [{ name: '<slug>', about: 'a–z, 0–9, _ and -' }],
  options: [
    { flags: '--audience <slug>', about: 'who is selected (see `winback audiences`)' },
    { flags: '--to <destination>', about: 'where the list lives; may be repeated', many: true },
    { flags: '--holdout <share>', about: 'share of the population that gets nothing, 0..0.9', default: '0.2' },
    { flags: '--salt <text>', about: 'draws the holdout; default: the campaign’s id' },
    { flags: '--window-days <days>', about: 'days after assignment that count', default: '28' },
    { flags: '--outcome <metric>', about: 'conversion, revenue or margin', default: 'conversion' },
    { flags: '--label <text>', about: 'what people read; names the list' },
  ],
  example: 'winback campaign create autumn --audience lapsed_vips --to klaviyo --holdout 0.2 --window-days 28',
  async run(ctx, [slug], options) {
    const project = loadProject(ctx)
    const brand = getBrand(project, ctx.brand)
    const campaign = fromFlags(String(slug), options)
    await getAudience(project, campaign.audience)
    for (const destination of campaign.destinations) getDeclaredDestination(brand, destination)
    const file = await createCampaignFile(project, brand.slug, String(slug), campaign)
    ctx.out.line(`Wrote ${file}`)
    ctx.out.line(`Next: winback campaign plan ${slug}`)
    return { json: { campaign: slug, brand: brand.slug, file, ...campaign } }
  },
}

function fromFlags(slug: string, o: Options): CampaignFile {
  if (!/^[a-z][a-z0-9_-]{0,49}$/.test(slug))
    throw new ConfigError(
      'campaign.slug',
      `'${slug}' cannot name a campaign`,
      'Use a–z, 0–9, _ and - (50 at most), a letter first.',
    )
  const text = (name: string) => (typeof o[name] === 'string' ? o[name] : undefined)
  const id = `cmp_${ulid().toLowerCase()}`
  const parsed = CampaignFile.safeParse({
    id,
    ...(text('label') !== undefined && { label: text('label') }),
    audience: text('audience'),
    destinations: Array.isArray(o.to) ? o.to : [],
    holdout: { share: toNumber(text('holdout')), salt: text('salt') ?? id },
    windowDays: toNumber(text('windowDays')),
    outcome: text('outcome'),
  })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const key = String(issue?.path[0] ?? '')
  const flag = issue?.path[1] === 'salt' ? '--salt' : (flags[key] ?? key)
  const missing =
    (key === 'audience' && text('audience') === undefined) ||
    (key === 'destinations' && parsed.error.issues[0]?.code === 'too_small')
  throw new ConfigError(
    'campaign.flags',
    `${flag} ${missing ? 'is missing' : (issue?.message ?? 'is wrong')}`,
    'See `winback campaign create --help`.',
  )
}

const flags: Record<string, string> = {
  audience: '--audience',
  destinations: '--to',
  holdout: '--holdout',
  windowDays: '--window-days',
  outcome: '--outcome',
  label: '--label',
}

const toNumber = (text: string | undefined) => (text === undefined || text.trim() === '' ? Number.NaN : Number(text))
