import { z } from 'zod'

const slug = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,49}$/, 'must start with a letter and hold only a–z, 0–9, _ and - (50 at most)')

/** Shares are drawn in ten-thousandths, so a finer one would not be kept. */
const share = z
  .number()
  .min(0)
  .max(0.9, 'must leave somebody to treat: 0.9 at most')
  .refine(x => Math.abs(x * 10_000 - Math.round(x * 10_000)) < 1e-6, 'may have 4 decimals at most')

/** `campaigns/<slug>.yml`. */
export const CampaignFile = z.strictObject({
  /** Stays with the campaign when the app database is lost; written by `campaign create`. */
  id: z
    .string()
    .regex(/^[a-z][a-z0-9_]{3,60}$/)
    .optional(),
  label: z.string().trim().min(1).max(100).optional(),
  audience: slug,
  destinations: z.array(slug).min(1),
  holdout: z
    .strictObject({
      share: share.default(0.2),
      /** Without `holdout:` or a version in front. Default: the campaign's id. */
      salt: z
        .string()
        .min(1)
        .max(100)
        .regex(/^[A-Za-z0-9_.-]+$/, 'may hold letters, digits, _ . and - only, and no prefix')
        .optional(),
    })
    .prefault({}),
  /** Names of the treatment arms, split evenly by a hash of their own. */
  arms: z
    .array(slug)
    .min(1)
    .max(10)
    .default(['treatment'])
    .refine(arms => new Set(arms).size === arms.length, 'must differ')
    .refine(
      arms => !arms.some(arm => arm === 'holdout' || arm === 'conflict'),
      'may not be called holdout or conflict',
    ),
  windowDays: z.number().int().min(1).max(365).default(28),
  outcome: z.enum(['conversion', 'revenue', 'margin']).default('conversion'),
})
export type CampaignFile = z.infer<typeof CampaignFile>

/** Where a campaign stands. draft: nobody is assigned; paused: assigned, no syncs; stopped: over, its lists are emptied. */
export type CampaignStatus = 'draft' | 'running' | 'paused' | 'stopped'

/** A campaign of one brand: its file and its launch state. */
export interface Campaign {
  /** `cmp_…`, or what the file says. */
  id: string
  slug: string
  brand: string
  label: string
  audience: string
  destinations: string[]
  arms: string[]
  /** Share of the population, 0..1, that gets nothing. */
  holdout: { share: number; salt: string }
  windowDays: number
  outcome: 'conversion' | 'revenue' | 'margin'
  status: CampaignStatus
  /** Data date of the launch, `YYYY-MM-DD`; null before. */
  launchedOn: string | null
  /** As errors show it. */
  file: string
}
