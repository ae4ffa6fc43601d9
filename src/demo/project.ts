import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError } from '../../sync/index.ts'
import { packageDir } from '../config/project.ts'
import { type DemoOptions, type DemoProgress, readProgress, writeProgress } from './progress.ts'

/** The files of the project folder and where each comes from. */
const templates: readonly [to: string, from: string][] = [
  ['winback.yml', 'src/demo/project/winback.yml'],
  ['models-sql/quiet_since_august.sql', 'src/demo/project/models-sql/quiet_since_august.sql'],
  ['campaigns/autumn.yml', 'src/demo/project/campaigns/autumn.yml'],
  ['profiles.yml', 'dbt/profiles/profiles.yml'],
  ['data/ATTRIBUTION.md', 'src/demo/data/ATTRIBUTION.md'],
]

/** Hours after which an unfinished demo is started anew: its build and import would count as stale (guards of docs/config.md). */
const STALE_HOURS = 24

/** Where the demo notes how far it came. */
export const progressFile = (dir: string) => join(dir, '.winback', 'demo.json')

/** Held while a demo works in the folder. */
export const lockFile = (dir: string) => join(dir, '.winback', 'demo.lock')

/** Where the stand-in platform keeps its lists between two runs. */
export const platformFile = (dir: string) => join(dir, '.winback', 'sandbox-klaviyo.jsonl')

/** Throws ConfigError when the folder holds something else than a demo, or a demo with other options; touches nothing. */
export function checkFolder(dir: string, options: DemoOptions, o: { fresh: boolean }): void {
  const known = readProgress(progressFile(dir))
  if (known === null && !isVacant(dir))
    throw new ConfigError(
      'demo.folder',
      `${dir} is not empty and no demo of ours`,
      'Name another folder: winback demo DIR.',
    )
  if (known !== null && !o.fresh && (known.options.p !== options.p || known.options.salt !== options.salt)) {
    throw new ConfigError(
      'demo.options',
      `The demo in ${dir} has --p ${known.options.p} --salt ${known.options.salt}`,
      'Add --fresh to start it anew with other options, or name another folder.',
    )
  }
}

/**
 * Makes the project folder, or finds the demo that was begun there. Safe when killed: until the first step is done the folder is made from nothing again.
 */
export function openDemo(dir: string, options: DemoOptions, o: { fresh: boolean; now: Date }): DemoProgress {
  const known = readProgress(progressFile(dir))
  const goesOn = known !== null && !o.fresh && !isStale(known, o.now)
  const progress = goesOn ? known : { version: 1 as const, options, startedAt: o.now.toISOString(), steps: {} }
  if (progress.steps[firstStep] === undefined) {
    writeProgress(progressFile(dir), progress)
    clear(dir)
    for (const [to, from] of templates) {
      const text = readFileSync(join(packageDir, from), 'utf8').replace('salt: "SALT"', `salt: "${options.salt}"`)
      write(join(dir, to), text)
    }
    write(join(dir, '.gitignore'), '.winback/\n.env\n')
  }
  return progress
}

/** The steps in order; each is noted when it is done. */
export const steps = [
  'history',
  'import',
  'build',
  'launch',
  'weeks',
  'import_again',
  'build_again',
  'sync_again',
] as const
export type Step = (typeof steps)[number]
const firstStep: Step = steps[0]
const lastStep: Step = 'sync_again'

/** Tells the project where its stand-in platform listens; the names are the demo's own, so that no real key is ever read. */
export function writeEnv(dir: string, platform: { endpoint: string; apiKey: string }): void {
  const lines = [`WINBACK_DEMO_KLAVIYO_ENDPOINT=${platform.endpoint}`, `WINBACK_DEMO_KLAVIYO_KEY=${platform.apiKey}`]
  write(join(dir, '.env'), `# The stand-in on this machine; nothing here is secret.\n${lines.join('\n')}\n`)
}

function isStale(progress: DemoProgress, now: Date): boolean {
  const hours = (now.getTime() - Date.parse(progress.startedAt)) / 3_600_000
  return progress.steps[lastStep] === undefined && hours > STALE_HOURS
}

/** Missing, empty, or with nothing but what a demo leaves that was killed before its first note. */
function isVacant(dir: string): boolean {
  const inside = (folder: string) => (existsSync(folder) ? readdirSync(folder) : [])
  return inside(dir).every(name => name === '.winback') && inside(join(dir, '.winback')).every(isKept)
}

/** Removes what the demo made and nothing that a person added; its note of progress and its lock stay. */
function clear(dir: string): void {
  for (const name of [...templates.map(([to]) => to), '.env', '.gitignore', 'data'])
    rmSync(join(dir, name), { recursive: true, force: true })
  const state = join(dir, '.winback')
  for (const name of readdirSync(state)) if (!isKept(name)) rmSync(join(state, name), { recursive: true, force: true })
}

const isKept = (name: string) => name.startsWith('demo.')

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
