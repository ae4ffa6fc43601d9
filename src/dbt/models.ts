import { join } from 'node:path'
import { ConfigError, NotFound } from '../../sync/index.ts'
import { nearest } from '../config/nearest.ts'
import type { Project } from '../config/project.ts'
import { findArtifact, Manifest, type ManifestNode } from './artifacts.ts'

/** A relation of the last good build that a person or an audience may name. */
export interface Model {
  name: string
  /** dbt's unique id. */
  id: string
  /** As SQL writes it, three parts and quoted: `"warehouse"."winback"."customers"`. */
  relation: string
  description: string
  /** In the order of the YAML; `type` only where a contract or the YAML names it. */
  columns: { name: string; type: string | null; description: string; meta: Record<string, unknown> }[]
  hasContract: boolean
  /** public, protected or private. */
  access: string
  materialized: string
  meta: Record<string, unknown>
  /** Data tests on it: the test's kind and the columns it names. */
  tests: { kind: string; columns: string[] }[]
}

/** Where the manifest of the build that warehouse.duckdb holds is kept. */
export const manifestPath = (project: Pick<Project, 'paths'>): string => join(project.paths.state, 'manifest.json')

/** The manifest of the last good build. Throws ConfigError when nothing was built yet. */
export async function loadManifest(project: Pick<Project, 'paths'>): Promise<Manifest> {
  const found = await findArtifact(manifestPath(project), Manifest)
  if (found !== null) return found
  throw new ConfigError('build.missing', 'Nothing is built yet', 'Run `winback import`, then `winback build`.')
}

/** The model, seed or snapshot of that name, or null. */
export function findModel(manifest: Manifest, name: string): Model | null {
  const node = Object.values(manifest.nodes).find(n => n.name === name && isRelation(n))
  return node === undefined ? null : toModel(manifest, node)
}

/** As `findModel`, or NotFound with the nearest name. */
export function getModel(manifest: Manifest, name: string): Model {
  const found = findModel(manifest, name)
  if (found !== null) return found
  const near = nearest(
    name,
    listModels(manifest).map(model => model.name),
  )
  throw new NotFound(
    'model.unknown',
    `No model '${name}'`,
    near === null ? 'See `winback ls`.' : `Did you mean '${near}'?`,
  )
}

/** Every model, seed and snapshot with a relation, by name. */
export function listModels(manifest: Manifest): Model[] {
  return Object.values(manifest.nodes)
    .filter(isRelation)
    .map(node => toModel(manifest, node))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

const isRelation = (node: ManifestNode): boolean =>
  ['model', 'seed', 'snapshot'].includes(node.resource_type) && typeof node.relation_name === 'string'

function toModel(manifest: Manifest, node: ManifestNode): Model {
  const tests = Object.values(manifest.nodes).filter(
    n => n.resource_type === 'test' && n.attached_node === node.unique_id,
  )
  return {
    name: node.name,
    id: node.unique_id,
    relation: node.relation_name ?? '',
    description: node.description,
    columns: Object.values(node.columns).map(column => ({
      name: column.name,
      type: column.data_type ?? null,
      description: column.description,
      meta: column.config.meta,
    })),
    hasContract: node.contract?.enforced ?? false,
    access: node.access ?? 'protected',
    materialized: node.config.materialized ?? 'view',
    meta: node.config.meta,
    tests: tests.map(test => ({ kind: test.test_metadata?.name ?? test.name, columns: testColumns(test) })),
  }
}

function testColumns(test: ManifestNode): string[] {
  const kwargs = test.test_metadata?.kwargs ?? {}
  const many = kwargs.columns ?? kwargs.combination_of_columns
  if (Array.isArray(many)) return many.map(String)
  return typeof kwargs.column_name === 'string' ? [kwargs.column_name] : []
}
