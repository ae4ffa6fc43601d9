import v8 from 'node:v8'
import vm from 'node:vm'
import { DuckDBBlobVector, type DuckDBConnection, type DuckDBPreparedStatement } from '@duckdb/node-api'
import { z } from 'zod'
import { Cancelled, WarehouseError } from '../core/errors.ts'
import { render, type Sql } from '../core/sql.ts'
import { mapError } from './duckdb-errors.ts'
import { type DuckDbProfile, holdInstance, releaseInstance } from './duckdb-instance.ts'
import { duckValue, plainValue } from './duckdb-values.ts'
import type { Call, Dialect, Row, Warehouse, WarehouseDriver, Work } from './warehouse.ts'

export type { DuckDbFile, DuckDbProfile } from './duckdb-instance.ts'

/** DuckDB's way to write SQL. */
export const duckdbDialect: Dialect = {
  name: 'duckdb',
  ident(name) {
    if (/^[a-z_][a-z0-9_]*$/.test(name)) return name
    throw new WarehouseError(
      'warehouse.identifier',
      'A name may hold a–z, 0–9 and _ only',
      'Rename the column or table.',
    )
  },
  placeholder: i => `$${i}`,
}

/**
 * Opens DuckDB: one instance per main path and process; statements run one after the other on one connection (so
 * temporary tables live), streams and bytes on connections of their own. Throws WarehouseError, `warehouse.locked` when
 * another process has the file.
 */
export async function openDuckDb(profile: DuckDbProfile): Promise<Warehouse> {
  const held = await holdInstance(profile)
  const connections = new Pool(async () => {
    const connection = await held.instance.connect()
    if (profile.main.path !== ':memory:') await connection.run(`use ${profile.main.as}`)
    return connection
  })
  const main = await connections.take()
  let last: Promise<unknown> = Promise.resolve()
  const serially = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work)
    last = next.catch(() => {})
    return next
  }
  const run = (statement: Sql, call: Call) => guarded(main, call, () => main.run(text(statement), bound(statement)))
  let closed = false
  return {
    dialect: duckdbDialect,
    query: (statement, row, call) =>
      serially(async () => {
        const result = await run(statement, call)
        const names = result.columnNames().map(name => name.toLowerCase())
        const rows = await result.getRows()
        return rows.map(values => parse(row, names, values.map(plainValue), call))
      }),
    stream: (statement, row, call) => stream(connections, statement, row, call),
    execute: (statement, call) =>
      serially(async () => {
        const result = await run(statement, call)
        return { rows: result.rowsChanged }
      }),
    load: (table, rows, call) => serially(() => load(main, table, rows, call)),
    columns: table =>
      serially(async () => {
        const [catalog, schema, name] = split(table)
        const result = await main.runAndReadAll(
          `select lower(column_name), data_type from duckdb_columns() where table_name = $1 and ($2 is null or schema_name = $2)
           and database_name = coalesce($3, current_database()) order by column_index`,
          [name, schema, catalog],
        )
        return result.getRows().map(([column, type]) => ({ name: String(column), type: String(type) }))
      }),
    bytes: (statement, call) => connections.use(connection => bytes(connection, statement, call)),
    tune: (work, call) =>
      serially(async () => {
        if (profile.locked === true) return
        await guarded(main, call, async () => {
          await main.run(`set memory_limit = '${memory(work, profile.memoryLimitMb ?? 1024)}MB'`)
          await main.run(`set preserve_insertion_order = ${work.kind === 'usual'}`)
        })
      }),
    close: async () => {
      if (closed) return
      closed = true
      await last
      connections.close()
      await releaseInstance(held)
    },
  }
}

/** DuckDB in the registry. */
export const duckdb: WarehouseDriver<DuckDbProfile> = {
  name: 'duckdb',
  profile: z.object({
    main: z.object({ path: z.string(), as: z.string(), readOnly: z.boolean().optional() }),
    attach: z.array(z.object({ path: z.string(), as: z.string(), readOnly: z.boolean().optional() })),
    memoryLimitMb: z.number().optional(),
    threads: z.number().optional(),
    locked: z.boolean().optional(),
    temp: z.string().optional(),
  }),
  open: openDuckDb,
}

// Megabytes by the work that follows: measured in docs/sync-engine.md (80 MB copy sixteen columns in parallel, 48 bytes a joined row,
// 12 bodies a reader because string_agg, || and encode each keep a copy).
function memory(work: Work, usual: number): number {
  if (work.kind === 'copy') return Math.min(usual, Math.max(80, 5 * work.columns))
  if (work.kind === 'join') return Math.min(usual, Math.max(160, Math.ceil((work.rows * 48) / 1e6)))
  if (work.kind === 'render') return Math.min(usual, Math.ceil(20 + (work.readers * 12 * work.bodyBytes) / 1e6))
  return usual
}

const text = (statement: Sql) => render(statement, duckdbDialect.placeholder)
const bound = (statement: Sql) => [...statement.values]

function parse<T>(row: z.ZodType<T>, names: readonly string[], values: readonly unknown[], call: Call): T {
  const object: Record<string, unknown> = {}
  names.forEach((name, i) => {
    object[name] = values[i]
  })
  const parsed = row.safeParse(object)
  if (parsed.success) return parsed.data
  const where = parsed.error.issues.map(issue => issue.path.join('.')).join(', ')
  throw new WarehouseError('warehouse.row', `A row of ${call.tag.purpose} has an unexpected shape in: ${where}`)
}

/** Interrupts the connection on abort or deadline and maps the error. */
async function guarded<T>(connection: DuckDBConnection, call: Call, work: () => Promise<T>): Promise<T> {
  if (call.signal?.aborted) throw new Cancelled('run.cancelled', `Stopped before ${call.tag.purpose}`)
  let late = false
  const stop = () => connection.interrupt()
  call.signal?.addEventListener('abort', stop)
  const deadline =
    call.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          late = true
          stop()
        }, call.timeoutMs)
  try {
    return await work()
  } catch (error) {
    if (late) {
      throw new WarehouseError('warehouse.timeout', `DuckDB, ${call.tag.purpose}: more than ${call.timeoutMs} ms`)
    }
    throw mapError(error, call.tag.purpose)
  } finally {
    clearTimeout(deadline)
    call.signal?.removeEventListener('abort', stop)
  }
}

async function* stream<T>(pool: Pool, statement: Sql, row: z.ZodType<T>, call: Call): AsyncGenerator<T[]> {
  const connection = await pool.take()
  let whole = false
  try {
    const result = await guarded(connection, call, () => connection.stream(text(statement), bound(statement)))
    const names = result.columnNames().map(name => name.toLowerCase())
    for (;;) {
      const chunk = await guarded(connection, call, () => result.fetchChunk())
      if (chunk === null || chunk.rowCount === 0) break
      yield chunk.getRows().map(values => parse(row, names, values.map(plainValue), call))
    }
    whole = true
  } finally {
    // An unread stream keeps its lock: only a connection that was read to the end is used again.
    if (whole) pool.give(connection)
    else connection.closeSync()
  }
}

const prepared = new WeakMap<DuckDBConnection, { text: string; statement: DuckDBPreparedStatement }>()

async function bytes(connection: DuckDBConnection, statement: Sql, call: Call) {
  return guarded(connection, call, async () => {
    const query = text(statement)
    let ready = prepared.get(connection)
    if (ready?.text !== query) {
      ready?.statement.destroySync()
      ready = { text: query, statement: await connection.prepare(query) }
      prepared.set(connection, ready)
    }
    ready.statement.bind(bound(statement))
    const chunk = await (await ready.statement.run()).fetchChunk()
    const vector = chunk?.getColumnVector(0)
    const count = Number(chunk?.getColumnVector(1).getItem(0) ?? 0)
    const body = vector instanceof DuckDBBlobVector ? (vector.getItemBytes(0) ?? empty) : empty
    collectAfter(body.byteLength)
    return { body, count }
  })
}

const empty = new Uint8Array(0)

/** Result chunks hold megabytes that V8 does not see, so it would collect too late: by bytes instead (measured: 60 MB less at no cost). */
const COLLECT_BYTES = 6_000_000
let uncollected = 0
let collect: ((options: { type: 'minor' }) => void) | null = null

function collectAfter(bytesRead: number): void {
  uncollected += bytesRead
  if (uncollected < COLLECT_BYTES) return
  uncollected = 0
  if (collect === null) {
    v8.setFlagsFromString('--expose-gc')
    collect = vm.runInNewContext('gc') as typeof collect
  }
  collect?.({ type: 'minor' })
}

async function load(
  connection: DuckDBConnection,
  table: string,
  rows: AsyncIterable<Row>,
  call: Call,
): Promise<number> {
  const [catalog, schema, name] = split(table)
  const names = await connection.runAndReadAll(`select * from ${table} limit 0`)
  const columns = names.columnNames()
  return guarded(connection, call, async () => {
    const appender = await connection.createAppender(name, schema, catalog)
    let count = 0
    try {
      for await (const row of rows) {
        if (call.signal?.aborted) throw new Cancelled('run.cancelled', `Stopped while ${call.tag.purpose}`)
        columns.forEach((column, i) => {
          const type = appender.columnType(i)
          appender.appendValue(duckValue(row[column], type), type)
        })
        appender.endRow()
        if (++count % 20_480 === 0) appender.flushSync()
      }
      appender.flushSync()
      return count
    } finally {
      appender.closeSync()
    }
  })
}

/** `a.b.c`, `b.c` or `c` as catalog, schema, table. */
function split(table: string): [string | null, string | null, string] {
  const parts = table.split('.')
  return [parts.at(-3) ?? null, parts.at(-2) ?? null, parts.at(-1) ?? table]
}

/** Idle connections of one instance. */
class Pool {
  readonly #idle: DuckDBConnection[] = []
  readonly #all = new Set<DuckDBConnection>()
  readonly #connect: () => Promise<DuckDBConnection>

  constructor(connect: () => Promise<DuckDBConnection>) {
    this.#connect = connect
  }

  async take(): Promise<DuckDBConnection> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    const connection = await this.#connect()
    this.#all.add(connection)
    return connection
  }

  give(connection: DuckDBConnection): void {
    this.#idle.push(connection)
  }

  async use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.take()
    try {
      return await work(connection)
    } finally {
      this.give(connection)
    }
  }

  close(): void {
    for (const connection of this.#all) connection.closeSync()
  }
}
