import { findAudience } from '../../audiences/list.ts'
import { previewAudience } from '../../audiences/preview.ts'
import { getBrand, loadProject, type Project } from '../../config/project.ts'
import { getModel, loadManifest } from '../../dbt/models.ts'
import { type Shown, type ShowOptions, showFailingRows, showInline, showModel } from '../../dbt/show.ts'
import { ConfigError, NotFound } from '../../errors.ts'
import type { Command } from '../command.ts'
import type { Output } from '../output.ts'

/** `winback show`: a sample of a model, an audience, a failed test's rows, or one SELECT. */
export const show: Command = {
  name: 'show',
  about: 'sample a model, an audience, a failed test’s rows, or the answer of one SELECT',
  arguments: [{ name: '[name]', about: 'model, audience or failed test' }],
  options: [
    { flags: '--inline <sql>', about: "one SELECT over {{ ref('model') }}" },
    { flags: '--limit <rows>', about: 'rows shown', default: '5' },
  ],
  example: 'winback show --inline "select segment, count(*) as customers from {{ ref(\'customers\') }} group by 1"',
  async run(ctx, [name], options) {
    const project = loadProject(ctx)
    const o = { limit: readLimit(options.limit), brand: ctx.brand, signal: ctx.signal }
    if (ctx.brand !== undefined) getBrand(project, ctx.brand)
    const inline = typeof options.inline === 'string' ? options.inline : undefined
    if ((inline === undefined) === (typeof name !== 'string')) {
      throw new ConfigError('usage', 'show takes a name or --inline', 'For example: winback show customers --limit 5.')
    }
    const json = inline === undefined ? await showNamed(project, String(name), o) : await showInline(project, inline, o)
    print(ctx.out, json)
    return { json }
  },
}

type Document = Shown & { audience?: string; share?: number | null }

async function showNamed(project: Project, name: string, o: ShowOptions): Promise<Document> {
  const model = await showModel(project, name, o)
  if (model !== null) return model
  if ((await findAudience(project, name)) !== null) {
    const preview = await previewAudience(project, name, {
      brand: getBrand(project, o.brand).slug,
      limit: o.limit,
      signal: o.signal,
    })
    const { columns, rows, total, share } = preview
    return { audience: name, columns, rows, total, share }
  }
  const failing = await showFailingRows(project, name, o)
  if (failing !== null) return failing
  const manifest = await loadManifest(project)
  const isTest = Object.values(manifest.nodes).some(node => node.name === name && node.resource_type === 'test')
  if (isTest)
    throw new NotFound('test.no_rows', `Test ${name} has no failing rows`, 'It did not fail in the last build or test.')
  getModel(manifest, name)
  throw new NotFound('model.unknown', `No model '${name}'`, 'See `winback ls`.')
}

/** Columns that still fit beside each other on a terminal; more stand below each other. */
const WIDE = 12

function print(out: Output, shown: Document): void {
  if (shown.columns.length <= WIDE) {
    out.table(
      shown.columns,
      shown.rows.map(row => shown.columns.map(column => cell(row[column]))),
    )
  } else {
    const rows = shown.columns.map(column => [column, ...shown.rows.map(row => cell(row[column]))])
    out.table(['column', ...shown.rows.map((_, i) => `row ${i + 1}`)], rows)
  }
  const share = typeof shown.share === 'number' ? `, ${(shown.share * 100).toFixed(1)} % of the brand’s customers` : ''
  out.note(`${shown.rows.length} of ${shown.total.toLocaleString('en-GB')} rows${share}`)
}

function cell(value: unknown): string | number | null {
  if (value === null || value === undefined) return null
  return typeof value === 'number' || typeof value === 'string' ? value : String(value)
}

function readLimit(value: unknown): number {
  if (typeof value === 'string' && /^\d{1,6}$/.test(value)) return Number(value)
  throw new ConfigError(
    'usage',
    `--limit ${String(value)} is not a number of rows`,
    'Give a whole number up to 999999.',
  )
}
