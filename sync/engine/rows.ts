import { z } from 'zod'
import { WarehouseError } from '../core/errors.ts'
import type { ShapeNode } from '../core/shape.ts'
import { type Fill, fitShape, itemSql, literal } from '../core/shape-sql.ts'
import { raw, sql } from '../core/sql.ts'
import type { Identifier, Member, Scalar } from '../destinations/destination.ts'
import { HELD } from './plan-removals.ts'
import type { Session } from './session.ts'

/** A span of plan rows without some of them. */
export interface Rows {
  first: number
  last: number
  excluded: readonly number[]
}

/** How many rows a span has. */
export const countRows = (rows: Rows) => rows.last - rows.first + 1 - rows.excluded.length

/** The plan row of the i-th member of a span, 0-based. */
export function seqAt(rows: Rows, index: number): number | undefined {
  let seq = rows.first + index
  for (const skip of [...rows.excluded].sort((a, b) => a - b)) if (skip <= seq) seq++
  return index >= 0 && seq <= rows.last ? seq : undefined
}

/** Reads a plan's rows as members or as whole request bodies. */
export interface RowReader {
  /** The rendered body of a span, rows in order; `tooLarge` when a member alone is beyond the platform's limit. */
  body(rows: Rows): Promise<Uint8Array | 'tooLarge'>
  /** Bytes of each member of a span as rendered, in order. */
  sizes(rows: Rows): Promise<{ seq: number; bytes: number }[]>
  /** Members of a span in order; removals without the identifiers that staying members use. */
  members(rows: Rows): Promise<Member[]>
  personKeys(rows: Rows): Promise<{ seq: number; personKey: string }[]>
  find(rows: Rows, identifier: Identifier, value: string): Promise<number[]>
  /** Bytes around the members of a body. */
  overhead: number
  /** Most bytes one member may take. */
  mostItemBytes: number
  /** Tells the warehouse what is coming. */
  expect(bodyBytes: number, readers: number): Promise<void>
  /** Fits the rendering to a span: identifiers that all its rows have, or none, cost less than a test of each. */
  prepare(rows: Rows): Promise<void>
}

const where = (rows: Rows) => {
  const without = rows.excluded.length === 0 ? raw('') : raw(`and rowid not in (${rows.excluded.join(', ')})`)
  return sql`rowid between ${rows.first} and ${rows.last} ${without}`
}

// first() and last() are not asked of a sorted string_agg: they see the rows unsorted.
const sorted = (order: string) => (order === '' ? raw(String(UNSORTED)) : raw('count(j)'))

// Answers of a rendering instead of a count.
const TOO_LARGE = -1
const UNSORTED = -2

/** Opens a reader over one plan table for one list. */
export function readRows(session: Session, table: string, listId: string): RowReader {
  const { warehouse, spec } = session
  const { destination, fields } = spec
  const call = session.lastCall('reading the plan')
  const shape = destination.body?.(listId, fields) ?? { open: '', close: '', item: { constant: null } }
  let item = raw(itemSql(shape, name => name))
  const open = raw(literal(shape.open))
  const close = raw(literal(shape.close))
  const most = destination.limits.upsert.itemBytes ?? destination.limits.upsert.bytes
  const identifiers = raw(
    Object.entries(HELD)
      .map(([name, bit]) => `case when held & ${bit} = 0 then ${name} end as ${name}`)
      .join(', '),
  )
  let expected = { bodyBytes: 2_000_000, readers: 1 }

  // A vendor names a refused row by its place, so the order counts. Sorting each batch costs a quarter of the rendering:
  // it is checked by its ends (two threads split a span at a storage group, and their halves come whole), and the few spans
  // that came the wrong way round are rendered sorted.
  async function render(rows: Rows, order = '', tries = 1): Promise<Uint8Array | 'tooLarge'> {
    try {
      const { body, count } = await warehouse.bytes!(
        sql`select encode(${open} || string_agg(j, ',' ${raw(order)}) || ${close}), case when max(strlen(j)) > ${most} then ${raw(String(TOO_LARGE))}
            when first(seq) <> min(seq) or last(seq) <> max(seq) then ${sorted(order)} else count(j) end::int
          from (select rowid as seq, ${item} as j from ${raw(table)} where ${where(rows)})`,
        call,
      )
      if (count === UNSORTED) return await render(rows, 'order by seq', tries)
      if (count === TOO_LARGE) return 'tooLarge'
      if (count !== countRows(rows)) {
        throw new WarehouseError('plan.row_lost', `${countRows(rows)} rows were to be rendered, ${count} were`)
      }
      return body
    } catch (error) {
      const isFull = error instanceof WarehouseError && error.code === 'warehouse.out_of_memory'
      if (!isFull || tries === 4) throw error
      // string_agg cannot spill: it gets more room and the same span is rendered again.
      expected = { ...expected, bodyBytes: expected.bodyBytes * 2 }
      await warehouse.tune?.({ kind: 'render', ...expected }, call)
      return render(rows, order, tries + 1)
    }
  }

  return {
    overhead: Buffer.byteLength(shape.open) + Buffer.byteLength(shape.close),
    mostItemBytes: most,
    body: rows => render(rows),
    sizes: rows =>
      warehouse.query(
        sql`select rowid as seq, strlen(${item}) as bytes from ${raw(table)} where ${where(rows)} order by rowid`,
        z.object({ seq: z.number(), bytes: z.number() }),
        call,
      ),
    members: async rows => {
      const names = fields.map(field => field.name)
      const found = await warehouse.query(
        sql`select rowid as seq, customer_id, ${identifiers} ${raw(names.map(name => `, ${name}`).join(''))}
          from ${raw(table)} where ${where(rows)} order by rowid`,
        z.looseObject({ seq: z.number(), customer_id: z.string() }),
        call,
      )
      return found.map(row => member(row, names))
    },
    personKeys: rows =>
      warehouse.query(
        sql`select rowid as seq, person_key from ${raw(table)} where person_key is not null and ${where(rows)}`,
        z
          .object({ seq: z.number(), person_key: z.string() })
          .transform(row => ({ seq: row.seq, personKey: row.person_key })),
        call,
      ),
    find: async (rows, identifier, value) => {
      const found = await warehouse.query(
        sql`select rowid as seq from ${raw(table)} where ${where(rows)} and lower(${raw(identifier)}) = lower(${value})`,
        z.object({ seq: z.number() }),
        call,
      )
      return found.map(row => row.seq)
    },
    prepare: async rows => {
      const optional = optionalColumns(shape.item)
      if (optional.length === 0) return
      const counts = raw(optional.map(name => `count(${name}) as ${name}`).join(', '))
      const [found] = await warehouse.query(
        sql`select count(*) as "_all", ${counts} from ${raw(table)} where ${where(rows)}`,
        z.record(z.string(), z.number()),
        call,
      )
      const fill = (name: string): Fill => {
        const filled = found?.[name] ?? 1
        return filled === 0 ? 'none' : filled === found?._all ? 'all' : 'some'
      }
      item = raw(itemSql({ ...shape, item: fitShape(shape.item, fill) }, name => name))
    },
    expect: async (bodyBytes, readers) => {
      expected = { bodyBytes, readers }
      await warehouse.tune?.({ kind: 'render', bodyBytes, readers }, call)
    },
  }
}

function optionalColumns(node: ShapeNode): string[] {
  if ('object' in node) return node.object.flatMap(([, member]) => optionalColumns(member))
  return 'column' in node && node.optional === true ? [node.column] : []
}

function member(row: { seq: number; customer_id: string } & Record<string, unknown>, names: readonly string[]): Member {
  const identity: Member['identity'] = {}
  for (const name of Object.keys(HELD) as Identifier[]) {
    const value = row[name]
    if (typeof value === 'string') identity[name] = value
  }
  const fields: Record<string, Scalar> = {}
  for (const name of names) fields[name] = scalar(row[name])
  return { seq: row.seq, customerId: row.customer_id, identity, fields }
}

function scalar(value: unknown): Scalar {
  if (value === null || value === undefined) return null
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
}
