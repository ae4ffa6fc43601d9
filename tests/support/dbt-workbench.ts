import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'

const repository = join(import.meta.dirname, '..', '..')

/** The shipped dbt project. */
export const dbtProject = join(repository, 'dbt')

/** The folder of real data sets, which stands beside the repository and is not part of it. */
export { sharedData } from './shared-data.ts'

/** A brand as `winback` hands it to dbt. */
export interface BrandVar {
  slug: string
  currency: string
  /** IANA zone. */
  timezone: string
  /** 0 to 1. */
  gross_margin_share?: number
  consent_policy?: Record<string, string>
}

/** What one build is asked for. */
export interface BuildRequest {
  /** YYYY-MM-DD, exclusive; absent is dbt's own default. */
  asOf?: string
  brands: readonly BrandVar[]
  /** Further arguments of `dbt build`. */
  flags?: readonly string[]
}

/** One row as DuckDB writes it in JSON: 64-bit integers and decimals are text, days YYYY-MM-DD. */
export type JsonRow = Record<string, unknown>

/** A temporary warehouse, raw and ledger file with the real dbt project over them. */
export interface Workbench {
  /** Runs statements in the raw file (catalog `raw`, tables `raw.winback_raw.csv_…`) with the ledger attached as `ledger`. */
  load(...statements: string[]): Promise<void>
  /** `dbt build` in a child process; rejects with its output when it fails. Returns what it printed. */
  build(request: BuildRequest): Promise<string>
  /** Rows of a query over the warehouse, marts as `warehouse.winback.…`; raw tables as `raw.winback_raw.…`. */
  rows(sql: string): Promise<JsonRow[]>
  /** Rows of a query over the ledger file, its tables as `ledger.winback_sync.…`. */
  ledger(sql: string): Promise<JsonRow[]>
  /** Removes every file. */
  remove(): void
}

/** Opens an empty workbench in a temporary folder. */
export async function openWorkbench(): Promise<Workbench> {
  const dir = mkdtempSync(join(tmpdir(), 'winback-dbt-'))
  const file = (name: string) => join(dir, `${name}.duckdb`)
  await run(file('raw'), ['create schema if not exists raw.winback_raw'])
  return {
    async load(...statements) {
      await run(file('raw'), [`attach '${file('ledger')}' as ledger`, ...statements])
    },
    build: request => build(dir, request),
    rows: sql =>
      run(file('warehouse'), [`attach '${file('raw')}' as raw (read_only)`, sql], { access_mode: 'READ_ONLY' }),
    ledger: sql => run(file('ledger'), [sql], { access_mode: 'READ_ONLY' }),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

async function run(path: string, statements: readonly string[], options: Record<string, string> = {}) {
  const instance = await DuckDBInstance.create(path, options)
  const connection = await instance.connect()
  try {
    let rows: JsonRow[] = []
    for (const statement of statements) {
      const reader = await connection.runAndReadAll(statement)
      rows = reader.getRowObjectsJson() as JsonRow[]
    }
    return rows
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function build(dir: string, request: BuildRequest): Promise<string> {
  const sources = request.brands.map(brand => ({ brand: brand.slug, name: 'csv', connector: 'csv' }))
  const vars = { ...(request.asOf ? { as_of_date: request.asOf } : {}), winback: { brands: request.brands, sources } }
  return runDbt(dir, [
    'build',
    ...['--project-dir', dbtProject, '--profiles-dir', join(dbtProject, 'profiles')],
    ...['--vars', JSON.stringify(vars), ...(request.flags ?? ['--exclude-resource-type', 'unit_test'])],
  ])
}

/** Runs the repository's dbt on warehouse, raw and ledger files in `dir`; rejects with its output when it fails. Returns what it printed. */
export async function runDbt(dir: string, args: readonly string[]): Promise<string> {
  const env = {
    ...{ PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC' },
    ...{ DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', DBT_ENGINE_HINTS_ENABLED: 'false' },
    ...{ DBT_TARGET_PATH: join(dir, 'target'), DBT_LOG_PATH: join(dir, 'logs'), DBT_USE_COLORS: 'false' },
    WINBACK_WAREHOUSE_PATH: join(dir, 'warehouse.duckdb'),
    WINBACK_RAW_PATH: join(dir, 'raw.duckdb'),
    WINBACK_LEDGER_PATH: join(dir, 'ledger.duckdb'),
  }
  const dbt = join(repository, '.venv', 'bin', 'dbt')
  try {
    const { stdout } = await promisify(execFile)(dbt, [...args], { cwd: dir, env, maxBuffer: 64 << 20 })
    return stdout
  } catch (error) {
    const failed = error as { stdout?: string; stderr?: string }
    throw new Error(`dbt ${args[0]} failed:\n${failed.stdout ?? ''}\n${failed.stderr ?? ''}`, { cause: error })
  }
}
