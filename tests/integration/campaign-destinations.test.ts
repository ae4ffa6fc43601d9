import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchCampaign, syncCampaign } from '../../src/campaigns/launch.ts'
import { planCampaign } from '../../src/campaigns/plan.ts'
import { stopCampaign } from '../../src/campaigns/stop.ts'
import type { Project } from '../../src/config/project.ts'
import { closeAppDb, openAppDb } from '../../src/db/client.ts'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { range } from '../support/campaign-people.ts'
import { createCampaignProject, writeSmallBuild } from '../support/campaign-project.ts'

const follow = { signal: new AbortController().signal }
let project: Project
let first: SandboxKlaviyo
let second: SandboxKlaviyo

beforeAll(async () => {
  const fast = { quotas: false, jobs: { queuedMs: 0, processingMs: 0 } }
  first = await startKlaviyo(fast)
  second = await startKlaviyo(fast)
  project = createCampaignProject({ acme: first.endpoint, zen: first.endpoint }, { more: { second: second.endpoint } })
  await writeSmallBuild(project, { asOf: '2026-10-01', people: range(1, 150).map(id => ({ brand: 'acme', id })) })
})
afterAll(async () => {
  await closeAppDb(project.paths)
  await first.stop()
  await second.stop()
})

const file = (slug: string, destinations: string) =>
  writeFileSync(
    join(project.dir, 'campaigns', `${slug}.yml`),
    `id: cmp_${slug}\nlabel: ${slug}\naudience: lapsed\ndestinations: ${destinations}\nholdout: { share: 0 }\n`,
  )
const start = async (slug: string) => {
  file(slug, '[klaviyo, second]')
  await launchCampaign(project, 'acme', slug, follow)
  expect(members(second, slug)).toBe(150)
  file(slug, '[klaviyo]')
}
const members = (sandbox: SandboxKlaviyo, slug: string) => sandbox.membership(`Winback – Acme – ${slug}`).size

describe('a destination taken out of a campaign’s file', () => {
  it('is emptied by the next sync, once, and shown', async () => {
    await start('shrunk')
    const dry = await syncCampaign(project, 'acme', 'shrunk', { ...follow, dryRun: true })
    const plan = await planCampaign(project, 'acme', 'shrunk', follow)
    for (const runs of [dry.runs, plan.runs])
      expect(runs.map(run => [run.destination, run.card?.removes])).toEqual([
        ['klaviyo', 0],
        ['second', 150],
      ])
    expect(members(second, 'shrunk')).toBe(150)
    const done = await syncCampaign(project, 'acme', 'shrunk', follow)
    expect(done.runs.map(run => [run.destination, run.status, run.accepted.removes])).toEqual([
      ['klaviyo', 'done', 0],
      ['second', 'done', 150],
    ])
    expect(members(first, 'shrunk')).toBe(150)
    expect(members(second, 'shrunk')).toBe(0)
    const again = await syncCampaign(project, 'acme', 'shrunk', follow)
    expect(again.runs.map(run => run.destination)).toEqual(['klaviyo'])
  })

  it('can be named with --to', async () => {
    await start('named')
    const done = await syncCampaign(project, 'acme', 'named', { ...follow, to: 'second' })
    expect(done.runs.map(run => [run.destination, run.accepted.removes])).toEqual([['second', 150]])
  })

  it('is left alone when another one is named with --to', async () => {
    await start('other')
    const done = await syncCampaign(project, 'acme', 'other', { ...follow, to: 'klaviyo' })
    expect(done.runs.map(run => run.destination)).toEqual(['klaviyo'])
    expect(members(second, 'other')).toBe(150)
  })

  it('is found in the warehouse when the app database is lost', async () => {
    await start('forgotten')
    const db = await openAppDb(project.paths)
    await db('syncs').where({ subject: 'forgotten' }).delete()
    await db('campaigns').where({ slug: 'forgotten' }).delete()
    await syncCampaign(project, 'acme', 'forgotten', follow)
    expect(members(second, 'forgotten')).toBe(0)
  })

  it('is emptied when the campaign is stopped', async () => {
    await start('stopped')
    await stopCampaign(project, 'acme', 'stopped', follow)
    expect(members(first, 'stopped')).toBe(0)
    expect(members(second, 'stopped')).toBe(0)
  })

  it('blocks, with the reason, when winback.yml no longer names it', async () => {
    await start('orphaned')
    const [acme, ...others] = project.config.brands
    if (acme === undefined) throw new Error('no brand')
    const brand = { ...acme, destinations: acme.destinations.filter(d => d.slug !== 'second') }
    const without = { ...project, config: { ...project.config, brands: [brand, ...others] } }
    const done = await syncCampaign(without, 'acme', 'orphaned', follow)
    expect(done.runs.map(run => [run.destination, run.status])).toEqual([
      ['klaviyo', 'done'],
      ['second', 'blocked'],
    ])
    expect(done.runs[1]?.reason).toMatchObject({
      code: 'sync.destination_gone',
      message: "150 people are still on the list at 'second', which winback.yml no longer names",
    })
    await syncCampaign(project, 'acme', 'orphaned', follow)
    const after = await syncCampaign(without, 'acme', 'orphaned', follow)
    expect(after.runs.map(run => run.destination)).toEqual(['klaviyo'])
  })
})
