import { type Import, importsOf } from './imports.ts'
import { isTest, type Source, type Violation } from './sources.ts'

interface Layer {
  folder: string
  /** Files and folders it may import; its own folder is always one. */
  may: readonly string[]
  /** What it may import as types only. */
  mayAsTypes?: readonly string[]
  /** The way to what it may not import. */
  door: string
}

const SYNC_DOOR =
  'the engine knows nothing of the application: pass what it needs in the spec, or through sync/engine/control.ts'

/** What may import what (docs: architecture). The first folder that holds a file decides. */
export const layers: readonly Layer[] = [
  {
    folder: 'app',
    may: ['src/api/caller', 'src/api/types', 'src/api/schemas'],
    door: 'call a procedure through src/api/caller.ts; put what is missing into a router of src/api',
  },
  ...['src/api', 'src/cli', 'src/worker'].map(folder => ({
    folder,
    may: ['src'],
    door: 'stay thin: call a function of a domain in src/ (errors: src/errors.ts)',
  })),
  {
    folder: 'src/sandbox',
    may: ['src'],
    door: 'a stand-in must not share the code it checks: write it anew from the vendor’s own pages',
  },
  { folder: 'src', may: ['sync/index'], door: 'export it from sync/index.ts, the only door of the engine' },
  {
    folder: 'sync/engine',
    may: ['sync/core'],
    mayAsTypes: ['sync/warehouses/warehouse', 'sync/destinations/destination'],
    door: `types of warehouses and destinations by \`import type\`; ${SYNC_DOOR}`,
  },
  { folder: 'sync/warehouses', may: ['sync/core'], door: `what both sides need belongs into sync/core; ${SYNC_DOOR}` },
  {
    folder: 'sync/destinations',
    may: ['sync/core'],
    door: `what both sides need belongs into sync/core; ${SYNC_DOOR}`,
  },
  { folder: 'sync/core', may: [], door: 'sync/core imports nothing of ours: pass it in as an argument' },
  { folder: 'sync', may: [], door: SYNC_DOOR },
]

/** Imports that the table of layers forbids. Tests may import what they like. */
export function checkLayering(file: Source): Violation[] {
  const layer = layers.find(({ folder }) => isWithin(folder, file.path.replace(/\.tsx?$/, '')))
  if (!layer || isTest(file.path)) return []

  return importsOf(file)
    .filter(found => found.isRelative && !isAllowed(layer, found))
    .map(({ line, text, target }) => ({ file: file.path, line, text, rule: rule(layer, target), fix: layer.door }))
}

function isAllowed(layer: Layer, { target, isTypeOnly }: Import): boolean {
  const anyway = [layer.folder, ...layer.may].some(prefix => isWithin(prefix, target))
  return anyway || (isTypeOnly && (layer.mayAsTypes ?? []).some(prefix => isWithin(prefix, target)))
}

function isWithin(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}

function rule({ folder, may, mayAsTypes = [] }: Layer, target: string): string {
  const allowed = [`${folder}/`, ...may, ...mayAsTypes.map(prefix => `${prefix} (types)`)].join(', ')
  return `${folder} may import ${allowed}; this is ${target}`
}
