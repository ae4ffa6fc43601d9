import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CampaignFile } from '../../src/campaigns/campaign.ts'
import { createCampaignFile } from '../../src/campaigns/files.ts'
import { launchCampaign, syncCampaign } from '../../src/campaigns/launch.ts'
import { planCampaign } from '../../src/campaigns/plan.ts'
import { pauseCampaign, stopCampaign } from '../../src/campaigns/stop.ts'
import type { Project } from '../../src/config/project.ts'
import { closeAppDb, openAppDb } from '../../src/db/client.ts'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { inLedger, suppressIn } from '../support/campaign-ledger.ts'
import { acme, isHeldOut, range, reachable, salt, share, zen } from '../support/campaign-people.ts'
import { createCampaignProject, writeSmallBuild } from '../support/campaign-project.ts'

const follow = { signal: new AbortController().signal }

let project: Project
let sandboxes: { acme: SandboxKlaviyo; zen: SandboxKlaviyo }

beforeAll(async () => {
  sandboxes = {
    acme: await startKlaviyo({ quotas: false, jobs: { queuedMs: 0, processingMs: 0 } }),
    zen: await startKlaviyo({ quotas: false, jobs: { queuedMs: 0, processingMs: 0 } }),
  }
  project = createCampaignProject({ acme: sandboxes.acme.endpoint, zen: sandboxes.zen.endpoint })
  await writeSmallBuild(project, { asOf: '2026-10-01', people: [...acme, ...zen] })
  const campaign = CampaignFile.parse({
    label: 'Autumn',
    audience: 'lapsed',
    destinations: ['klaviyo'],
    holdout: { share, salt },
  })
  for (const brand of ['acme', 'zen'])
    await createCampaignFile(project, brand, 'autumn', { ...campaign, id: `cmp_${brand}` })
  await suppressIn(project, 'acme', 'acme12@example.com')
})
afterAll(async () => {
  await closeAppDb(project.paths)
  await sandboxes.acme.stop()
  await sandboxes.zen.stop()
})

const arms = (brand: string) =>
  inLedger(
    project,
    `select customer_id, arm, assigned_on::varchar from ledger.winback_sync.assignments where brand = '${brand}' order by customer_id::int`,
  )
const members = (brand: 'acme' | 'zen') => {
  const [list] = sandboxes[brand].lists()
  return [...(list === undefined ? [] : sandboxes[brand].membership(list.name))].sort((a, b) => Number(a) - Number(b))
}
const treated = (ids: readonly string[]) => ids.filter(id => !isHeldOut(id))

describe('a campaign', () => {
  it('plans without sending or assigning anything, and counts each person at the first thing in the way', async () => {
    const plan = await planCampaign(project, 'acme', 'autumn', follow)
    const heldOut = reachable.filter(isHeldOut).length
    expect(plan.counts).toEqual({ selected: 30, population: 24, heldOut, assigned: 0 })
    expect(plan.runs[0]?.card).toMatchObject({
      destination: 'klaviyo',
      before: 0,
      after: 24 - heldOut,
      adds: 24 - heldOut,
      updates: 0,
      removes: 0,
      unchanged: 0,
      selected: 30,
      heldOut,
      noConsent: 3,
      suppressed: 1,
      invalid: 2,
      needsApproval: [],
    })
    expect(plan.planHash).toMatch(/^[0-9a-f]{32}$/)
    expect(await arms('acme')).toEqual([])
    expect(sandboxes.acme.lists()).toEqual([])
  })

  it('says who has no consents and which file to supply when nobody was ever asked', async () => {
    const silent = createCampaignProject({ acme: sandboxes.acme.endpoint, zen: sandboxes.zen.endpoint })
    await writeSmallBuild(silent, { asOf: '2026-10-01', people: acme.map(p => ({ ...p, consent: null })) })
    await createCampaignFile(
      silent,
      'acme',
      'autumn',
      CampaignFile.parse({ audience: 'lapsed', destinations: ['klaviyo'] }),
    )
    for (const start of [planCampaign, launchCampaign]) {
      await expect(start(silent, 'acme', 'autumn', follow)).rejects.toMatchObject({
        code: 'campaign.no_consents',
        message: "None of the 30 selected customers can be reached: no consents were imported for 'acme'",
        hint: expect.stringContaining('sources[].files.consents'),
        exitCode: 1,
      })
    }
    await closeAppDb(silent.paths)
  })

  it('assigns the population once by the hash and delivers the treated alone', async () => {
    const done = await launchCampaign(project, 'acme', 'autumn', follow)
    expect(done.runs.map(run => run.status)).toEqual(['done'])
    expect(done.assigned).toBe(24)
    expect(done.runs[0]?.card).toMatchObject({
      selected: 30,
      heldOut: reachable.filter(isHeldOut).length,
      noConsent: 3,
      suppressed: 1,
      invalid: 2,
    })
    expect(await arms('acme')).toEqual(reachable.map(id => [id, isHeldOut(id) ? 'holdout' : 'treatment', '2026-10-01']))
    expect(members('acme')).toEqual(treated(reachable))
    expect(sandboxes.acme.lists().map(list => list.name)).toEqual(['Winback – Acme – Autumn'])
  })

  it('keeps brands with the same ids and the same slug apart', async () => {
    expect(await arms('zen')).toEqual([])
    await launchCampaign(project, 'zen', 'autumn', follow)
    expect(await arms('zen')).toEqual(
      range(1, 20).map(id => [id, isHeldOut(id) ? 'holdout' : 'treatment', '2026-10-01']),
    )
    expect(members('zen')).toEqual(treated(range(1, 20)))
    expect(members('acme')).toEqual(treated(reachable))
    const emails = sandboxes.zen.members('Winback – Zen – Autumn').map(m => m.email)
    expect(emails.every(email => email?.startsWith('zen'))).toBe(true)
  })

  it('plans nothing more right after its launch', async () => {
    const plan = await planCampaign(project, 'acme', 'autumn', follow)
    expect(plan.runs[0]?.card).toMatchObject({ adds: 0, updates: 0, removes: 0, unchanged: treated(reachable).length })
  })

  it('takes buyers off, lets later entrants in, and assigns nobody twice', async () => {
    // 1, 2, 3 bought; 31 and 32 lapsed meanwhile; 12 is no longer selected at all.
    const people = acme.map(p =>
      ['1', '2', '3', '12'].includes(p.id) ? { ...p, away: 4 } : ['31', '32'].includes(p.id) ? { ...p, away: 70 } : p,
    )
    await writeSmallBuild(project, { asOf: '2026-10-15', people: [...people, ...zen] })
    const before = await arms('acme')
    const done = await syncCampaign(project, 'acme', 'autumn', follow)
    expect(done.assigned).toBe(2)
    const now = reachable.filter(id => !['1', '2', '3'].includes(id)).concat('31', '32')
    expect(members('acme')).toEqual(treated(now))
    const after = await arms('acme')
    expect(after.slice(0, before.length)).toEqual(before)
    expect(after.slice(before.length)).toEqual(
      ['31', '32'].map(id => [id, isHeldOut(id) ? 'holdout' : 'treatment', '2026-10-15']),
    )
  })

  it('changes nothing in a dry run', async () => {
    const before = await arms('acme')
    const requests = sandboxes.acme.log.filter(entry => entry.applied).length
    const done = await syncCampaign(project, 'acme', 'autumn', { ...follow, dryRun: true })
    expect(done.runs[0]).toMatchObject({ status: 'planned', planned: { upserts: 0, removes: 0 } })
    expect(await arms('acme')).toEqual(before)
    expect(sandboxes.acme.log.filter(entry => entry.applied).length).toBe(requests)
  })

  it.each([
    [
      'share: 0.3',
      'share: 0.4',
      "campaigns/acme/autumn.yml: holdout.share was 0.3 when 'autumn' was launched and is 0.4 now",
    ],
    [`salt: ${salt}`, 'salt: other', 'holdout.salt was camp_test_2026'],
    ['windowDays: 28', 'windowDays: 14', 'windowDays was 28'],
    ['outcome: conversion', 'outcome: revenue', 'outcome was conversion'],
  ])('refuses to run when its file changes %s to %s after the launch', async (from, to, message) => {
    const path = join(project.dir, 'campaigns', 'acme', 'autumn.yml')
    const text = readFileSync(path, 'utf8')
    expect(text).toContain(from)
    writeFileSync(path, text.replace(from, to))
    await expect(syncCampaign(project, 'acme', 'autumn', follow)).rejects.toMatchObject({
      code: 'campaign.promise_changed',
      message: expect.stringContaining(message),
      exitCode: 1,
    })
    writeFileSync(path, text)
  })

  it('is found in the warehouse when the app database is lost', async () => {
    const db = await openAppDb(project.paths)
    await db('campaigns').where({ brand: 'acme' }).delete()
    await db('syncs').where({ brand: 'acme' }).delete()
    const before = members('acme')
    const done = await syncCampaign(project, 'acme', 'autumn', follow)
    expect(done.assigned).toBe(0)
    expect(done.runs[0]).toMatchObject({ status: 'done', planned: { upserts: 0, removes: 0 } })
    expect(members('acme')).toEqual(before)
  })

  it('is blocked by a failed build: nothing sent, nobody assigned, and the reason told', async () => {
    const people = [...acme, { brand: 'acme', id: '50' }]
    await writeSmallBuild(project, { asOf: '2026-10-16', people: [...people, ...zen], status: 'error' })
    const before = await arms('acme')
    const done = await syncCampaign(project, 'acme', 'autumn', follow)
    expect(done.runs[0]?.status).toBe('blocked')
    expect(done.runs[0]?.reason?.message).toContain('unique_customers')
    expect(await arms('acme')).toEqual(before)
    await writeSmallBuild(project, { asOf: '2026-10-15', people: [...acme, ...zen] })
  })

  it('is blocked by a build that is too old', async () => {
    await writeSmallBuild(project, {
      asOf: '2026-10-15',
      people: [...acme, ...zen],
      builtAt: new Date(Date.now() - 50 * 3_600_000),
    })
    const done = await syncCampaign(project, 'acme', 'autumn', follow)
    expect(done.runs[0]).toMatchObject({ status: 'blocked' })
    expect(done.runs[0]?.reason?.message).toContain('50 hours old')
    await writeSmallBuild(project, { asOf: '2026-10-15', people: [...acme, ...zen] })
  })

  it('rests while paused and goes on when launched again', async () => {
    await pauseCampaign(project, 'acme', 'autumn', '2026-10-16T00:00:00.000Z')
    await expect(syncCampaign(project, 'acme', 'autumn', follow)).rejects.toMatchObject({ code: 'campaign.paused' })
    const done = await launchCampaign(project, 'acme', 'autumn', follow)
    expect(done.runs[0]?.status).toBe('done')
    expect(members('acme')).toEqual(treated(reachable))
  })

  it('cannot be launched a second time on newer data', async () => {
    await expect(launchCampaign(project, 'acme', 'autumn', follow)).rejects.toMatchObject({ code: 'campaign.running' })
  })
})

describe('stopping', () => {
  it('takes everybody off the list and keeps the assignments', async () => {
    await writeSmallBuild(project, { asOf: '2026-11-20', people: [...acme, ...zen] })
    const before = await arms('acme')
    const done = await stopCampaign(project, 'acme', 'autumn', follow)
    expect(done.runs.map(run => run.status)).toEqual(['done'])
    expect(members('acme')).toEqual([])
    expect(await arms('acme')).toEqual(before)
    await expect(launchCampaign(project, 'acme', 'autumn', follow)).rejects.toMatchObject({ code: 'campaign.stopped' })
    await expect(syncCampaign(project, 'acme', 'autumn', follow)).rejects.toMatchObject({ code: 'campaign.stopped' })
  })
})
