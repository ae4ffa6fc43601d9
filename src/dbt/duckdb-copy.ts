import { DuckDBInstance } from '@duckdb/node-api'
import { WarehouseError } from '../../sync/index.ts'
import { diskFull, saysDiskFull, whyStopped } from './stopped.ts'

/** Statements on files of our own making, in a DuckDB that spills into `temp` and closes everything at the end. */
export async function withDuckDb<T>(temp: string, work: (db: Statements) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB', temp_directory: temp })
  const connection = await instance.connect()
  try {
    return await work({
      run: async statement => {
        await connection.run(statement)
      },
    })
  } catch (error) {
    throw toWarehouseError(error)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** What `withDuckDb` offers. */
export interface Statements {
  run(statement: string): Promise<void>
}

/** Copies a whole database while others may read it; right with a live `.wal`. The new file has none. */
export async function copyDatabase(from: string, to: string, temp: string): Promise<void> {
  await withDuckDb(temp, async db => {
    await db.run(`attach ${text(from)} as source_db (read_only)`)
    await db.run(`attach ${text(to)} as target_db`)
    await db.run('copy from database source_db to target_db')
    await db.run('checkpoint target_db')
    await db.run('detach target_db')
  })
}

/** An empty database file. */
export async function createDatabase(file: string, temp: string): Promise<void> {
  await withDuckDb(temp, async db => {
    await db.run(`attach ${text(file)} as fresh_db`)
    await db.run('checkpoint fresh_db')
    await db.run('detach fresh_db')
  })
}

/** Folds a `.wal` into its file; throws the reason why that fails, such as a full disk. */
export const checkpoint = createDatabase

/** A literal of SQL. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`

function toWarehouseError(error: unknown): unknown {
  const words = error instanceof Error ? error.message : String(error)
  if (saysDiskFull(words)) return diskFull(error)
  if (!/lock on file|not a valid DuckDB/.test(words)) return error
  const known = whyStopped({ exitCode: 1, signal: null, tail: [words], sawJson: true, dbt: '' })
  return known instanceof WarehouseError ? known : error
}
