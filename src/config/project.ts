import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError, NotFound } from '../../sync/index.ts'
import { type Environment, environment, unresolved } from './env.ts'
import { loadConfig } from './load.ts'
import { nearest } from './nearest.ts'
import { type Paths, projectPaths } from './paths.ts'
import { type DuckDbTarget, findProfilesDir, loadTarget } from './profiles.ts'
import type { Brand, DestinationConfig, WinbackConfig } from './schema.ts'
import { duckDbSchemas, type SchemaNames } from './schemas.ts'

/** A project folder, read and checked: what every command but init, demo and doctor starts from. */
export interface Project {
  dir: string
  config: WinbackConfig
  target: DuckDbTarget
  names: SchemaNames
  paths: Paths
  env: Environment
  /** Folder of the dbt project that is built: the shipped one, or the data team's own. */
  dbtProject: string
}

/** The folder of this repository or package: where `dbt/`, `.venv/` and the shipped audiences stand. */
export const packageDir = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** Reads winback.yml and the dbt profile of the project in `projectDir`. Throws ConfigError with file and line. */
export function loadProject(where: {
  projectDir: string
  profilesDir?: string | undefined
  target?: string | undefined
}): Project {
  const dir = resolve(where.projectDir)
  const env = environment(dir)
  const config = loadConfig(join(dir, 'winback.yml'), env)
  const profilesDir = findProfilesDir(dir, where.profilesDir, env)
  const target = loadTarget(
    profilesDir,
    { profile: config.warehouse.profile, target: where.target ?? config.warehouse.target },
    env,
  )
  const own = config.dbt?.project
  const dbtProject = own === undefined ? join(packageDir, 'dbt') : isAbsolute(own) ? own : join(dir, own)
  if (!existsSync(join(dbtProject, 'dbt_project.yml'))) {
    throw new ConfigError(
      'config.dbt_project',
      `No dbt_project.yml in ${dbtProject}`,
      'dbt.project of winback.yml names the folder of your own dbt project; leave it out to use the shipped one.',
    )
  }
  return { dir, config, target, names: duckDbSchemas(target.schema), paths: projectPaths(dir), env, dbtProject }
}

/** The nearest folder with a winback.yml, from `from` upwards; `from` itself when there is none. */
export function findProjectDir(from: string): string {
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'winback.yml'))) return dir
    if (dirname(dir) === dir) return resolve(from)
  }
}

/** The brand of that slug, or the only one. Throws ConfigError when there are several and none is named. */
export function getBrand(project: Project, slug: string | undefined): Brand {
  const { brands } = project.config
  if (slug === undefined) {
    const only = brands[0]
    if (only !== undefined && brands.length === 1) return only
    throw new ConfigError(
      'brand.ambiguous',
      `This project has ${brands.length} brands`,
      `Name one with --brand: ${brands.map(b => b.slug).join(', ')}.`,
    )
  }
  const found = brands.find(b => b.slug === slug)
  if (found !== undefined) return found
  const near = nearest(
    slug,
    brands.map(b => b.slug),
  )
  throw new NotFound(
    'brand.unknown',
    `No brand '${slug}'`,
    near === null ? 'See brands in winback.yml.' : `Did you mean '${near}'?`,
  )
}

/** A destination as winback.yml declares it; its variables may not be set. Throws NotFound, naming the nearest known one. */
export function getDeclaredDestination(brand: Brand, slug: string): DestinationConfig {
  const found = brand.destinations.find(d => d.slug === slug)
  if (found === undefined) {
    const known = brand.destinations.map(d => d.slug)
    const near = nearest(slug, known)
    const hint =
      near === null ? `Known: ${known.join(', ') || 'none; add one to winback.yml'}.` : `Did you mean '${near}'?`
    throw new NotFound('destination.unknown', `Brand '${brand.slug}' has no destination '${slug}'`, hint)
  }
  return found
}

/** A destination of the brand with every `${NAME}` filled. Throws NotFound, or ConfigError naming the variable to set. */
export function getDestination(brand: Brand, slug: string): DestinationConfig {
  const found = getDeclaredDestination(brand, slug)
  const open = [found.endpoint, ...Object.values(found.settings)].flatMap(value =>
    typeof value === 'string' ? unresolved(value) : [],
  )
  if (open.length > 0) {
    throw new ConfigError(
      'config.env_missing',
      `Destination '${slug}' needs ${open.join(' and ')}, which ${open.length === 1 ? 'is' : 'are'} not set`,
      `Set ${open.length === 1 ? 'it' : 'them'} in the environment or in the project's .env.`,
    )
  }
  return { ...found, endpoint: found.endpoint || undefined }
}
