import { copyFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fault, type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { cliJson, root, startCli } from '../support/cli.ts'
import { expectedMembers } from '../support/expected-members.ts'
import { writeGeneratedShop } from '../support/generated-shop.ts'

// Real worker processes, killed by SIGKILL while a request of theirs is open: before the platform applied it, or after.
// The list then has to become what an independent query says, whatever was in flight.
const CUSTOMERS = 6_000
const SALT = 'kill_test'
const SHARE = 0.1
const before = '2026-06-10'
const after = '2026-06-20'
const env = { KLAVIYO_API_KEY: 'pk_sandbox' }

let sandbox: SandboxKlaviyo
let dir: string
const at = (...path: string[]) => join(dir, '.winback', ...path)
const winback = (...args: string[]) => cliJson<Record<string, unknown>>(['--project-dir', dir, ...args], { env })

/** Puts one of the two builds in place, as a build between two syncs would. */
function install(asOf: string): void {
  for (const name of ['warehouse.duckdb', 'last-build.json']) copyFileSync(at(`${asOf}.${name}`), at(name))
}

beforeAll(async () => {
  sandbox = await startKlaviyo({ quotas: false, jobs: { queuedMs: 10, processingMs: 10 } })
  dir = mkdtempSync(join(tmpdir(), 'winback-kill-'))
  writeGeneratedShop(dir, { customers: CUSTOMERS, endpoint: sandbox.endpoint })
  copyFileSync(join(root, 'dbt', 'profiles', 'profiles.yml'), join(dir, 'profiles.yml'))
  expect((await winback('import')).exitCode).toBe(0)
  for (const asOf of [after, before]) {
    expect((await winback('build', '--as-of', asOf)).exitCode).toBe(0)
    for (const name of ['warehouse.duckdb', 'last-build.json']) copyFileSync(at(name), at(`${asOf}.${name}`))
  }
}, 240_000)

afterAll(async () => {
  await sandbox?.stop()
})

/** A repeatable draw in 0..n-1 (mulberry32), so that a failure names its seed. */
function draw(seed: number, n: number): number {
  let t = (seed * 0x6d2b79f5) | 0
  t = Math.imul(t ^ (t >>> 15), t | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) % n
}

async function newCampaign(slug: string): Promise<void> {
  const made = await winback(
    'campaign',
    'create',
    slug,
    '--label',
    slug,
    '--audience',
    'lapsed',
    '--to',
    'klaviyo',
    '--holdout',
    `${SHARE}`,
    '--salt',
    SALT,
    '--window-days',
    '28',
  )
  expect(made.exitCode).toBe(0)
}

/** Runs a command until the platform has `fault` in hand, kills the process, and says whether the fault struck before it ended. */
async function killDuring(args: string[], fault: Fault): Promise<boolean> {
  const id = sandbox.faults.add(fault)
  const child = startCli(['--project-dir', dir, ...args], { env })
  let ended = false
  child.finally(() => {
    ended = true
  })
  const struck = () => (sandbox.faults.list().find(f => f.id === id)?.struck ?? 0) > 0
  while (!struck() && !ended) await new Promise(resolve => setTimeout(resolve, 5))
  child.kill('SIGKILL')
  const hit = struck()
  await child
  sandbox.faults.clear()
  return hit
}

/** I1: with no more faults, at most two runs bring the list to what the query says. */
async function converges(slug: string, asOf: string): Promise<void> {
  const expected = await expectedMembers(at('raw.duckdb'), { asOf, salt: SALT, share: SHARE })
  const list = `Winback – ${slug}`
  for (let run = 1; run <= 2; run++) {
    const sync = await winback('sync', slug)
    expect(sync, sync.stderr).toMatchObject({ exitCode: 0 })
    const members = sandbox.membership(list)
    if (members.size === expected.size && [...expected].every(id => members.has(id))) return
  }
  const members = sandbox.membership(list)
  const missing = [...expected].filter(id => !members.has(id)).length
  const extra = [...members].filter(id => !expected.has(id)).length
  expect({ list, missing, extra }).toEqual({ list, missing: 0, extra: 0 })
}

describe('a worker killed by SIGKILL while a request is open', () => {
  it('leaves a first launch that the next sync completes, whichever request it was', { timeout: 120_000 }, async () => {
    install(before)
    for (const [i, fault] of (
      [
        { kind: 'hang', operation: 'create_list' },
        { kind: 'late_apply', operation: 'create_list', delayMs: 0, reply: 'hang' },
        { kind: 'hang', operation: 'bulk_import_profiles' },
        { kind: 'late_apply', operation: 'bulk_import_profiles', delayMs: 0, reply: 'hang' },
      ] as Fault[]
    ).entries()) {
      const slug = `first_${i}`
      await newCampaign(slug)
      await killDuring(['campaign', 'launch', slug, '--yes'], { ...fault, nth: 1 })
      await converges(slug, before)
    }
  })

  it('loses nothing at the edge of any phase', { timeout: 240_000 }, async () => {
    install(before)
    await newCampaign('edges')
    expect((await winback('campaign', 'launch', 'edges', '--yes')).exitCode).toBe(0)
    const phases = ['recover', 'preflight', 'plan', 'guard', 'mark', 'push', 'settle', 'acknowledge', 'reconcile']
    for (const [i, phase] of phases.entries()) {
      const asOf = i % 2 === 0 ? after : before
      install(asOf)
      const program = join(root, 'tests', 'support', 'sync-then-die.ts')
      const died = await execa(process.execPath, [program, dir, 'edges', phase], { reject: false, env })
      expect({ phase, signal: died.signal }, died.stderr).toEqual({ phase, signal: 'SIGKILL' })
      await converges('edges', asOf)
    }
  })

  it('never loses a removal or an addition over 20 seeded instants', { timeout: 240_000 }, async () => {
    install(before)
    await newCampaign('autumn')
    expect((await winback('campaign', 'launch', 'autumn', '--yes')).exitCode).toBe(0)
    await converges('autumn', before)
    let struck = 0
    for (let seed = 1; seed <= 20; seed++) {
      const asOf = seed % 2 === 1 ? after : before // buyers leave, then (a build of the day before) they are back
      install(asOf)
      const applied = draw(seed, 2) === 1
      const fault = {
        kind: applied ? 'late_apply' : 'hang',
        operation: [
          'get_profiles',
          'remove_profiles_from_list',
          'bulk_import_profiles',
          'get_bulk_import_profiles_job',
        ],
        nth: 1 + draw(seed + 100, asOf === after ? 9 : 2), // 6 look-ups, 1 removal, 1 import and its polls; or import and polls
        ...(applied && { delayMs: 0, reply: 'hang' }),
      } as Fault
      if (await killDuring(['sync', 'autumn'], fault)) struck++
      await converges('autumn', asOf)
    }
    expect(struck).toBeGreaterThanOrEqual(15) // else the test killed nothing
  })
})
