import { z } from 'zod'
import { type Destination, destinations } from '../../../sync/index.ts'
import type { Entity } from '../../config/schema.ts'

/** What a new project is made of. */
export interface NewProject {
  brand: { slug: string; label: string; currency: string; timezone: string; locale: string }
  /** Paths as winback.yml writes them. */
  files: Partial<Record<Entity, string>>
  columns: Partial<Record<Entity, Record<string, string>>>
  /** `endpoint` null is the vendor's own. */
  destinations: { type: string; endpoint: string | null }[]
}

/** The text of winback.yml with a remark on each block. Secrets stand as `${NAME}` only. */
export function configText({ brand, files, columns, destinations: to }: NewProject): string {
  const entities = Object.keys(files) as Entity[]
  const mapped = entities.filter(entity => Object.keys(columns[entity] ?? {}).length > 0)
  const lines = [
    '# Winback: what it reads, whom it reaches, and where it stops. docs/config.md names every key.',
    'version: 1',
    '',
    "# dbt's profile in profiles.yml, declared once: where the marts are built.",
    'warehouse: { profile: winback, target: duckdb }',
    '',
    '# One block per brand. Money is in its currency; a day is a calendar day in its time zone.',
    'brands:',
    `  - slug: ${scalar(brand.slug)}`,
    `    label: ${scalar(brand.label)}`,
    `    currency: ${scalar(brand.currency)}`,
    `    timezone: ${scalar(brand.timezone)}`,
    `    locale: ${scalar(brand.locale)}`,
    '',
    '    # Files to import with `winback import`; paths are relative to this folder, globs are fine. Entities: orders, order_lines,',
    '    # refunds, customers, consents, products, messages, touchpoints, ad_spend, subscriptions (docs/import.md).',
    ...(entities.length === 0
      ? ['    sources: []']
      : [
          '    sources:',
          '      - connector: csv',
          '        files:',
          ...entities.map(entity => `          ${entity}: ${scalar(files[entity] ?? '')}`),
        ]),
    ...(mapped.length === 0
      ? []
      : [
          '        # field: Column of the file. A date that is not ISO has its format behind a colon: Column:%d/%m/%Y.',
          '        columns:',
          ...mapped.flatMap(entity => [
            `          ${entity}:`,
            ...Object.entries(columns[entity] ?? {}).map(
              ([field, column]) => `            ${field}: ${scalar(column)}`,
            ),
          ]),
        ]),
    '',
    '    # Platforms that receive audiences. Secrets come from the environment or from .env, never from this file.',
    ...(to.length === 0
      ? ['    destinations: []']
      : ['    destinations:', ...to.flatMap(({ type, endpoint }) => destinationLines(type, endpoint))]),
    '',
    '    # A sync that would remove a larger share of the list than this asks for approval first.',
    '    guards: { maxRemoveShare: 0.2 }',
    '',
    '    # Margin is reckoned with this share of revenue where orders carry no cost.',
    '    # economics: { grossMarginShare: 0.4 }',
    '',
    '    # Without a recorded consent the answer is no. soft_opt_in_customers also reaches customers who never objected.',
    '    consentPolicy: { email: opt_in }',
    '',
  ]
  return lines.join('\n')
}

/** The environment variables that a destination's settings need: `apiKey` of klaviyo → KLAVIYO_API_KEY. */
export function settingVariables(type: string): { key: string; name: string; isSecret: boolean }[] {
  const found: Destination | undefined = destinations[type]
  if (!(found?.settings instanceof z.ZodObject)) return []
  return Object.entries(found.settings.shape as Record<string, z.ZodType>).flatMap(([key, field]) => {
    const isSecret = (field.meta() as { secret?: boolean } | undefined)?.secret === true
    if (!isSecret && field.safeParse(undefined).success) return []
    const name = `${type}_${key.replace(/([a-z])([A-Z])/g, '$1_$2')}`.toUpperCase().replaceAll('-', '_')
    return [{ key, name, isSecret }]
  })
}

function destinationLines(type: string, endpoint: string | null): string[] {
  const settings = settingVariables(type).map(({ key, name }) => `${key}: "\${${name}}"`)
  const variable = `${type.toUpperCase().replaceAll('-', '_')}_ENDPOINT`
  return [
    `      - slug: ${type}`,
    `        type: ${type}`,
    `        settings: { ${settings.join(', ')} }`,
    `        endpoint: ${endpoint === null ? `"\${${variable}:-}"  # empty: the vendor's own; a proxy or the sandbox otherwise` : scalar(endpoint)}`,
  ]
}

// Plain where YAML reads it back as the same text, else in double quotes.
function scalar(text: string): string {
  const isPlain = /^[A-Za-z./][A-Za-z0-9 _./+-]*$/.test(text) && !/ $/.test(text)
  return isPlain && !/^(true|false|null|yes|no|on|off|y|n|~)$/i.test(text) ? text : JSON.stringify(text)
}
