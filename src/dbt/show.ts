import { existsSync } from 'node:fs'
import { z } from 'zod'
import { ConfigError, openDuckDb, raw, type Sql, sql, type Warehouse } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import type { Manifest } from './artifacts.ts'
import { plainCell } from './cells.ts'
import { failingRowsPath } from './failing-rows.ts'
import { findModel, loadManifest } from './models.ts'
import { readsSources, resolveRefs } from './refs.ts'
import { checkSelect } from './select.ts'

/** A sample of a relation or query. */
export interface Shown {
  columns: string[]
  /** At most `limit`; numbers as numbers, days and instants as ISO text. */
  rows: Record<string, unknown>[]
  /** Rows there are altogether. */
  total: number
}

/** How much, for whom, and how to stop it. */
export interface ShowOptions {
  limit: number
  /** Only that brand's rows, where the relation has brands. */
  brand?: string | undefined
  signal: AbortSignal
}

/** A person's SQL may hold this much memory (megabytes) and take this long (milliseconds). */
const MEMORY_MB = 1024
const DEADLINE_MS = 60_000

/** A sample of a model of the last good build; null when there is no such model. Throws ConfigError when nothing is built. */
export async function showModel(project: Project, name: string, o: ShowOptions): Promise<Shown | null> {
  const manifest = await loadManifest(project)
  const model = findModel(manifest, name)
  if (model === null) return null
  return reading(project, manifest, [model.id], async db => {
    const types = await describe(db, raw(`select * from ${model.relation}`), o)
    const isFiltered = o.brand !== undefined && types.some(column => column.name === 'brand')
    const where = isFiltered ? sql` where brand = ${o.brand ?? null}` : raw('')
    return sample(db, sql`select * from ${raw(model.relation)}${where}`, o)
  })
}

/**
 * The answer of one SELECT over the last good build, `{{ ref() }}` resolved; with a brand each of them holds that brand's rows alone.
 * Throws ConfigError for anything but one SELECT.
 */
export async function showInline(project: Project, body: string, o: ShowOptions): Promise<Shown> {
  const manifest = await loadManifest(project)
  const views = new Map<string, string>()
  const { text, nodes } = resolveRefs(manifest, body, relation =>
    o.brand === undefined ? relation : viewOf(views, relation),
  )
  return reading(project, manifest, nodes, async db => {
    const select = raw(await checkSelect(db, text))
    for (const [relation, view] of views) await createBrandView(db, relation, view, o)
    return sample(db, select, o)
  })
}

// A temporary view with the relation's own name: `customers.revenue` and aliases mean what they would mean without a brand.
function viewOf(views: Map<string, string>, relation: string): string {
  const known = views.get(relation)
  if (known !== undefined) return known
  const name = (/("(?:[^"]|"")*"|[^."]+)$/.exec(relation)?.[1] ?? relation).replace(/^"|"$/g, '')
  const isTaken = (view: string) => [...views.values()].includes(view)
  let view = `temp.main."${name}"`
  for (let n = 2; isTaken(view); n++) view = `temp.main."${name}_${n}"`
  views.set(relation, view)
  return view
}

async function createBrandView(db: Warehouse, relation: string, view: string, o: ShowOptions): Promise<void> {
  const columns = await describe(db, raw(`select * from ${relation}`), o)
  const hasBrands = columns.some(column => column.name === 'brand')
  const where = hasBrands ? ` where brand = '${(o.brand ?? '').replaceAll("'", "''")}'` : ''
  await db.execute(raw(`create temporary view ${view} as select * from ${relation}${where}`), call(o))
}

/** The rows that made a test of the last build fail; null when none were kept. */
export async function showFailingRows(project: Project, test: string, o: ShowOptions): Promise<Shown | null> {
  const path = failingRowsPath(project)
  if (!existsSync(path)) return null
  const db = await openDuckDb({
    main: { path, as: 'failing', readOnly: true },
    attach: [],
    memoryLimitMb: MEMORY_MB,
    locked: true,
  })
  try {
    const name = `"${test.replaceAll('"', '""')}"`
    const isKept =
      (await db.query(sql`select 1 as n from duckdb_tables() where table_name = ${test}`, z.object({}), call(o)))
        .length > 0
    return isKept ? await sample(db, raw(`select * from failing.main.${name}`), o) : null
  } finally {
    await db.close()
  }
}

// Views store no rows: where one leads to raw or ledger, those files are opened too, read-only. Otherwise nobody is in their way.
async function reading<T>(
  project: Project,
  manifest: Manifest,
  nodes: readonly string[],
  work: (db: Warehouse) => Promise<T>,
): Promise<T> {
  const { paths } = project
  if (!existsSync(paths.warehouse)) {
    throw new ConfigError('build.missing', 'Nothing is built yet', 'Run `winback import`, then `winback build`.')
  }
  const others = readsSources(manifest, nodes)
    ? ([
        ['raw', paths.raw],
        ['ledger', paths.ledger],
      ] as const)
    : []
  const db = await openDuckDb({
    main: { path: paths.warehouse, as: 'warehouse', readOnly: true },
    attach: others.filter(([, path]) => existsSync(path)).map(([as, path]) => ({ path, as, readOnly: true })),
    memoryLimitMb: MEMORY_MB,
    locked: true,
  })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

async function sample(db: Warehouse, select: Sql, o: ShowOptions): Promise<Shown> {
  const columns = await describe(db, select, o)
  const holes = columns.map((_, i) => `c${i}`)
  const texts = holes.map(hole => `cast(${hole} as varchar) as ${hole}`).join(', ')
  const rows = await db.query(
    sql`select ${raw(texts)} from (${select}) as shown(${raw(holes.join(', '))}) limit ${o.limit}`,
    z.record(z.string(), z.string().nullable()),
    call(o),
  )
  const counted = await db.query(
    sql`select count(*) as n from (${select})`,
    z.object({ n: z.coerce.number() }),
    call(o),
  )
  return {
    columns: columns.map(column => column.name),
    rows: rows.map(row =>
      Object.fromEntries(columns.map((column, i) => [column.name, plainCell(row[`c${i}`] ?? null, column.type)])),
    ),
    total: counted[0]?.n ?? 0,
  }
}

async function describe(db: Warehouse, select: Sql, o: ShowOptions): Promise<{ name: string; type: string }[]> {
  const columns = await db.query(
    sql`select column_name as name, column_type as type from (describe ${select})`,
    z.object({ name: z.string(), type: z.string() }),
    call(o),
  )
  const seen = new Map<string, number>()
  return columns.map(({ name, type }) => {
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    return { name: before === 0 ? name : `${name}_${before}`, type }
  })
}

const call = (o: ShowOptions) => ({ signal: o.signal, timeoutMs: DEADLINE_MS, tag: { runId: 'none', purpose: 'show' } })
