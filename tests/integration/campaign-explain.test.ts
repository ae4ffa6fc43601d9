import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CampaignFile } from '../../src/campaigns/campaign.ts'
import { explainCustomer } from '../../src/campaigns/explain.ts'
import { createCampaignFile } from '../../src/campaigns/files.ts'
import { launchCampaign } from '../../src/campaigns/launch.ts'
import type { Project } from '../../src/config/project.ts'
import { closeAppDb, openAppDb } from '../../src/db/client.ts'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { inLedger, suppressIn } from '../support/campaign-ledger.ts'
import { acme, isHeldOut, reachable, salt, share } from '../support/campaign-people.ts'
import { createCampaignProject, writeSmallBuild } from '../support/campaign-project.ts'

const follow = { signal: new AbortController().signal }
let project: Project
let sandbox: SandboxKlaviyo

beforeAll(async () => {
  sandbox = await startKlaviyo({ quotas: false, jobs: { queuedMs: 0, processingMs: 0 } })
  project = createCampaignProject({ acme: sandbox.endpoint, zen: sandbox.endpoint })
  await writeSmallBuild(project, { asOf: '2026-10-01', people: acme })
  const file = { label: 'Autumn', audience: 'lapsed', destinations: ['klaviyo'], holdout: { share, salt } }
  await createCampaignFile(project, 'acme', 'autumn', CampaignFile.parse(file))
  await suppressIn(project, 'acme', 'acme12@example.com')
  await launchCampaign(project, 'acme', 'autumn', follow)
})
afterAll(async () => {
  await closeAppDb(project.paths)
  await sandbox.stop()
})

describe('explain', () => {
  const out = reachable.filter(id => !isHeldOut(id))[0] ?? ''
  const held = reachable.filter(isHeldOut)[0] ?? ''
  // Not selected and never sent: only what the test writes stands in the ledger.
  const moved = '39'
  it.each<[string, string, string, string]>([
    ['someone on the list', out, 'in', 'In: on the list.'],
    ['someone held out', held, 'held out', 'Held out: gets nothing, so that the effect can be measured.'],
    ['someone without an identity', '7', 'out', 'no e-mail or phone'],
    ['someone with a malformed address', '8', 'out', 'malformed_email'],
    ['someone never asked', '9', 'out', 'may not be reached by email: no statement, policy opt_in'],
    ['someone who said no', '11', 'out', 'denied on 2026-01-02 03:04 UTC'],
    ['someone suppressed', '12', 'out', 'suppressed for email since 2026-09-01 10:00 UTC (asked by phone)'],
    ['someone not selected', '40', 'out', 'not selected by the audience lapsed'],
  ])('tells why of %s', async (_, id, outcome, text) => {
    const told = await explainCustomer(project, 'acme', id, 'autumn', follow)
    expect(told.outcome).toBe(outcome)
    expect([told.sentence, ...told.steps.map(step => step.text)].join('\n')).toContain(text)
    expect(JSON.stringify(told)).not.toContain('@')
  })

  it('shows bucket and threshold', async () => {
    const told = await explainCustomer(project, 'acme', held, 'autumn', follow)
    const hex = createHash('sha256').update(`holdout:v1:${salt}|${held}`).digest('hex').slice(0, 8)
    const bucket = Number(BigInt(`0x${hex}`) % 10_000n)
    expect(told.steps.find(step => step.step === 'assigned')?.text).toBe(
      `in holdout since 2026-10-01: bucket ${bucket} of salt ${salt}, held out below 3000`,
    )
  })

  it('leaves no trace of the customer in the history of runs', async () => {
    await explainCustomer(project, 'acme', held, 'autumn', follow)
    const db = await openAppDb(project.paths)
    const rows = await db('runs').where({ kind: 'plan' }).select('input', 'result')
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) {
      expect(row.result).toBe('null')
      expect(row.input).not.toContain('customer')
    }
  })

  it('says someone is on the list whose old address left after the new one came', async () => {
    // Two entries of one customer: the new address was sent in run 5, the old one removed in run 6.
    const id = "(select min(sync_id) from ledger.winback_sync.ledger where kind = 'sent')"
    const add = (run: number, key: number, kind: string) =>
      inLedger(
        project,
        `insert into ledger.winback_sync.ledger (brand, sync_id, run_no, seq, step, entry_key, customer_id, kind, recorded_at)
          select 'acme', ${id}, ${run}, 0, 0, ${key}, '${moved}', '${kind}', timestamp '2026-10-02 10:00:00'`,
      )
    await add(4, 1, 'sent')
    await add(5, 2, 'sent')
    await add(6, 1, 'removed')
    const told = await explainCustomer(project, 'acme', moved, 'autumn', follow)
    expect(told.steps.find(step => step.step === 'listed')).toMatchObject({
      ok: true,
      text: 'on the list at klaviyo (run 5, 2026-10-02 10:00 UTC)',
    })
  })

  it('does not know a stranger', async () => {
    await expect(explainCustomer(project, 'acme', 'nobody', 'autumn', follow)).rejects.toMatchObject({
      code: 'customer.unknown',
      exitCode: 1,
    })
  })
})
