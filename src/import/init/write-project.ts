import { existsSync } from 'node:fs'
import { appendFile, constants, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ConfigError, Conflict } from '../../../sync/index.ts'
import { packageDir } from '../../config/project.ts'
import { WinbackConfig } from '../../config/schema.ts'

/** What `writeProject` made, relative to the project folder. */
export interface WrittenProject {
  written: string[]
  /** Files that were there already and stayed as they were. */
  kept: string[]
}

/** Throws Conflict when the folder is a project already. */
export function assertNoProject(dir: string): void {
  if (!existsSync(join(dir, 'winback.yml'))) return
  throw new Conflict(
    'init.exists',
    `${join(dir, 'winback.yml')} exists already`,
    'Edit it, or name another folder: winback init DIR.',
  )
}

/** Throws ConfigError when the text would not be accepted as winback.yml. */
export function checkConfigText(text: string): void {
  const checked = WinbackConfig.safeParse(parse(text))
  if (checked.success) return
  const issue = checked.error.issues[0]
  const key = String(issue?.path.at(-1) ?? 'winback.yml')
  throw new ConfigError('init.invalid', `${key}: ${issue?.message ?? 'is wrong'}`, `Correct --${key}.`)
}

/** Writes winback.yml, profiles.yml, .gitignore, an example audience and the folder of campaigns. Nothing is overwritten: a file that exists is kept, and .gitignore gets the lines it lacks. */
export async function writeProject(dir: string, config: string): Promise<WrittenProject> {
  assertNoProject(dir)
  checkConfigText(config)
  const result: WrittenProject = { written: [], kept: [] }
  for (const folder of ['', 'models-sql', 'campaigns']) await mkdir(join(dir, folder), { recursive: true })
  await copyNew(join(packageDir, 'dbt', 'profiles', 'profiles.yml'), dir, 'profiles.yml', result)
  await copyNew(join(packageDir, 'models-sql', EXAMPLE), dir, `models-sql/${EXAMPLE}`, result)
  await ignore(dir, result)
  // Last of all: with it the folder is a project.
  await writeFile(join(dir, 'winback.yml'), config, { flag: 'wx' })
  result.written.unshift('winback.yml')
  return result
}

const EXAMPLE = 'lapsed_vips.sql'
const ignored = ['.winback/', '.env', 'logs/', '*.duckdb', '*.duckdb.wal']

async function copyNew(from: string, dir: string, name: string, result: WrittenProject): Promise<void> {
  if (existsSync(join(dir, name))) {
    result.kept.push(name)
    return
  }
  await copyFile(from, join(dir, name), constants.COPYFILE_EXCL)
  result.written.push(name)
}

async function ignore(dir: string, result: WrittenProject): Promise<void> {
  const file = join(dir, '.gitignore')
  const text = existsSync(file) ? await readFile(file, 'utf8') : null
  const present = new Set((text ?? '').split(/\r?\n/).map(line => line.trim()))
  const missing = ignored.filter(line => !present.has(line))
  if (missing.length === 0) return
  const start = text === null || text === '' || text.endsWith('\n') ? '' : '\n'
  await appendFile(file, `${start}${missing.join('\n')}\n`)
  result.written.push('.gitignore')
}
