import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CampaignFile } from '../../src/campaigns/campaign.ts'
import { createCampaignFile, getCampaignFile } from '../../src/campaigns/files.ts'
import { launchCampaign, syncCampaign } from '../../src/campaigns/launch.ts'
import { planCampaign } from '../../src/campaigns/plan.ts'
import type { Project } from '../../src/config/project.ts'
import { closeAppDb } from '../../src/db/client.ts'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { inLedger } from '../support/campaign-ledger.ts'
import { range } from '../support/campaign-people.ts'
import { createCampaignProject, type Person, writeSmallBuild } from '../support/campaign-project.ts'

const follow = { signal: new AbortController().signal }
const lapsed = (ids: string[]): Person[] => ids.map(id => ({ brand: 'acme', id }))
let project: Project
let sandbox: SandboxKlaviyo

beforeAll(async () => {
  sandbox = await startKlaviyo({ quotas: false, jobs: { queuedMs: 0, processingMs: 0 } })
  project = createCampaignProject({ acme: sandbox.endpoint, zen: sandbox.endpoint })
  await writeSmallBuild(project, { asOf: '2026-10-01', people: lapsed(range(1, 150)) })
})
afterAll(async () => {
  await closeAppDb(project.paths)
  await sandbox.stop()
})

const create = (slug: string, more: Record<string, unknown> = {}) =>
  createCampaignFile(
    project,
    'acme',
    slug,
    CampaignFile.parse({ label: slug, audience: 'lapsed', destinations: ['klaviyo'], ...more }),
  )

describe('approval', () => {
  it('is asked before a fifth of the list leaves, and given by the plan’s hash', async () => {
    await create('shrinking', { holdout: { share: 0, salt: 's' } })
    await launchCampaign(project, 'acme', 'shrinking', follow)
    await writeSmallBuild(project, {
      asOf: '2026-10-10',
      people: lapsed(range(1, 150)).map((p, i) => (i < 50 ? { ...p, away: 3 } : p)),
    })
    const asked = await syncCampaign(project, 'acme', 'shrinking', follow)
    expect(asked.runs[0]).toMatchObject({ status: 'awaiting_approval', reason: { code: 'plan.too_many_removes' } })
    expect(sandbox.membership('Winback – Acme – shrinking').size).toBe(150)
    const wrong = await syncCampaign(project, 'acme', 'shrinking', { ...follow, approve: '0'.repeat(32) })
    expect(wrong.runs[0]?.status).toBe('awaiting_approval')
    const given = await syncCampaign(project, 'acme', 'shrinking', {
      ...follow,
      approve: asked.runs[0]?.planHash ?? '',
    })
    expect(given.runs[0]).toMatchObject({ status: 'done', accepted: { upserts: 0, removes: 50 } })
    expect(sandbox.membership('Winback – Acme – shrinking').size).toBe(100)
    await writeSmallBuild(project, { asOf: '2026-10-01', people: lapsed(range(1, 150)) })
  })
})

describe('a launch', () => {
  const assigned = (slug: string) =>
    inLedger(project, `select count(*)::int from ledger.winback_sync.assignments where campaign_id = 'cmp_${slug}'`)

  it('assigns nobody when a brake refuses its plan', async () => {
    const twice = `/*\nlabel: Twice\n*/\nselect customer_id from {{ ref('customers') }} union all select '1' as customer_id from {{ ref('customers') }}`
    writeFileSync(join(project.dir, 'models-sql', 'twice.sql'), twice)
    await create('duplicated', { id: 'cmp_duplicated', audience: 'twice' })
    await expect(launchCampaign(project, 'acme', 'duplicated', follow)).rejects.toMatchObject({
      code: 'launch.refused',
      message: expect.stringContaining('plan.duplicate_customers'),
      exitCode: 1,
    })
    expect(await assigned('duplicated')).toEqual([[0]])
  })

  it('is delivered by the next sync when the platform refused the key', async () => {
    await create('later', { id: 'cmp_later', holdout: { share: 0, salt: 's' } })
    sandbox.faults.add({ kind: 'forbidden' })
    const done = await launchCampaign(project, 'acme', 'later', follow).finally(() => sandbox.faults.clear())
    expect(done.runs[0]?.status).toBe('blocked')
    expect(await assigned('later')).toEqual([[150]])
    const next = await syncCampaign(project, 'acme', 'later', follow)
    expect(next).toMatchObject({ assigned: 0, runs: [{ status: 'done' }] })
    expect(sandbox.membership('Winback – Acme – later').size).toBe(150)
  })
})

describe('treatment arms', () => {
  it('split evenly by a hash of their own and all get the list', async () => {
    await create('armed', { arms: ['blue', 'green'], holdout: { share: 0.2, salt: 'camp_armed' } })
    await launchCampaign(project, 'acme', 'armed', follow)
    const counts = await inLedger(
      project,
      "select arm, count(*)::int from ledger.winback_sync.assignments where campaign_id = (select campaign_id from ledger.winback_sync.campaigns where slug = 'armed') group by 1 order by 1",
    )
    const n = Object.fromEntries(counts) as Record<string, number>
    expect(Object.keys(n)).toEqual(['blue', 'green', 'holdout'])
    // 150 at 40 %, 40 %, 20 %: 60 ± 18 and 30 ± 14.7 at three standard deviations.
    expect(Math.abs((n.blue ?? 0) - 60)).toBeLessThan(18)
    expect(Math.abs((n.holdout ?? 0) - 30)).toBeLessThan(15)
    expect(sandbox.membership('Winback – Acme – armed').size).toBe((n.blue ?? 0) + (n.green ?? 0))
  })
})

describe('one list', () => {
  it.each([planCampaign, launchCampaign])(
    'has one owner: a second campaign of the same label is refused before anybody is assigned',
    async start => {
      await create('copy', { id: 'cmp_copy', label: 'shrinking' }).catch(() => {})
      await expect(start(project, 'acme', 'copy', follow)).rejects.toMatchObject({
        code: 'sync.list_owned',
        message: "The list 'Winback – Acme – shrinking' at klaviyo belongs to campaign 'shrinking'",
        exitCode: 1,
      })
      expect(
        await inLedger(
          project,
          "select count(*)::int from ledger.winback_sync.assignments where campaign_id = 'cmp_copy'",
        ),
      ).toEqual([[0]])
    },
  )
})

describe('the base rate', () => {
  it('is what people away as long, who bought as often, did a window earlier', async () => {
    // W = 28, D = 2026-10-01, so D − W = 2026-09-03. 100 people last ordered on 2026-06-23: 100 days away at D, 72 at D − W.
    // Alike in the past are those who were 90–119 days away at D − W with one day of orders: 40 more people, first order on 2026-05-26
    // (100 days before D − W); 10 of them ordered again on 2026-09-10. 10 of 40 = 25 %.
    const now = lapsed(range(1, 100))
    const past = range(201, 240).map((id): Person => ({ brand: 'acme', id, away: 128, consent: 'denied' }))
    const again = range(201, 210).map(id => ['acme', id, '2026-09-10'] as const)
    await writeSmallBuild(project, { asOf: '2026-10-01', people: [...now, ...past], orders: again })
    await create('powered', { holdout: { share: 0.5, salt: 'p' } })
    const plan = await planCampaign(project, 'acme', 'powered', follow)
    expect(plan.base).toEqual({ rate: 0.25, customers: 40, coverage: 1, reason: null })
    expect(plan.counts.population).toBe(100)
  })

  it('is null with a reason where the past holds nobody alike', async () => {
    await writeSmallBuild(project, { asOf: '2026-10-01', people: lapsed(range(1, 100)) })
    const plan = await planCampaign(project, 'acme', 'powered', follow)
    expect(plan.base).toMatchObject({ rate: null, reason: 'no_past' })
    expect(plan.detectableLift).toBeNull()
  })
})

describe('--after', () => {
  const artifacts = (invocation: string, status: string) => {
    const text = JSON.stringify({
      metadata: { invocation_id: invocation },
      results: [{ unique_id: 'model.winback.customers', status }],
    })
    writeFileSync(join(project.paths.state, 'run_results.json'), text)
    return join(project.paths.state, 'manifest.json')
  }

  it('takes the artifacts of the build that the warehouse holds', async () => {
    await writeSmallBuild(project, { asOf: '2026-10-01', people: lapsed(range(1, 150)), status: 'error' })
    const done = await syncCampaign(project, 'acme', 'armed', { ...follow, after: artifacts('inv_test', 'success') })
    expect(done.runs[0]?.status).toBe('done')
  })

  it('is blocked when a node failed there', async () => {
    const done = await syncCampaign(project, 'acme', 'armed', { ...follow, after: artifacts('inv_test', 'fail') })
    expect(done.runs[0]).toMatchObject({ status: 'blocked' })
    expect(done.runs[0]?.reason?.message).toContain('The build elsewhere failed: customers')
  })

  it.each<[string, () => string, string]>([
    [
      'artifacts of another build',
      () => artifacts('inv_other', 'success'),
      'tells of build inv_other, but the warehouse holds inv_test',
    ],
    ['no manifest', () => join(project.dir, 'winback.yml'), 'is no manifest.json'],
  ])('refuses %s', async (_, path, message) => {
    await expect(syncCampaign(project, 'acme', 'armed', { ...follow, after: path() })).rejects.toMatchObject({
      message: expect.stringContaining(message),
      exitCode: 2,
    })
  })
})

describe('a campaign’s file', () => {
  it.each<[string, string, string]>([
    ['an unknown key', 'audience: lapsed\ndestinations: [klaviyo]\nholdot: {}', 'campaigns/bad.yml:3: '],
    ['no audience', 'destinations: [klaviyo]', 'campaigns/bad.yml:1: '],
    [
      'a share of 1',
      'audience: lapsed\ndestinations: [klaviyo]\nholdout: { share: 1 }',
      'must leave somebody to treat',
    ],
    ['a share too fine', 'audience: lapsed\ndestinations: [klaviyo]\nholdout: { share: 0.12345 }', '4 decimals'],
    [
      'a salt with a prefix',
      'audience: lapsed\ndestinations: [klaviyo]\nholdout: { salt: "holdout:v1:x" }',
      'no prefix',
    ],
    ['an arm called holdout', 'audience: lapsed\ndestinations: [klaviyo]\narms: [holdout]', 'may not be called'],
    ['a window of a day and a half', 'audience: lapsed\ndestinations: [klaviyo]\nwindowDays: 1.5', 'windowDays'],
    ['no destinations', 'audience: lapsed\ndestinations: []', 'destinations'],
  ])('with %s is refused with its line', async (_, text, message) => {
    writeFileSync(join(project.dir, 'campaigns', 'bad.yml'), text)
    await expect(getCampaignFile(project, 'acme', 'bad')).rejects.toMatchObject({
      message: expect.stringContaining(message),
      exitCode: 2,
    })
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown audience', { audience: 'lapsd' }, "No audience 'lapsd'"],
    ['an unknown destination', { destinations: ['klavyo'] }, "has no destination 'klavyo'"],
  ])('with %s is refused by the plan', async (slug, more, message) => {
    await create(slug.replaceAll(' ', '_'), more)
    await expect(planCampaign(project, 'acme', slug.replaceAll(' ', '_'), follow)).rejects.toThrow(message)
  })

  it('is never written over', async () => {
    await expect(create('armed')).rejects.toMatchObject({ code: 'campaign.exists', exitCode: 1 })
  })

  it('suggests the campaign that was meant', async () => {
    await expect(planCampaign(project, 'acme', 'shrinkng', follow)).rejects.toMatchObject({
      code: 'campaign.unknown',
      hint: "Did you mean 'shrinking'?",
    })
  })
})
