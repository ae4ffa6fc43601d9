import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchCampaign, syncCampaign } from '../../src/campaigns/launch.ts'
import { planCampaign } from '../../src/campaigns/plan.ts'
import { campaignResults } from '../../src/campaigns/results.ts'
import { pauseCampaign, stopCampaign } from '../../src/campaigns/stop.ts'
import type { Project } from '../../src/config/project.ts'
import { closeAppDb, openAppDb } from '../../src/db/client.ts'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { inLedger } from '../support/campaign-ledger.ts'
import { range } from '../support/campaign-people.ts'
import { createCampaignProject, writeSmallBuild } from '../support/campaign-project.ts'

const follow = { signal: new AbortController().signal }
const people = range(1, 40).map(id => ({ brand: 'acme', id }))
let project: Project
let sandbox: SandboxKlaviyo

beforeAll(async () => {
  sandbox = await startKlaviyo({ quotas: false, jobs: { queuedMs: 0, processingMs: 0 } })
  project = createCampaignProject({ acme: sandbox.endpoint, zen: sandbox.endpoint })
  await writeSmallBuild(project, { asOf: '2026-10-01', people })
})
afterAll(async () => {
  await closeAppDb(project.paths)
  await sandbox.stop()
})

const path = (slug: string) => join(project.dir, 'campaigns', `${slug}.yml`)
const write = (slug: string, id: string | null) =>
  writeFileSync(
    path(slug),
    `${id === null ? '' : `id: ${id}\n`}label: ${slug}\naudience: lapsed\ndestinations: [klaviyo]\nholdout: { share: 0.5 }\n`,
  )
const assignments = () =>
  inLedger(project, 'select campaign_id, customer_id, arm from ledger.winback_sync.assignments order by all')
const launchedId = async (slug: string) =>
  String(
    (await inLedger(project, `select campaign_id from ledger.winback_sync.campaigns where slug = '${slug}'`))[0]?.[0],
  )

describe('the id of a launched campaign', () => {
  beforeAll(async () => {
    write('kept', 'cmp_kept')
    await launchCampaign(project, 'acme', 'kept', follow)
    write('nameless', null)
    await launchCampaign(project, 'acme', 'nameless', follow)
  })
  beforeEach(() => {
    write('kept', 'cmp_kept')
    write('nameless', null)
  })

  const commands: [string, (slug: string) => Promise<unknown>][] = [
    ['sync', slug => syncCampaign(project, 'acme', slug, follow)],
    ['plan', slug => planCampaign(project, 'acme', slug, follow)],
    ['launch', slug => launchCampaign(project, 'acme', slug, follow)],
    ['results', slug => campaignResults(project, 'acme', slug)],
    ['pause', slug => pauseCampaign(project, 'acme', slug, '2026-10-02T00:00:00.000Z')],
    ['stop', slug => stopCampaign(project, 'acme', slug, follow)],
  ]

  it.each(commands)('cannot be another one: %s is a conflict and assigns nobody', async (_, run) => {
    const before = await assignments()
    write('kept', 'cmp_other')
    await expect(run('kept')).rejects.toMatchObject({
      code: 'campaign.promise_changed',
      message: "campaigns/kept.yml: id was cmp_kept when 'kept' was launched and is cmp_other now",
      exitCode: 1,
    })
    expect(await assignments()).toEqual(before)
  })

  it.each(commands)('cannot be added afterwards: %s is a conflict and assigns nobody', async (_, run) => {
    const before = await assignments()
    write('nameless', 'cmp_late')
    await expect(run('nameless')).rejects.toMatchObject({ code: 'campaign.promise_changed' })
    expect(await assignments()).toEqual(before)
  })

  it('is held to the warehouse when the app database is lost', async () => {
    const before = await assignments()
    await (await openAppDb(project.paths))('campaigns').delete()
    write('kept', 'cmp_other')
    await expect(syncCampaign(project, 'acme', 'kept', follow)).rejects.toMatchObject({
      code: 'campaign.promise_changed',
    })
    write('nameless', 'cmp_late')
    await expect(syncCampaign(project, 'acme', 'nameless', follow)).rejects.toMatchObject({
      code: 'campaign.promise_changed',
    })
    expect(await assignments()).toEqual(before)
  })

  it('may be written down, or left out, when it is the same', async () => {
    const before = await assignments()
    write('nameless', await launchedId('nameless'))
    write('kept', null)
    for (const slug of ['nameless', 'kept'])
      expect(await syncCampaign(project, 'acme', slug, follow)).toMatchObject({
        assigned: 0,
        runs: [{ status: 'done' }],
      })
    expect(await assignments()).toEqual(before)
  })

  it('cannot be used by another campaign', async () => {
    const before = await assignments()
    write('thief', 'cmp_kept')
    for (const start of [planCampaign, launchCampaign])
      await expect(start(project, 'acme', 'thief', follow)).rejects.toMatchObject({
        code: 'campaign.id_taken',
        message: "campaigns/thief.yml: the id cmp_kept belongs to campaign 'kept'",
        exitCode: 1,
      })
    expect(await assignments()).toEqual(before)
    rmSync(path('thief'))
  })
})

describe('the id of a draft', () => {
  it('may change until the launch, and the launched one holds', async () => {
    write('early', null)
    await planCampaign(project, 'acme', 'early', follow)
    write('early', 'cmp_early')
    await launchCampaign(project, 'acme', 'early', follow)
    expect(await launchedId('early')).toBe('cmp_early')
    expect(await syncCampaign(project, 'acme', 'early', follow)).toMatchObject({ assigned: 0 })
  })

  it('goes with its file when the file gets another name', async () => {
    write('old_name', 'cmp_moved')
    await planCampaign(project, 'acme', 'old_name', follow)
    writeFileSync(path('new_name'), readFileSync(path('old_name')))
    rmSync(path('old_name'))
    expect((await planCampaign(project, 'acme', 'new_name', follow)).campaign.id).toBe('cmp_moved')
  })
})
