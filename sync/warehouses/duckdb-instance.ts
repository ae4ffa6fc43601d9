import { DuckDBInstance } from '@duckdb/node-api'
import { WarehouseError } from '../core/errors.ts'
import { mapError } from './duckdb-errors.ts'

/** A DuckDB file and the catalog name it is known by. */
export interface DuckDbFile {
  path: string
  /** `[a-z_][a-z0-9_]*` */
  as: string
  readOnly?: boolean | undefined
}

/** How DuckDB is opened: one main file, others attached to it. */
export interface DuckDbProfile {
  /** The file that is written (or read); created when absent and not `readOnly`. `:memory:` for none. */
  main: DuckDbFile
  attach: DuckDbFile[]
  /** Megabytes DuckDB may hold; default 1024. */
  memoryLimitMb?: number | undefined
  /** Default 2. */
  threads?: number | undefined
  /** For SQL that a person wrote: no files, no attach, no settings. Use with read-only files. */
  locked?: boolean | undefined
  /** Folder for spilled data; default beside the main file. */
  temp?: string | undefined
}

/** One open instance and how many hold it. */
export interface Held {
  instance: DuckDBInstance
  profile: DuckDbProfile
  holders: number
}

// DuckDB opens one file twice in one process without an error and corrupts it: one instance a path, for all module copies.
const shared = globalThis as { winbackDuckDb?: Map<string, Promise<Held>> }
shared.winbackDuckDb ??= new Map()
const open = shared.winbackDuckDb

/** Opens the instance of the main path, or joins the one that is open. Throws WarehouseError when the file is held by another process. */
export async function holdInstance(profile: DuckDbProfile): Promise<Held> {
  if (profile.main.path === ':memory:') return openInstance(profile)
  const known = open.get(profile.main.path)
  if (known === undefined) {
    const opening = openInstance(profile)
    open.set(profile.main.path, opening)
    opening.catch(() => open.delete(profile.main.path))
    return opening
  }
  const held = await known
  const same = (a: DuckDbProfile) =>
    JSON.stringify([a.main, [...a.attach].sort((x, y) => x.as.localeCompare(y.as)), a.locked ?? false])
  if (same(held.profile) !== same(profile)) {
    throw new WarehouseError(
      'warehouse.open_otherwise',
      `${profile.main.path} is open in this process with other files or another mode`,
      'Close it first.',
    )
  }
  held.holders++
  return held
}

/** Gives a hold back; the last one writes the log into the file and closes it. */
export async function releaseInstance(held: Held): Promise<void> {
  if (--held.holders > 0) return
  open.delete(held.profile.main.path)
  if (held.profile.main.readOnly !== true && held.profile.main.path !== ':memory:') {
    const connection = await held.instance.connect()
    try {
      await connection.run(`checkpoint ${held.profile.main.as}`)
    } finally {
      connection.closeSync()
    }
  }
  held.instance.closeSync()
}

async function openInstance(profile: DuckDbProfile): Promise<Held> {
  const { main } = profile
  const temp = profile.temp ?? (main.path === ':memory:' ? undefined : `${main.path}.tmp`)
  try {
    // In memory first: every file then gets the catalog name it is asked for, whatever its stem.
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(profile.threads ?? 2),
      memory_limit: `${profile.memoryLimitMb ?? 1024}MB`,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      ...(temp === undefined ? {} : { temp_directory: temp }),
    })
    try {
      const connection = await instance.connect()
      const files = [main, ...profile.attach].filter(file => file.path !== ':memory:')
      for (const file of files) {
        const mode = file.readOnly === true ? ' (read_only)' : ''
        await connection.run(`attach '${file.path.replaceAll("'", "''")}' as ${file.as}${mode}`)
      }
      if (profile.locked === true) {
        await connection.run('set enable_external_access = false')
        await connection.run('set lock_configuration = true')
      }
      connection.closeSync()
    } catch (error) {
      instance.closeSync()
      throw error
    }
    return { instance, profile, holders: 1 }
  } catch (error) {
    throw mapError(error, `opening ${main.path}`)
  }
}
