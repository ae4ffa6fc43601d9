/** Schema names as SQL writes them on one warehouse; `dbt/macros` builds the same. */
export interface SchemaNames {
  marts: string
  staging: string
  contract: string
  intermediate: string
  raw: string
  sync: string
  params: string
}

/** Names on DuckDB: catalogs are always `warehouse`, `raw` and `ledger`; schemas derive from the profile's schema S. */
export function duckDbSchemas(schema: string): SchemaNames {
  return {
    marts: `warehouse.${schema}`,
    staging: `warehouse.${schema}_staging`,
    contract: `warehouse.${schema}_contract`,
    intermediate: `warehouse.${schema}_intermediate`,
    raw: `raw.${schema}_raw`,
    sync: `ledger.${schema}_sync`,
    params: `ledger.${schema}_params`,
  }
}
