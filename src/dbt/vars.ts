import type { WinbackConfig } from '../config/schema.ts'

/** What the dbt project is told by `--vars`: the data date, and what winback.yml says. */
export interface DbtVars extends Record<string, unknown> {
  /** D, ISO; every event counts when its brand-local date is before it. */
  as_of_date: string
  winback: {
    brands: {
      slug: string
      label: string
      currency: string
      timezone: string
      /** 0..1; null when winback.yml does not say. */
      gross_margin_share: number | null
      consent_policy: Record<string, string>
    }[]
    sources: { brand: string; name: string; connector: string }[]
  }
}

/** The `--vars` of every dbt call, and what `winback vars` prints for a plain `dbt build`. */
export function buildVars(config: WinbackConfig, asOf: string): DbtVars {
  return {
    as_of_date: asOf,
    winback: {
      brands: config.brands.map(brand => ({
        slug: brand.slug,
        label: brand.label,
        currency: brand.currency,
        timezone: brand.timezone,
        gross_margin_share: brand.economics.grossMarginShare ?? null,
        consent_policy: { ...brand.consentPolicy },
      })),
      sources: config.brands.flatMap(brand =>
        brand.sources.map(source => ({ brand: brand.slug, name: source.name, connector: source.connector })),
      ),
    },
  }
}
