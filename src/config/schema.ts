import { z } from 'zod'

const slug = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,49}$/, 'must start with a letter and hold only a–z, 0–9, _ and - (50 at most)')
const share = z.number().min(0).max(1)

/** The entities of the input contract (docs/import.md), one raw table each. */
export const entities = [
  'orders',
  'order_lines',
  'refunds',
  'customers',
  'consents',
  'products',
  'messages',
  'touchpoints',
  'ad_spend',
  'subscriptions',
] as const
export const Entity = z.enum(entities)
export type Entity = z.infer<typeof Entity>

/** The channels a person can consent to. */
export const Channel = z.enum(['email', 'sms', 'push', 'ads', 'mail'])
export type Channel = z.infer<typeof Channel>

/** Files in place of a shop's API: one file or glob per entity, and which column holds what. */
export const CsvSource = z.strictObject({
  connector: z.literal('csv'),
  name: slug.default('csv').describe('Tells sources of one brand apart; part of customer ids when there are several.'),
  files: z.partialRecord(Entity, z.string().min(1)).describe('Path or glob, relative to the project folder.'),
  columns: z
    .partialRecord(Entity, z.record(z.string(), z.string().min(1)))
    .default({})
    .describe('field: Column, or field: Column:%Y%m%d for a date format.'),
})
export type CsvSource = z.infer<typeof CsvSource>

/** A platform that receives audiences; `settings` are the platform's own, secrets only as ${NAME}. */
export const DestinationConfig = z.strictObject({
  slug,
  type: slug,
  settings: z.record(z.string(), z.unknown()).default({}),
  endpoint: z.string().optional().describe('Another address than the vendor’s: a proxy or the sandbox.'),
})
export type DestinationConfig = z.infer<typeof DestinationConfig>

/** Brakes before a sync; shares are 0..1, ages in hours. */
export const Guards = z.strictObject({
  maxRemoveShare: share.default(0.2),
  maxRemoves: z.number().int().min(0).default(50_000),
  maxAddShare: z.number().min(0).default(0.5),
  maxInvalidShare: share.default(0.3),
  maxBuildAgeHours: z.number().positive().default(48),
  maxImportAgeHours: z.number().positive().default(48),
})
export type Guards = z.infer<typeof Guards>

/** What margin is reckoned with where orders carry no cost; money in the brand's currency. */
export const Economics = z.strictObject({
  grossMarginShare: share.optional(),
  costPerSend: z
    .partialRecord(Channel, z.number().min(0))
    .default({})
    .describe('Reserved: read by a later version. Cost of reaching one customer once, by channel.'),
})
export type Economics = z.infer<typeof Economics>

/** Without a recorded consent the answer is no, unless the brand says otherwise here. */
export const ConsentPolicy = z.strictObject({
  email: z.enum(['opt_in', 'soft_opt_in_customers']).default('opt_in'),
  sms: z.enum(['opt_in', 'soft_opt_in_customers']).default('opt_in'),
  push: z.enum(['opt_in', 'soft_opt_in_customers']).default('opt_in'),
  ads: z.literal('opt_in').default('opt_in'),
  mail: z.enum(['opt_in', 'soft_opt_in_customers']).default('opt_in'),
})
export type ConsentPolicy = z.infer<typeof ConsentPolicy>

/** A tenant: its own sources, destinations and people. */
export const Brand = z.strictObject({
  slug,
  label: z.string().min(1),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as GBP'),
  timezone: z.string().refine(isTimezone, 'must be an IANA time zone such as Europe/London'),
  locale: z.string().refine(isLocale, 'must be a BCP 47 locale such as en-GB').default('en-GB'),
  sources: z.array(CsvSource).default([]),
  destinations: z.array(DestinationConfig).default([]),
  guards: Guards.prefault({}),
  economics: Economics.prefault({}),
  consentPolicy: ConsentPolicy.prefault({}),
})
export type Brand = z.infer<typeof Brand>

/** The whole of winback.yml. */
export const WinbackConfig = z.strictObject({
  version: z.literal(1),
  warehouse: z.strictObject({ profile: z.string().default('winback'), target: z.string().optional() }).prefault({}),
  brands: z.array(Brand).min(1),
  dbt: z
    .strictObject({ project: z.string().describe('Your own dbt project that includes the package `winback`.') })
    .optional(),
  fit: z
    .strictObject({
      maxAgeDays: z.number().int().positive().default(30).describe('Reserved: read by a later version.'),
    })
    .prefault({}),
})
export type WinbackConfig = z.infer<typeof WinbackConfig>

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function isLocale(name: string): boolean {
  try {
    return Intl.getCanonicalLocales(name).length === 1
  } catch {
    return false
  }
}
