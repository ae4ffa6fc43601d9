import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { stringify } from 'yaml'
import { Conflict, NotFound } from '../../sync/index.ts'
import { loadYaml, parseWith } from '../config/load.ts'
import { nearest } from '../config/nearest.ts'
import type { Project } from '../config/project.ts'
import { CampaignFile } from './campaign.ts'

/** A campaign's file, read and checked. */
export interface FoundFile {
  path: string
  /** As errors show it, relative to the project. */
  file: string
  campaign: CampaignFile
}

/** The campaign slugs that a brand has files for. */
export async function listCampaignSlugs(project: Pick<Project, 'dir'>, brand: string): Promise<string[]> {
  const folders = [join(project.dir, 'campaigns'), join(project.dir, 'campaigns', brand)]
  const names = (await Promise.all(folders.map(folder => readdir(folder).catch(() => [])))).flat()
  return [...new Set(names.filter(name => name.endsWith('.yml')).map(name => name.slice(0, -4)))].sort()
}

/**
 * Reads `campaigns/<brand>/<slug>.yml`, else `campaigns/<slug>.yml` (which every brand may use).
 * Throws NotFound with the nearest slug, ConfigError with file and line.
 */
export async function getCampaignFile(
  project: Pick<Project, 'dir' | 'env'>,
  brand: string,
  slug: string,
): Promise<FoundFile> {
  for (const path of [campaignPath(project, slug, brand), campaignPath(project, slug, null)]) {
    if (!existsSync(path)) continue
    const yaml = loadYaml(path, project.env, project.dir)
    return { path, file: relative(project.dir, path), campaign: parseWith(CampaignFile, yaml) }
  }
  const known = await listCampaignSlugs(project, brand)
  const near = nearest(slug, known)
  throw new NotFound(
    'campaign.unknown',
    `No campaign '${slug}' for brand '${brand}'`,
    near === null ? 'Make one with `winback campaign create`.' : `Did you mean '${near}'?`,
  )
}

/** Writes a new campaign's file and returns its path; Conflict when there is one. With several brands the file is the brand's own. */
export async function createCampaignFile(
  project: Project,
  brand: string,
  slug: string,
  campaign: CampaignFile,
): Promise<string> {
  const path = campaignPath(project, slug, project.config.brands.length > 1 ? brand : null)
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(path, stringify(campaign), { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Conflict(
      'campaign.exists',
      `${relative(project.dir, path)} is there already`,
      'Edit the file, or choose another slug.',
    )
  }
  return relative(project.dir, path)
}

const campaignPath = (project: Pick<Project, 'dir'>, slug: string, brand: string | null) =>
  join(project.dir, 'campaigns', ...(brand === null ? [] : [brand]), `${slug}.yml`)
