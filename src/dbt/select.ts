import { z } from 'zod'
import { ConfigError, sql, type Warehouse } from '../../sync/index.ts'

const Tree = z.object({
  error: z.boolean(),
  error_type: z.string().optional(),
  error_message: z.string().optional(),
  statements: z.array(z.unknown()).optional(),
})

/**
 * Proves with DuckDB's own parser that a text is one SELECT, and returns it ready to stand in brackets (no trailing
 * semicolon or comment). Nothing is executed. Throws ConfigError.
 */
export async function checkSelect(db: Warehouse, text: string): Promise<string> {
  const call = { timeoutMs: 10_000, tag: { runId: 'none', purpose: 'parsing the query' } }
  const [row] = await db.query(
    sql`select json_serialize_sql(cast(${text} as varchar)) as tree`,
    z.object({ tree: z.string() }),
    call,
  )
  const tree = Tree.parse(JSON.parse(row?.tree ?? '{}'))
  const count = tree.statements?.length ?? 0
  if (tree.error || count !== 1) {
    const what = count > 1 ? `there are ${count} statements` : wrong(tree)
    throw new ConfigError(
      'show.not_one_select',
      `The query is not one SELECT: ${what}`,
      '`show` only reads: give it one SELECT.',
    )
  }
  if (!text.includes(';')) return `${text}\n`
  const [plain] = await db.query(
    sql`select json_deserialize_sql(cast(${row?.tree ?? ''} as json)) as text`,
    z.object({ text: z.string() }),
    call,
  )
  return plain?.text ?? text
}

// Anything that parses but is no SELECT is reported as "not implemented".
function wrong(tree: z.infer<typeof Tree>): string {
  if (!tree.error) return 'it is empty'
  return tree.error_type === 'parser'
    ? (tree.error_message ?? 'it cannot be parsed')
    : 'it is another kind of statement'
}
