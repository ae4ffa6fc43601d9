import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { NotFound } from '../../sync/index.ts'
import { nearest } from '../config/nearest.ts'
import { type Project, packageDir } from '../config/project.ts'
import { type AudienceSource, parseAudience } from './parse.ts'

/** An audience file that could be read, or what is wrong with it. */
export type Listed =
  | { slug: string; file: string; source: AudienceSource }
  | { slug: string; file: string; error: unknown }

/** The audiences of a project by slug: its own `models-sql/`, and the shipped ones that it does not replace by one of the same name. */
export async function listAudiences(project: Pick<Project, 'dir'>): Promise<Listed[]> {
  const own = await sqlFiles(join(project.dir, 'models-sql'))
  const shipped = await sqlFiles(join(packageDir, 'models-sql'))
  const bySlug = new Map([...shipped, ...own].map(file => [slugOf(file), file]))
  const listed = await Promise.all(
    [...bySlug].map(async ([slug, file]): Promise<Listed> => {
      const name = shown(project, file)
      try {
        return { slug, file: name, source: parseAudience(name, await readFile(file, 'utf8')) }
      } catch (error) {
        return { slug, file: name, error }
      }
    }),
  )
  return listed.sort((a, b) => (a.slug < b.slug ? -1 : 1))
}

/** The audience of that slug, or null. Throws ConfigError when its file is wrong. */
export async function findAudience(project: Pick<Project, 'dir'>, slug: string): Promise<AudienceSource | null> {
  const found = (await listAudiences(project)).find(one => one.slug === slug)
  if (found === undefined) return null
  if ('error' in found) throw found.error
  return found.source
}

/** As `findAudience`, or NotFound with the nearest name. */
export async function getAudience(project: Pick<Project, 'dir'>, slug: string): Promise<AudienceSource> {
  const found = await findAudience(project, slug)
  if (found !== null) return found
  const known = (await listAudiences(project)).map(one => one.slug)
  const near = nearest(slug, known)
  throw new NotFound(
    'audience.unknown',
    `No audience '${slug}'`,
    near === null ? `Known: ${known.join(', ')}. Your own go into models-sql/.` : `Did you mean '${near}'?`,
  )
}

async function sqlFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter(name => name.endsWith('.sql')).map(name => join(folder, name))
}

const slugOf = (file: string) => file.slice(file.lastIndexOf('/') + 1, -'.sql'.length)

const shown = (project: Pick<Project, 'dir'>, file: string) => {
  const inside = relative(project.dir, file)
  return inside.startsWith('..') ? relative(packageDir, file) : inside
}
