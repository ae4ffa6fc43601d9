import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Base, type Counts, copyShop, LIST, lasting, makeBase, oddNames, type Shop } from '../support/bad-input.ts'
import { badPlatforms, changedAudience, changedMembers } from '../support/bad-input-platform.ts'
import {
  ordersFile,
  type Refused,
  refusedAudiences,
  refusedConfig,
  refusedFiles,
  rejectedRecords,
} from '../support/bad-input-refused.ts'
import type { CliResult } from '../support/cli.ts'

// What bad input gets, by the real command line over one built shop: the exact words, the exit code, no row lost or gained, and a next
// run that succeeds. Each case breaks a copy of the shop; they run side by side.
const concurrent = { concurrent: true, timeout: 200_000 }
let base: Base

beforeAll(async () => {
  base = await makeBase()
}, 240_000)
afterAll(() => rm(base.dir, { recursive: true, force: true }))

async function inShop(work: (shop: Shop) => Promise<void>): Promise<void> {
  const shop = await copyShop(base)
  try {
    await work(shop)
  } finally {
    await shop.close()
    await rm(shop.dir, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** What a command printed, without the temporary folder, ids and durations. */
const words = (shop: Shop, text: string) =>
  text
    .replaceAll(shop.dir, 'SHOP')
    .replace(/lists\/\w+/g, 'lists/LIST')
    .replace(/\d+\.\d s/g, 'N s')

const putBack = (shop: Shop, file: string) => cp(join(base.dir, file), shop.file(file))

async function succeeds(command: Promise<CliResult>): Promise<void> {
  const { exitCode, stdout, stderr } = await command
  expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: '' })
}

const plus = (counts: Counts, more: Counts): Counts => ({
  ...counts,
  ...Object.fromEntries(Object.entries(more).map(([table, n]) => [table, (counts[table] ?? 0) + n])),
})

describe('odd but good input', concurrent, () => {
  it('arrives at the platform as it stands in the files', () =>
    inShop(async shop => {
      const platform = await shop.platform()
      const names = Object.fromEntries(platform.members(LIST).map(one => [one.externalId, one.firstName]))
      expect(names).toMatchObject(oddNames)
    }))

  it('keeps customers without orders, orders without customers, and the same order line twice', () =>
    inShop(async shop => {
      const query = `select customer_id, order_count, days_since_order from {{ ref('customers') }} where customer_id in ('alone', 'ghost')
        union all select order_id, cast(quantity as bigint), null from {{ ref('order_lines') }}
        union all select order_id, null, null from {{ ref('orders') }} where customer_id is null order by 1`
      const shown = await shop.run('show', '--inline', query, '--json')
      expect(JSON.parse(shown.stdout).rows).toEqual([
        { customer_id: 'alone', order_count: 0, days_since_order: null },
        { customer_id: 'ghost', order_count: 1, days_since_order: 524 }, // 2025-01-02 to 2026-06-10
        { customer_id: 'o1', order_count: 1, days_since_order: null },
        { customer_id: 'o1', order_count: 1, days_since_order: null },
        { customer_id: 'on', order_count: null, days_since_order: null },
      ])
    }))
})

const tables: readonly [string, readonly Refused[]][] = [
  ['an import', refusedFiles],
  ['a project', refusedConfig],
  ['an audience', refusedAudiences],
]
for (const [what, rows] of tables) {
  describe(`${what} that is wrong as a whole`, concurrent, () => {
    it.each(rows)('is refused for $name, and changes nothing', ({ spoil, file, command, exitCode = 2, says }) =>
      inShop(async shop => {
        const before = await shop.counts()
        await spoil(shop)
        const { stdout, stderr, ...ended } = await shop.run(...command)
        expect({ ...ended, stdout, stderr: words(shop, stderr) }).toEqual({ exitCode, stdout: '', stderr: says })
        expect(await shop.counts()).toEqual(before)
        await putBack(shop, file)
        await succeeds(shop.run(...(file.endsWith('.yml') ? ['vars'] : command)))
        expect(lasting(await shop.counts())).toEqual(lasting(before))
      }),
    )
  })
}

describe('records that cannot be read', concurrent, () => {
  it.each(rejectedRecords)('are counted and named: $name', ({ records, exitCode, rows, reasons }) =>
    inShop(async shop => {
      const before = await shop.counts()
      await shop.write('data/orders.csv', ordersFile(records))
      const bad = await shop.run('import')
      expect(bad.exitCode).toBe(exitCode)
      const table = bad.stdout.slice(bad.stdout.indexOf('\nrejected ')).trim().split('\n').slice(2)
      expect(table.map(line => line.trim().replace(/ {2,}/g, ' '))).toEqual(reasons)
      const empty = '! data/orders.csv: every record was rejected, so csv_orders has nothing of it.'
      const where = 'Each of them: table winback_raw.rejects of .winback/raw.duckdb'
      expect(bad.stderr).toBe(exitCode === 0 ? where : `${where}\n${empty}`)
      const rejected = records.length - rows
      expect(await shop.counts()).toEqual({ ...before, 'raw.csv_orders': rows, 'raw.rejects': rejected })
      await putBack(shop, 'data/orders.csv')
      await succeeds(shop.run('import'))
      expect(await shop.counts()).toEqual(before)
    }),
  )
})

describe('a platform that', concurrent, () => {
  it.each(badPlatforms)('$name', ({ fault, platform: options, exitCode, says, adds }) =>
    inShop(async shop => {
      const platform = await shop.platform(options)
      if (fault !== null) platform.faults.add(fault)
      await shop.write('models-sql/lapsed.sql', changedAudience)
      const before = await shop.counts()
      const { stdout, stderr, ...ended } = await shop.run('sync', 'lapsed')
      expect({ ...ended, stdout: words(shop, stdout), stderr }).toEqual({ exitCode, stdout: says, stderr: '' })
      expect(lasting(await shop.counts())).toEqual(plus(lasting(before), adds))

      platform.faults.clear()
      if (options !== undefined) await platform.stop()
      const good = options === undefined ? platform : await shop.platform()
      await succeeds(shop.run('sync', 'lapsed'))
      expect([...good.membership(LIST)].sort()).toEqual(changedMembers)
    }),
  )

  it('refuses half a batch', () =>
    inShop(async shop => {
      const platform = await shop.platform()
      platform.faults.add({ kind: 'half_refused', operation: 'bulk_import_profiles', times: 1 })
      await shop.write('models-sql/lapsed.sql', changedAudience)
      const before = await shop.counts()
      const partial = await shop.run('sync', 'lapsed')
      expect(partial).toMatchObject({ exitCode: 0, stderr: '' })
      const said =
        /^! klaviyo: partial, (\d+) added or updated, 12 removed, (\d+) refused .*\n {2}The platform refused some members\n/
      const [accepted = 0, refused = 0] = (said.exec(partial.stdout) ?? []).slice(1).map(Number)
      expect(accepted + refused).toBe(11)
      expect(platform.membership(LIST).size).toBe(2 + accepted)
      const adds = {
        'ledger.plans': 2,
        'app.sync_batches': 2,
        'ledger.ledger': 12 + 11,
        'app.sync_rejections': refused,
      }
      expect(lasting(await shop.counts())).toEqual(plus(lasting(before), adds))
      await succeeds(shop.run('sync', 'lapsed'))
      expect([...platform.membership(LIST)].sort()).toEqual(changedMembers)
    }))
})
