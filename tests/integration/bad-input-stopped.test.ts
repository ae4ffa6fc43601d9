import { existsSync, readdirSync } from 'node:fs'
import { chmod, cp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AS_OF, type Base, copyShop, LIST, lasting, makeBase, type Shop } from '../support/bad-input.ts'
import { copyProgram, isHeld, mountTiny, resizeTiny, until, watch } from '../support/bad-input-machine.ts'
import { changedAudience, changedMembers } from '../support/bad-input-platform.ts'
import { ordersFile } from '../support/bad-input-refused.ts'

// Work that breaks or is stopped midway, by the real command line: what it says, that nothing is lost, and that the next run succeeds.
const concurrent = { concurrent: true, timeout: 240_000 }
const tiny = await mountTiny()
let base: Base

beforeAll(async () => {
  base = await makeBase()
}, 240_000)
afterAll(async () => {
  await rm(base.dir, { recursive: true, force: true })
  if (tiny === null) return
  await execa('umount', ['-l', tiny], { reject: false })
  await rm(tiny, { recursive: true, force: true })
})

async function inShop(work: (shop: Shop) => Promise<void>, parent?: string): Promise<void> {
  const shop = await copyShop(base, parent)
  try {
    await work(shop)
  } finally {
    await shop.close()
    await rm(shop.dir, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function succeeds(shop: Shop, ...args: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await shop.run(...args)
  expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0 })
}

const waiting = (kind: string) => new RegExp(`^waiting for ${kind} run_\\w+ \\(pid \\d+\\) to end\\n$`)
const buildOf = ['build', '--as-of', AS_OF, '--select']

describe('a build that breaks', concurrent, () => {
  it('blocks the sync and says why, until a build passes; without consents nobody is reached', () =>
    inShop(async shop => {
      await shop.platform()
      const before = await shop.counts()
      const model = "{{ config(contract={'enforced': false}) }}\nselect cast('soon' as date) as broken_on\n"
      await shop.write('dbt/models/marts/broken.sql', model)
      const failed = await shop.run(...buildOf, 'broken')
      const why = 'model broken (models/marts/broken.sql:2) failed: Conversion Error: invalid date field format: "soon"'
      expect(failed.exitCode).toBe(1)
      expect(failed.stdout).toContain(`✗ ${why}`)
      expect(failed.stdout).toMatch(
        /\nThe last good build is still in place; syncs are blocked until a build passes\.$/,
      )
      const blocked = await shop.run('sync', 'lapsed')
      expect(blocked).toMatchObject({ exitCode: 1, stderr: '' })
      expect(blocked.stdout).toContain('✗ klaviyo: blocked, 0 added or updated, 0 removed (0 requests, ')
      expect(blocked.stdout).toContain(`\n  The last build failed: broken: ${why}`)
      expect(blocked.stdout).toMatch(/\n {2}Run `winback build`, then sync again\.$/)
      expect(await shop.counts()).toEqual(before)

      await rm(shop.file('dbt/models/marts/broken.sql'))
      await shop.write(
        'dbt/tests/nobody.sql',
        "select customer_id from {{ ref('customers') }} where customer_id = 'c1'",
      )
      const tested = await shop.run(...buildOf, 'nobody')
      expect(tested.exitCode).toBe(1)
      expect(tested.stdout).toMatch(
        /^✗ test nobody \(tests\/nobody\.sql\) failed: 1 row\n {2}See the rows: winback show nobody\n/,
      )
      const again = await shop.run('sync', 'lapsed')
      expect(again.exitCode).toBe(1)
      expect(again.stdout).toContain('  The last build failed: nobody: test nobody (tests/nobody.sql) failed: 1 row\n')
      expect(await shop.counts()).toEqual(before)

      await rm(shop.file('dbt/tests/nobody.sql'))
      await shop.edit('winback.yml', ', consents: data/consents.csv', '')
      await succeeds(shop, 'import')
      await succeeds(shop, ...buildOf, 'in_consents', 'customer_consents')
      const refused = await shop.run('sync', 'lapsed')
      expect(refused).toMatchObject({ exitCode: 1, stderr: '' })
      expect(refused.stdout).toMatch(
        /^✗ klaviyo: refused, .*\n {2}The audience is empty while 14 members are on the list\n/,
      )
      const create = [
        '--audience',
        'lapsed',
        '--to',
        'klaviyo',
        '--holdout',
        '0.2',
        '--salt',
        's',
        '--window-days',
        '28',
      ]
      await succeeds(shop, 'campaign', 'create', 'autumn', '--label', 'Autumn', ...create)
      const launched = await shop.run('campaign', 'launch', 'autumn', '--yes')
      expect(launched).toMatchObject({ exitCode: 1, stdout: '' })
      expect(launched.stderr).toBe(
        `✗ None of the 15 selected customers can be reached: no consents were imported for 'acme'
  Add a file to sources[].files.consents of winback.yml (customer_id, channel, state, captured_at; channel email, state granted), then \`winback import\` and \`winback build\`.`,
      )

      await cp(join(base.dir, 'winback.yml'), shop.file('winback.yml'))
      await succeeds(shop, 'import')
      await succeeds(shop, ...buildOf, 'in_consents', 'customer_consents')
      await succeeds(shop, 'sync', 'lapsed')
    }))

  it('says how to repair a dbt that is not there, or does not start', () =>
    inShop(async shop => {
      const before = await shop.counts()
      const dir = await copyProgram()
      const dbt = join(dir, '.venv', 'bin', 'dbt')
      const build = () =>
        execa(process.execPath, [join(dir, 'bin', 'winback.cjs'), '--project-dir', shop.dir, 'build'], {
          reject: false,
        })
      const repair = '  Run `npm start` to set it up again, or `winback doctor` to see what is missing.'
      const missing = await build()
      expect(missing).toMatchObject({ exitCode: 2, stdout: '' })
      expect(missing.stderr).toBe(`✗ dbt is not installed (looked for ${dbt})\n${repair}`)
      await writeFile(dbt, '#!/bin/sh\necho "dbt: bad interpreter" >&2\nexit 126\n')
      await chmod(dbt, 0o755)
      const broken = await build()
      expect(broken).toMatchObject({ exitCode: 2, stdout: '' })
      expect(broken.stderr).toBe(`✗ dbt does not start (${dbt}): dbt: bad interpreter\n${repair}`)
      expect(await shop.counts()).toEqual(before)
      await rm(dir, { recursive: true })
      await succeeds(shop, 'show', 'lapsed')
    }))
})

describe('Ctrl-C, and a second terminal meanwhile', concurrent, () => {
  it('in an import: the sync waits, readers do not, no row is lost', () =>
    inShop(async shop => {
      await shop.platform()
      const before = await shop.counts()
      const many = Array.from({ length: 250_000 }, (_, i) => `n${i},c${i % 100},2025-01-01 10:00:00,1.00,paid,GBP`)
      await shop.write('data/orders.csv', ordersFile(many))
      const first = watch(shop, 'import')
      await until('a segment', () => existsSync(shop.file('.winback', 'import')))
      const second = watch(shop, 'sync', 'lapsed')
      await until('the wait', () => second.said() !== '')
      first.child.kill('SIGINT')
      expect((await first.child).exitCode).toBe(130)
      expect(first.said()).toContain(
        '✗ The import was stopped: files that were done stay done, the others are as they were\n  Import again: it goes on with the files that are left.\n',
      )
      expect((await second.child).exitCode).toBe(0)
      expect(second.said()).toMatch(waiting('import'))
      expect(await shop.counts()).toEqual(before)
      await cp(join(base.dir, 'data/orders.csv'), shop.file('data/orders.csv'))
      await succeeds(shop, 'import')
    }))

  it('in a build: the import waits, readers see the last good build, dbt is gone', () =>
    inShop(async shop => {
      const before = await shop.counts()
      const first = watch(shop, ...buildOf, 'customers')
      await until('the copy', () => readdirSync(shop.file('.winback', 'build')).length > 0)
      const second = watch(shop, 'import')
      const reader = shop.run('show', 'lapsed', '--json')
      await until('the wait', () => second.said() !== '')
      await sleep(1_000)
      first.child.kill('SIGINT')
      expect((await first.child).exitCode).toBe(130)
      expect(first.said()).toContain('✗ dbt was stopped; the last good build is still in place\n')
      expect((await second.child).exitCode).toBe(0)
      expect(second.said()).toMatch(waiting('build'))
      expect(JSON.parse((await reader).stdout).total).toBe(15)
      expect(await readdir(shop.file('.winback', 'build'))).toEqual([])
      expect(await shop.counts()).toEqual(before)
      await succeeds(shop, ...buildOf, 'build_info')
    }))

  it('in a sync: what was sent is written down, and the next run sends the rest', () =>
    inShop(async shop => {
      const gate = Promise.withResolvers<void>()
      const platform = await shop.platform({ sleep: () => gate.promise })
      await shop.write('models-sql/lapsed.sql', changedAudience)
      platform.faults.add({ kind: 'slow', operation: 'remove_profiles_from_list', times: 1 })
      const before = await shop.counts()
      const first = watch(shop, 'sync', 'lapsed')
      await until('the removal', () => (platform.faults.list()[0]?.struck ?? 0) > 0)
      const second = watch(shop, 'import')
      expect((await shop.run('show', 'lapsed')).exitCode).toBe(0)
      await until('the wait', () => second.said() !== '')
      first.child.kill('SIGINT')
      await sleep(200)
      gate.resolve()
      expect((await first.child).exitCode).toBe(130)
      expect(first.said()).toContain(
        '✗ The sync was stopped; what was sent is written down\n  Run it again: it goes on where it was.\n',
      )
      expect((await second.child).exitCode).toBe(0)
      expect(second.said()).toMatch(waiting('sync'))
      expect((await shop.counts())['ledger.ledger']).toBe((before['ledger.ledger'] ?? 0) + 12) // the removals alone
      await succeeds(shop, 'sync', 'lapsed')
      expect([...platform.membership(LIST)].sort()).toEqual(changedMembers)
    }))

  it('in a sync to a platform that is down: nothing changed, and it goes on when the platform is back', () =>
    inShop(async shop => {
      const platform = await shop.platform()
      await platform.down()
      await shop.write('models-sql/lapsed.sql', changedAudience)
      const before = await shop.counts()
      const first = watch(shop, 'sync', 'lapsed')
      await until('the run', () => isHeld(shop))
      await sleep(1_000)
      first.child.kill('SIGINT')
      expect((await first.child).exitCode).toBe(130)
      expect(lasting(await shop.counts())).toEqual(lasting(before))
      const second = watch(shop, 'sync', 'lapsed')
      await until('the run', () => isHeld(shop))
      await sleep(1_000)
      await platform.up()
      expect((await second.child).exitCode).toBe(0)
      expect([...platform.membership(LIST)].sort()).toEqual(changedMembers)
    }))
})

describe.skipIf(tiny === null)('a disk that is full', { timeout: 240_000 }, () => {
  it('during a build or an import loses nothing', () =>
    inShop(async shop => {
      const before = await shop.counts()
      await resizeTiny(tiny ?? '', 3_000_000)
      const build = await shop.run('build', '--as-of', AS_OF)
      expect(build).toMatchObject({ exitCode: 1, stdout: '' })
      expect(build.stderr).toBe(
        '✗ The disk is full: the build was thrown away, the last good one is still in place\n  A build needs free space of about twice the warehouse file. Free some and build again.',
      )
      expect(await readdir(shop.file('.winback', 'build'))).toEqual([])
      await resizeTiny(tiny ?? '', 30_000_000)
      const many = Array.from({ length: 300_000 }, (_, i) => `n${i},c${i % 100},2025-01-01 10:00:00,1.00,paid,GBP`)
      await shop.write('data/orders.csv', ordersFile(many))
      await resizeTiny(tiny ?? '', 3_000_000)
      const full = await shop.run('import')
      expect(full).toMatchObject({ exitCode: 1, stdout: '' })
      expect(full.stderr).toBe(
        '✗ The disk is full\n  Free some space and import again; the raw tables are as they were.',
      )
      await resizeTiny(tiny ?? '', 60_000_000)
      expect(await shop.counts()).toEqual(before)
      await succeeds(shop, 'import')
      expect((await shop.counts())['raw.csv_orders']).toBe(300_000)
    }, tiny ?? undefined))
})
