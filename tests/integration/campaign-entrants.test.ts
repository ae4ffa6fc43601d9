import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CampaignFile } from '../../src/campaigns/campaign.ts'
import { createCampaignFile } from '../../src/campaigns/files.ts'
import { launchCampaign, syncCampaign } from '../../src/campaigns/launch.ts'
import { pauseCampaign } from '../../src/campaigns/stop.ts'
import type { Project } from '../../src/config/project.ts'
import { closeAppDb, openAppDb } from '../../src/db/client.ts'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { inLedger } from '../support/campaign-ledger.ts'
import { range } from '../support/campaign-people.ts'
import { createCampaignProject, type Person, writeSmallBuild } from '../support/campaign-project.ts'

const follow = { signal: new AbortController().signal }
const lapsed = (ids: string[], more: Partial<Person> = {}): Person[] => ids.map(id => ({ brand: 'acme', id, ...more }))
let project: Project
let sandbox: SandboxKlaviyo
let second: SandboxKlaviyo

beforeAll(async () => {
  sandbox = await startKlaviyo({ quotas: false, jobs: { queuedMs: 0, processingMs: 0 } })
  second = await startKlaviyo({ quotas: false, jobs: { queuedMs: 0, processingMs: 0 } })
  project = createCampaignProject(
    { acme: sandbox.endpoint, zen: sandbox.endpoint },
    { more: { second: second.endpoint } },
  )
})
afterAll(async () => {
  await closeAppDb(project.paths)
  await sandbox.stop()
  await second.stop()
})

const build = (people: Person[]) => writeSmallBuild(project, { asOf: '2026-10-01', people })
const start = async (slug: string, more: Record<string, unknown> = {}) => {
  const file = { id: `cmp_${slug}`, label: slug, audience: 'lapsed', destinations: ['klaviyo'], holdout: { share: 0 } }
  await createCampaignFile(project, 'acme', slug, CampaignFile.parse({ ...file, ...more }))
  await launchCampaign(project, 'acme', slug, follow)
}
const assigned = async (slug: string) =>
  (
    await inLedger(
      project,
      `select count(*)::int from ledger.winback_sync.assignments where campaign_id = 'cmp_${slug}'`,
    )
  )[0]?.[0]
const members = (slug: string) => sandbox.membership(`Winback – Acme – ${slug}`).size

describe('later entrants', () => {
  it('are not assigned by a plan that a brake refuses', async () => {
    await build(lapsed(range(1, 50)))
    await start('refused')
    // 60 of 120 without a valid address: more than 30 %, refused.
    await build([...lapsed(range(1, 60)), ...lapsed(range(61, 120), { email: 'nowhere', isValid: false })])
    const done = await syncCampaign(project, 'acme', 'refused', follow)
    expect(done).toMatchObject({
      assigned: 0,
      runs: [{ status: 'refused', reason: { code: 'plan.invalid_identifiers' } }],
    })
    expect(await assigned('refused')).toBe(50)
    expect(members('refused')).toBe(50)
  })

  it('wait for the approval of their plan, and come in with exactly that plan', async () => {
    await build(lapsed(range(1, 50)))
    await start('waiting')
    for (const _ of [2, 3]) await syncCampaign(project, 'acme', 'waiting', follow)
    // 100 to 50 after the third run: more than half, asks.
    await build(lapsed(range(1, 150)))
    const dry = await syncCampaign(project, 'acme', 'waiting', { ...follow, dryRun: true })
    const asked = await syncCampaign(project, 'acme', 'waiting', follow)
    expect(asked).toMatchObject({
      assigned: 0,
      runs: [{ status: 'awaiting_approval', reason: { code: 'plan.too_many_adds' }, card: { adds: 100 } }],
    })
    expect(asked.runs[0]?.planHash).toBe(dry.runs[0]?.planHash)
    expect(await assigned('waiting')).toBe(50)

    const wrong = await syncCampaign(project, 'acme', 'waiting', { ...follow, approve: '0'.repeat(32) })
    expect(wrong).toMatchObject({ assigned: 0, runs: [{ status: 'awaiting_approval' }] })
    expect(await assigned('waiting')).toBe(50)
    expect(members('waiting')).toBe(50)

    const given = await syncCampaign(project, 'acme', 'waiting', { ...follow, approve: asked.runs[0]?.planHash ?? '' })
    expect(given).toMatchObject({ assigned: 100, runs: [{ status: 'done', accepted: { upserts: 100 } }] })
    expect(given.runs[0]?.planHash).toBe(asked.runs[0]?.planHash)
    expect(members('waiting')).toBe(150)
  })

  it('wait for all destinations when one holds, which the others do not', async () => {
    await build(lapsed(range(1, 50)))
    await start('mixed', { destinations: ['klaviyo', 'second'] })
    // Three runs at klaviyo, one at second: the brake on additions begins after the third.
    for (const _ of [2, 3]) await syncCampaign(project, 'acme', 'mixed', { ...follow, to: 'klaviyo' })
    await build(lapsed(range(1, 150)))
    const asked = await syncCampaign(project, 'acme', 'mixed', follow)
    expect(asked).toMatchObject({
      assigned: 0,
      runs: [
        { destination: 'klaviyo', status: 'awaiting_approval', card: { adds: 100 } },
        { destination: 'second', status: 'done', card: { adds: 0, unchanged: 50 } },
      ],
    })
    const approve = asked.runs[0]?.planHash ?? ''
    const given = await syncCampaign(project, 'acme', 'mixed', { ...follow, to: 'klaviyo', approve })
    expect(given).toMatchObject({ assigned: 100, runs: [{ status: 'done', accepted: { upserts: 100 } }] })
    await syncCampaign(project, 'acme', 'mixed', follow)
    expect(second.membership('Winback – Acme – mixed').size).toBe(150)
  })

  it('come in after a crashed run was settled, in the same command', async () => {
    await build(lapsed(range(1, 50)))
    await start('crashed')
    await inLedger(
      project,
      `insert into ledger.winback_sync.plans select * replace (99 as run_no, null as acknowledged_at)
        from ledger.winback_sync.plans where plan_table like '%crashed%' limit 1`,
    )
    await build(lapsed(range(1, 60)))
    const done = await syncCampaign(project, 'acme', 'crashed', follow)
    expect(done.runs[0]?.recovered).toEqual([99])
    expect(done.assigned).toBe(10)
    expect(members('crashed')).toBe(60)
  })

  it('are looked at only when there are any', async () => {
    await build(lapsed(range(1, 50)))
    await start('quiet')
    const plans: string[] = []
    const onSync = (_: string, event: { phase: string }) => plans.push(event.phase)
    await syncCampaign(project, 'acme', 'quiet', { ...follow, onSync })
    expect(plans.filter(phase => phase === 'plan').length).toBe(1)
  })
})

describe('a launch whose plan asks for approval', () => {
  const twoBrakes = { destinations: ['klaviyo', 'second'] }

  it('assigns nobody until its hash is given', async () => {
    await build(lapsed(range(1, 50)))
    // An earlier life of the list at this destination: three runs and ten members, so that fifty more ask.
    await start('reborn', twoBrakes)
    for (const _ of [2, 3]) await syncCampaign(project, 'acme', 'reborn', follow)
    await inLedger(project, "delete from ledger.winback_sync.campaigns where campaign_id = 'cmp_reborn'")
    await inLedger(project, "delete from ledger.winback_sync.assignments where campaign_id = 'cmp_reborn'")
    await (await openAppDb(project.paths))('campaigns').where({ slug: 'reborn' }).delete()
    await build(lapsed(range(1, 150)))

    const refused = await launchCampaign(project, 'acme', 'reborn', follow).catch(error => error)
    expect(refused).toMatchObject({
      code: 'launch.needs_approval',
      message: 'Nothing was launched: the plan for klaviyo asks for approval (plan.too_many_adds)',
      exitCode: 1,
    })
    expect(await assigned('reborn')).toBe(0)
    await expect(syncCampaign(project, 'acme', 'reborn', follow)).rejects.toMatchObject({
      code: 'campaign.not_launched',
    })

    const hash = /--approve ([0-9a-f]+)/.exec(refused.hint)?.[1] ?? ''
    const done = await launchCampaign(project, 'acme', 'reborn', { ...follow, approve: hash })
    expect(done).toMatchObject({ assigned: 150, runs: [{ status: 'done' }, { status: 'done' }] })
    expect(members('reborn')).toBe(150)
  })
})

describe('a paused campaign', () => {
  it('goes on when everybody bought meanwhile', async () => {
    await build(lapsed(range(1, 5)))
    await start('bought')
    await pauseCampaign(project, 'acme', 'bought', '2026-10-02T00:00:00.000Z')
    await build(lapsed(range(1, 5), { away: 3 }))
    const done = await launchCampaign(project, 'acme', 'bought', follow)
    // Whether an empty audience may empty a list is the brake's to say; the campaign runs again.
    expect(done.runs[0]).toMatchObject({ status: 'refused', reason: { code: 'plan.empty_audience' } })
    await build(lapsed(range(1, 3)))
    expect(await syncCampaign(project, 'acme', 'bought', follow)).toMatchObject({ runs: [{ status: 'done' }] })
    expect(members('bought')).toBe(3)
  })
})
