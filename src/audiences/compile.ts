import { ConfigError, raw, type Sql, sql, type Warehouse } from '../../sync/index.ts'
import type { Model } from '../dbt/models.ts'
import { guardTree, outputNames, type TableUse } from './guard.ts'
import { isIdentifierColumn, isIdentifierName, isIdentityModel } from './identifiers.ts'
import type { AudienceSource } from './parse.ts'
import { fillRefs, type Ref, readRefs } from './placeholders.ts'
import { type Filled, isSameShape } from './same-shape.ts'
import { type Parsed, parseSelect } from './syntax-tree.ts'

/** An audience ready to run for one brand. */
export interface Audience {
  slug: string
  label: string
  owner: string | null
  brand: string
  /** Columns beside customer_id, in order. */
  fields: string[]
  /** SELECT customer_id, then the fields; reads that brand's rows alone. */
  sql: Sql
  /** Names of the marts it reads. */
  models: string[]
  source: AudienceSource
}

/** What compiling needs from outside. */
export interface CompileContext {
  /** Any open DuckDB: its parser proves the statement; nothing of the audience is executed here. */
  parser: Warehouse
  /** A relation of the last good build by name, or null. */
  findModel(name: string): Model | null
}

/**
 * Turns an audience's text into SQL for one brand: one SELECT proven by DuckDB's parser, each ref a public mart filtered to the brand
 * with its identifier columns left out, the output exactly customer_id and the declared fields.
 * Throws ConfigError `audience.*` with file and line.
 */
export async function compileAudience(source: AudienceSource, brand: string, ctx: CompileContext): Promise<Audience> {
  const { file } = source
  const templated = readRefs(file, source.body)
  const { text, parsed } = await parseOne(ctx.parser, file, templated.text)
  const { refs } = templated
  const uses = guardTree(file, parsed, new Set(refs.map(ref => ref.placeholder)), identifiersOf(refs, ctx))
  checkOutput(source, parsed)
  checkPlaces(file, refs, uses, parsed)
  if (uses.length === 0) {
    throw new ConfigError('audience.table', `${file}:1: it reads no mart`, "Select from {{ ref('customers') }}.")
  }

  const used = new Map(uses.map(use => [use.placeholder, use]))
  const filled = new Map<string, Filled>()
  const rows = new Map<string, string>()
  for (const ref of refs.filter(one => used.has(one.placeholder))) {
    const select = brandRows(file, ref, brand, ctx)
    rows.set(ref.placeholder, used.get(ref.placeholder)?.hasAlias ? `(${select})` : `(${select}) as ${ref.model}`)
    filled.set(ref.placeholder, { node: (await parseSelect(ctx.parser, file, select)).node, alias: ref.model })
  }
  const body = fillRefs(text, refs, ref => rows.get(ref.placeholder) ?? ref.model)
  const final = `select ${['customer_id', ...source.fields].join(', ')} from (\n${body.trim()}\n) as audience`
  await proveShape(ctx.parser, file, parsed, final, filled)
  return {
    slug: source.slug,
    label: source.label,
    owner: source.owner ?? null,
    brand,
    fields: source.fields,
    sql: sql`${raw(final)}`,
    models: [...new Set(refs.filter(ref => used.has(ref.placeholder)).map(ref => ref.model))],
    source,
  }
}

/** Each ref stands for a table where it was written, or in a comment. */
function checkPlaces(file: string, refs: readonly Ref[], uses: readonly TableUse[], parsed: Parsed): void {
  const tree = JSON.stringify(parsed.node)
  for (const ref of refs) {
    const places = uses.filter(use => use.placeholder === ref.placeholder)
    const isTable = places.length > 0 && places.every(use => use.offset === ref.offset)
    const isComment = places.length === 0 && !tree.includes(ref.placeholder)
    if (isTable || isComment) continue
    throw new ConfigError(
      'audience.jinja',
      `${file}:${ref.line}: ref() does not stand for a table here`,
      'Use it after from or join.',
    )
  }
}

async function proveShape(
  parser: Warehouse,
  file: string,
  guarded: Parsed,
  final: string,
  filled: ReadonlyMap<string, Filled>,
): Promise<void> {
  const { node } = await parseSelect(parser, file, final)
  const from = node.from_table as { type?: string; subquery?: { node: Parsed['node'] } } | null
  if (from?.subquery !== undefined && isSameShape(guarded.node, from.subquery.node, filled)) return
  throw new ConfigError(
    'audience.not_one_select',
    `${file}:${guarded.lineOf(guarded.node)}: the SQL changed its meaning when its marts were filled in`,
    'Write it as: select customer_id, … from {{ ref(…) }} where …',
  )
}

/** Columns of the refs' marts that identify people though a name alone would not say so (`is_email_address` as text). */
function identifiersOf(refs: readonly Ref[], ctx: CompileContext): Set<string> {
  const columns = refs.flatMap(ref => ctx.findModel(ref.model)?.columns ?? [])
  return new Set(columns.filter(isIdentifierColumn).map(column => column.name.toLowerCase()))
}

/** Parses the body, and finds the semicolon that may end it with the parser's own help: it must also stand inside parentheses. */
async function parseOne(parser: Warehouse, file: string, text: string): Promise<{ text: string; parsed: Parsed }> {
  const parsed = await parseSelect(parser, file, text)
  for (let end = text.length, open = text; ; ) {
    const stands = await parseSelect(parser, file, `select 1 from (\n${open}\n) as audience`).catch(() => null)
    if (stands !== null) return { text: open, parsed: await parseSelect(parser, file, open) }
    end = text.lastIndexOf(';', end - 1)
    if (end < 0) throw notAlone(file, parsed)
    open = `${text.slice(0, end)} ${text.slice(end + 1)}`
    if (end === 0) throw notAlone(file, parsed)
  }
}

function notAlone(file: string, parsed: Parsed): ConfigError {
  return new ConfigError(
    'audience.not_one_select',
    `${file}:${parsed.lineOf(parsed.node)}: this SELECT cannot stand inside another`,
    'Write it as: select customer_id, … from {{ ref(…) }} where …',
  )
}

/** The SELECT of a relation's rows of one brand, without columns that identify people. */
function brandRows(file: string, ref: Ref, brand: string, ctx: CompileContext): string {
  const fail = (what: string, hint: string) => new ConfigError('audience.model', `${file}:${ref.line}: ${what}`, hint)
  const model = ctx.findModel(ref.model)
  if (model === null)
    throw fail(`no model '${ref.model}' in the last build`, 'Name a public mart; `winback ls` lists them.')
  if (isIdentityModel(ref.model))
    throw fail(`'${ref.model}' is not for audiences`, "Read a public mart, normally {{ ref('customers') }}.")
  if (model.access !== 'public' || !model.hasContract) {
    throw fail(
      `'${ref.model}' is not a public mart with a contract`,
      'Give it access: public and an enforced contract, or read `customers`.',
    )
  }
  const columns = model.columns.filter(c => !isIdentifierColumn(c)).map(c => c.name.toLowerCase())
  if (!columns.includes('brand')) throw fail(`'${ref.model}' has no column brand`, 'Every mart begins with brand.')
  if (!/^[a-z][a-z0-9_-]*$/.test(brand)) throw fail(`'${brand}' is not a brand`, 'See brands in winback.yml.')
  return `select ${columns.map(quoted).join(', ')} from ${model.relation} where brand = '${brand}'`
}

const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`)

function checkOutput(source: AudienceSource, parsed: Parsed): void {
  const names = outputNames(source.file, parsed)
  const wanted = ['customer_id', ...source.fields]
  const at = `${source.file}:${parsed.lineOf(((parsed.node.select_list as Parsed['node'][] | undefined) ?? [])[0] ?? parsed.node)}`
  const fail = (what: string, hint: string) => new ConfigError('audience.output', `${at}: ${what}`, hint)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw fail(`column '${twice}' is selected twice`, 'Select it once.')
  const identifier = names.find(isIdentifierName)
  if (identifier !== undefined) {
    throw new ConfigError(
      'audience.identifier',
      `${at}: column '${identifier}' would carry an identifier`,
      'Take it out: Winback joins each platform’s identifiers itself.',
    )
  }
  const missing = wanted.find(name => !names.includes(name))
  if (missing !== undefined) {
    throw fail(
      `'${missing}' is not selected`,
      missing === 'customer_id' ? 'Select customer_id.' : 'Select it, or take it out of fields.',
    )
  }
  const extra = names.find(name => !wanted.includes(name))
  if (extra !== undefined)
    throw fail(
      `'${extra}' is selected but not declared`,
      `Add it to fields: [${[...source.fields, extra].join(', ')}].`,
    )
}
