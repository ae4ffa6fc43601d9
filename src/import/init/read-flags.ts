import { existsSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { ConfigError, destinations } from '../../../sync/index.ts'
import { nearest } from '../../config/nearest.ts'
import { Entity } from '../../config/schema.ts'
import { findFiles } from '../csv/find-files.ts'
import { type FileSample, sampleFile } from './sample-file.ts'

/** A file of an entity: how winback.yml writes it, and what it holds. */
export interface ProjectFile {
  written: string
  sample: FileSample
}

/** Columns given by hand, by entity and field. */
export type Maps = Partial<Record<Entity, Record<string, string>>>

/** Looks at the files of `--file entity=path`; paths are as typed, or relative to the project in `dir`. Throws ConfigError for one that cannot be imported. */
export async function readFiles(
  given: readonly string[],
  dir: string,
  maps: Maps,
): Promise<Partial<Record<Entity, ProjectFile>>> {
  const files: Partial<Record<Entity, ProjectFile>> = {}
  for (const entry of given) {
    const [entity, path] = splitEntry(entry, '--file', 'entity=path')
    const known = parseEntity(entity, '--file')
    const here = resolve(path)
    const inProject = !isAbsolute(path) && !existsSync(here) && (await isThere(dir, path))
    const whole = inProject ? join(dir, path) : here
    const [first] = await findFiles(process.cwd(), whole)
    const written = relative(dir, whole).split(sep).join('/')
    files[known] = { written, sample: await sampleFile(first?.path ?? whole, path, known, maps[known] ?? {}) }
  }
  return files
}

async function isThere(dir: string, path: string): Promise<boolean> {
  const found = await findFiles(dir, path).catch(() => [])
  return found.some(file => existsSync(file.path))
}

/** Reads `--map entity.field=Column`; `files` are the entries of `--file`. */
export function readMaps(given: readonly string[], files: readonly string[]): Maps {
  const maps: Maps = {}
  for (const entry of given) {
    const [name, column] = splitEntry(entry, '--map', 'entity.field=Column')
    const [entity = '', field] = name.split('.')
    const known = parseEntity(entity, '--map')
    if (field === undefined || field === '') {
      throw new ConfigError('init.map', `--map ${entry} names no field`, 'Write --map entity.field=Column.')
    }
    if (!files.some(file => file.startsWith(`${known}=`))) {
      throw new ConfigError(
        'init.map',
        `--map ${entry} is for ${known}, of which no file is given`,
        `Add --file ${known}=PATH.`,
      )
    }
    maps[known] = { ...maps[known], [field]: column }
  }
  return maps
}

/** Reads `--destination type` and `--endpoint type=url`; an endpoint alone also names its destination. */
export function readDestinations(types: readonly string[], endpoints: readonly string[]) {
  const at = new Map(endpoints.map(entry => splitEntry(entry, '--endpoint', 'type=url')))
  for (const type of [...types, ...at.keys()]) {
    if (destinations[type] !== undefined) continue
    const near = nearest(type, Object.keys(destinations))
    const hint = near === null ? `Known: ${Object.keys(destinations).join(', ')}.` : `Did you mean '${near}'?`
    throw new ConfigError('init.destination', `There is no destination '${type}'`, hint)
  }
  return [...new Set([...types, ...at.keys()])].map(type => ({ type, endpoint: at.get(type) ?? null }))
}

function splitEntry(entry: string, flag: string, form: string): [string, string] {
  const at = entry.indexOf('=')
  if (at > 0 && at < entry.length - 1) return [entry.slice(0, at), entry.slice(at + 1)]
  throw new ConfigError('init.flag', `${flag} ${entry} is incomplete`, `Write ${flag} ${form}.`)
}

function parseEntity(name: string, flag: string): Entity {
  const parsed = Entity.safeParse(name)
  if (parsed.success) return parsed.data
  const near = nearest(name, Entity.options)
  throw new ConfigError(
    'init.entity',
    `${flag}: there is no entity '${name}'`,
    near === null ? `Known: ${Entity.options.join(', ')}.` : `Did you mean '${near}'?`,
  )
}
