import { z } from 'zod'
import { ConfigError, sql, type Warehouse } from '../../sync/index.ts'

/** A node of DuckDB's serialised statement; keys as `json_serialize_sql` names them. */
export type Node = { readonly [key: string]: unknown }

const Tree = z.object({
  error: z.boolean(),
  error_type: z.string().optional(),
  error_message: z.string().optional(),
  position: z.string().optional(),
  statements: z.array(z.object({ node: z.record(z.string(), z.unknown()) })).optional(),
})

/** One parsed query and how to turn its positions into lines. */
export interface Parsed {
  node: Node
  lineOf(node: Node): number
  /** Where the node begins in the text, in characters from 0; -1 when the parser does not say. */
  offsetOf(node: Node): number
}

/**
 * Parses `text` with DuckDB's own parser (`json_serialize_sql`, which takes SELECT alone) and proves that it is one statement.
 * Throws ConfigError `audience.syntax` or `audience.not_one_select` with file and line. Nothing is executed.
 */
export async function parseSelect(parser: Warehouse, file: string, text: string): Promise<Parsed> {
  const bytes = Buffer.from(text)
  const line = (at: unknown) => {
    const offset = Number(at)
    const inside = Number.isInteger(offset) && offset <= bytes.length ? offset : bytes.length
    return bytes.subarray(0, inside).toString().split('\n').length
  }
  const first = line(bytes.length - Buffer.byteLength(text.trimStart()))
  const rows = await parser.query(
    sql`select json_serialize_sql(cast(${text} as varchar)) as tree`,
    z.object({ tree: z.string() }),
    { tag: { runId: 'none', purpose: 'parse audience' }, timeoutMs: 10_000 },
  )
  // Positions the parser does not know are 2^64 - 1, which JSON.parse rounds to a number beyond the text: the first line then.
  const tree = Tree.parse(JSON.parse(rows[0]?.tree ?? '{}'))
  if (tree.error && tree.error_type === 'parser') {
    const at = tree.position === undefined ? first : line(tree.position)
    throw new ConfigError(
      'audience.syntax',
      `${file}:${at}: ${tree.error_message ?? 'cannot be parsed'}`,
      'Correct the SQL there.',
    )
  }
  const statements = tree.statements ?? []
  const [only] = statements
  if (tree.error || only === undefined || statements.length !== 1) {
    const what = statements.length > 1 ? `there are ${statements.length} statements` : 'this is not a SELECT'
    throw new ConfigError(
      'audience.not_one_select',
      `${file}:${first}: ${what}; an audience is one SELECT`,
      'Keep one SELECT of customer_id and the declared fields; it only reads.',
    )
  }
  return {
    node: only.node,
    lineOf: node => {
      const at = Number(node.query_location)
      return at > 0 && at <= bytes.length ? line(at) : first
    },
    offsetOf: node => {
      const at = Number(node.query_location)
      return Number.isInteger(at) && at <= bytes.length ? bytes.subarray(0, at).toString().length : -1
    },
  }
}
