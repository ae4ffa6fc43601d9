import type { z } from 'zod'
import type { Sql, SqlValue } from '../core/sql.ts'

/** How one warehouse writes SQL. */
export interface Dialect {
  readonly name: 'duckdb' | 'postgres' | 'bigquery' | 'snowflake'
  /** A checked identifier; throws on anything but `[a-z_][a-z0-9_]*`. */
  ident(name: string): string
  /** The i-th placeholder, 1-based. */
  placeholder(i: number): string
}

/** What every statement carries: who asked, how long it may take, how to stop it. */
export interface Call {
  signal?: AbortSignal
  timeoutMs?: number
  tag: { runId: string; purpose: string }
}

/** A column as the warehouse describes it, name in lower case. */
export interface Column {
  name: string
  type: string
}

/** One row of plain values; money as exact decimal text, days and instants as ISO text. */
export type Row = Record<string, SqlValue>

/** One open warehouse. Every row is parsed; keys are lower-case; 64-bit integers arrive as bigint or safe numbers by the schema. */
export interface Warehouse {
  readonly dialect: Dialect
  /** All rows at once: for small answers. */
  query<T>(statement: Sql, row: z.ZodType<T>, call: Call): Promise<T[]>
  /** Chunks with bounded memory. */
  stream<T>(statement: Sql, row: z.ZodType<T>, call: Call): AsyncIterable<T[]>
  /** A statement without rows; `rows` counts what it changed, or null when the warehouse does not say. */
  execute(statement: Sql, call: Call): Promise<{ rows: number | null }>
  /** Appends rows in bulk to an existing table; returns how many. */
  load(table: string, rows: AsyncIterable<Row>, call: Call): Promise<number>
  /** The columns of a relation in order; empty when it does not exist. */
  columns(table: string): Promise<Column[]>
  /**
   * One value of bytes and its count without a copy through text: the engine's request bodies (data path).
   * The statement answers one row: a BLOB and an integer. Absent where a warehouse cannot.
   */
  bytes?(statement: Sql, call: Call): Promise<{ body: Uint8Array; count: number }>
  /** Fits memory and order to the work that follows; `usual` puts back how it was opened. Absent: nothing to fit. */
  tune?(work: Work, call: Call): Promise<void>
  close(): Promise<void>
}

/** The kinds of work that want different settings; sizes in rows and bytes. */
export type Work =
  | { kind: 'usual' }
  /** Bulk copies from one table to another of so many columns. */
  | { kind: 'copy'; columns: number }
  /** A join of two sides with this many narrow rows together. */
  | { kind: 'join'; rows: number }
  /** Rendering bodies of about this size by so many readers at once. */
  | { kind: 'render'; bodyBytes: number; readers: number }

/** How a warehouse is opened: one registry line each. */
export interface WarehouseDriver<Profile> {
  readonly name: Dialect['name']
  readonly profile: z.ZodType<Profile>
  open(profile: Profile): Promise<Warehouse>
}
