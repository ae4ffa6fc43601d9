import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { execa } from 'execa'
import type { Shop } from './bad-input.ts'
import { root } from './cli.ts'

/** Waits until `holds`, at most 40 s. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (holds()) return
    await sleep(20)
  }
  throw new Error(`${what} did not come about`)
}

/** A command whose stderr can be watched while it runs. */
export function watch(shop: Shop, ...args: string[]) {
  const child = shop.start(...args)
  let said = ''
  child.stderr.on('data', chunk => {
    said += String(chunk)
  })
  return { child, said: () => said }
}

/** True while a run of the shop holds its lease. */
export function isHeld(shop: Shop): boolean {
  const app = new Database(shop.file('.winback', 'app.sqlite'), { readonly: true })
  const lease = app.prepare<[], { holder: string | null }>('select holder from leases').get()
  app.close()
  return typeof lease?.holder === 'string'
}

/** A small file system, or null where mounting is not allowed. */
export async function mountTiny(): Promise<string | null> {
  const dir = await mkdtemp(join(tmpdir(), 'winback-bad-input-disk-'))
  const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'tmpfs', dir], { reject: false })
  if (!mounted.failed) return dir
  await rm(dir, { recursive: true })
  return null
}

/** Leaves `free` bytes free on that file system. */
export async function resizeTiny(tiny: string, free: number): Promise<void> {
  const { stdout } = await execa('df', ['--output=used', '-B1', tiny])
  const size = Number(stdout.split('\n')[1]) + free
  await execa('mount', ['-o', `remount,size=${Math.ceil(size / 4096) * 4096}`, tiny])
}

/** The program as installed elsewhere, set up but for dbt itself. */
export async function copyProgram(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'winback-bad-input-program-'))
  for (const part of ['bin', 'scripts', 'src', 'sync', 'package.json', 'package-lock.json'])
    await cp(join(root, part), join(dir, part), { recursive: true })
  for (const part of ['node_modules', 'dbt', 'models-sql']) await symlink(join(root, part), join(dir, part))
  await mkdir(join(dir, '.venv', 'bin'), { recursive: true })
  for (const part of ['lib', 'pyvenv.cfg', 'bin/python'])
    await symlink(join(root, '.venv', part), join(dir, '.venv', part))
  const stamp = join(dir, 'scripts', 'setup', 'stamp.cjs')
  await execa(process.execPath, ['-e', `require(${JSON.stringify(stamp)}).writeStamp('dbt')`])
  return dir
}
