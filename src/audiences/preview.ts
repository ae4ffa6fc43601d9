import { existsSync } from 'node:fs'
import { z } from 'zod'
import { ConfigError, openDuckDb, raw, type SqlValue, sql, type Warehouse } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import { findModel, loadManifest } from '../dbt/models.ts'
import { type AudienceField, audienceFields } from './columns.ts'
import { type Audience, compileAudience } from './compile.ts'
import { getAudience } from './list.ts'

/** How large an audience is and what it looks like. */
export interface AudiencePreview {
  slug: string
  label: string
  brand: string
  fields: AudienceField[]
  /** Rows it selects. */
  total: number
  /** Of the brand's customers, 0..1; null when there are none. */
  share: number | null
  /** Rows beyond the first of a customer, and rows without one: a sync refuses both. */
  duplicates: number
  withoutId: number
  columns: string[]
  /** Values that look like an address or a number to call are masked. */
  rows: Record<string, SqlValue>[]
}

/** Statements of a person's SQL may hold this much memory (megabytes) and take this long (milliseconds). */
const memoryLimitMb = 512
const deadlineMs = 30_000

/**
 * Counts and samples an audience in a connection that can do nothing but read the last good build: read-only file, no other file,
 * no settings, bounded memory, a deadline. Throws ConfigError when nothing was built or the audience is wrong.
 */
export async function previewAudience(
  project: Project,
  slug: string,
  o: { brand: string; limit?: number; signal?: AbortSignal },
): Promise<AudiencePreview> {
  const source = await getAudience(project, slug)
  const warehouse = await openForReading(project)
  try {
    const audience = await compileForProject(project, warehouse, source, o.brand)
    return await preview(warehouse, project, audience, o)
  } finally {
    await warehouse.close()
  }
}

/** Compiles against the manifest of the last good build. */
export async function compileForProject(
  project: Project,
  parser: Warehouse,
  source: Awaited<ReturnType<typeof getAudience>>,
  brand: string,
): Promise<Audience> {
  const manifest = await loadManifest(project)
  return compileAudience(source, brand, { parser, findModel: name => findModel(manifest, name) })
}

/** The last good build, locked down for SQL that a person wrote. */
export async function openForReading(project: Pick<Project, 'paths'>): Promise<Warehouse> {
  const { warehouse: path } = project.paths
  if (!existsSync(path))
    throw new ConfigError('build.missing', 'Nothing is built yet', 'Run `winback import`, then `winback build`.')
  return openDuckDb({ main: { path, as: 'warehouse', readOnly: true }, attach: [], memoryLimitMb, locked: true })
}

async function preview(
  warehouse: Warehouse,
  project: Project,
  audience: Audience,
  o: { limit?: number; signal?: AbortSignal },
): Promise<AudiencePreview> {
  const call = {
    tag: { runId: 'none', purpose: `previewing ${audience.slug}` },
    timeoutMs: deadlineMs,
    ...(o.signal && { signal: o.signal }),
  }
  const fields = await audienceFields(warehouse, audience, o.signal)
  const counts = await warehouse.query(
    sql`select count(*) as total, count(*) - count(customer_id) as without_id,
      count(customer_id) - count(distinct customer_id) as duplicates,
      (select count(*) from ${raw(project.names.marts)}.customers where brand = ${audience.brand}) as customers
      from (${audience.sql}) as selected`,
    z.object({
      total: z.coerce.number(),
      without_id: z.coerce.number(),
      duplicates: z.coerce.number(),
      customers: z.coerce.number(),
    }),
    call,
  )
  const { total = 0, without_id: withoutId = 0, duplicates = 0, customers = 0 } = counts[0] ?? {}
  const rows = await warehouse.query(
    sql`select * from (${audience.sql}) as selected order by customer_id limit ${Math.max(0, Math.trunc(o.limit ?? 10))}`,
    z.record(z.string(), z.union([z.string(), z.number(), z.bigint(), z.boolean(), z.null()])),
    call,
  )
  return {
    slug: audience.slug,
    label: audience.label,
    brand: audience.brand,
    fields,
    total,
    share: customers === 0 ? null : total / customers,
    duplicates,
    withoutId,
    columns: ['customer_id', ...audience.fields],
    rows: rows.map(row => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, masked(value)]))),
  }
}

/** `m•••@example.com`, `+1•••`: some sources use an address as the customer's id. */
function masked(value: SqlValue): SqlValue {
  if (typeof value !== 'string') return value
  const at = value.indexOf('@')
  if (at > 0) return `${value[0]}•••${value.slice(at)}`
  return /^\+\d{7,}$/.test(value) ? `${value.slice(0, 2)}•••` : value
}
