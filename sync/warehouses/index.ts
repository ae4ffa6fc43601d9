import { duckdb } from './duckdb.ts'

/** Every warehouse we can open, by dbt's adapter name: one line each. */
export const warehouses = { duckdb }
