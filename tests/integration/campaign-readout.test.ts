import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CampaignFile } from '../../src/campaigns/campaign.ts'
import { createCampaignFile } from '../../src/campaigns/files.ts'
import { launchCampaign } from '../../src/campaigns/launch.ts'
import { campaignResults } from '../../src/campaigns/results.ts'
import type { Project } from '../../src/config/project.ts'
import { closeAppDb } from '../../src/db/client.ts'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { syncAudience } from '../../src/syncs/sync-audience.ts'
import { createCampaignProject, type Person, writeSmallBuild } from '../support/campaign-project.ts'

const follow = { signal: new AbortController().signal }
const people = ['acme', 'zen'].flatMap(brand =>
  Array.from({ length: 20 }, (_, i): Person => ({ brand, id: String(i + 1) })),
)

let project: Project
let sandbox: SandboxKlaviyo

beforeAll(async () => {
  sandbox = await startKlaviyo({ quotas: false, jobs: { queuedMs: 0, processingMs: 0 } })
  project = createCampaignProject({ acme: sandbox.endpoint, zen: sandbox.endpoint })
  await writeSmallBuild(project, { asOf: '2026-10-01', people })
  for (const brand of ['acme', 'zen']) {
    const file = {
      id: `cmp_${brand}`,
      label: 'Autumn',
      audience: 'lapsed',
      destinations: ['klaviyo'],
      holdout: { share: 0.3, salt: 's' },
    }
    await createCampaignFile(project, brand, 'autumn', CampaignFile.parse(file))
    await launchCampaign(project, brand, 'autumn', follow)
  }
})
afterAll(async () => {
  await closeAppDb(project.paths)
  await sandbox.stop()
})

describe('results', () => {
  // 300 held out with 30 converters, 700 treated with 140, each 10.00 revenue and 4.00 margin, on day 27; half of it on day 13.
  const row = (brand: string, arm: string, day: number, n: number, k: number) =>
    `('${brand}', 'cmp_${brand}', '${arm}', ${day}, ${n}, ${k}, ${k}, ${k}.0::double, ${k * 10}.0::decimal(18,4), ${k * 100}.0::double, ${k * 4}.0::decimal(18,4), ${k * 16}.0::double)`
  const results = [
    row('acme', 'holdout', 13, 300, 15),
    row('acme', 'treatment', 13, 700, 70),
    row('acme', 'holdout', 27, 300, 30),
    row('acme', 'treatment', 27, 700, 140),
    row('zen', 'holdout', 27, 300, 30),
    row('zen', 'treatment', 27, 700, 70),
  ]

  it('reads the last day of the window and judges it', async () => {
    await writeSmallBuild(project, { asOf: '2026-11-20', people, results })
    const r = await campaignResults(project, 'acme', 'autumn')
    expect(r).toMatchObject({ asOf: '2026-11-20', daysRead: 28 })
    expect(r.readout.conversion.lift).toBeCloseTo(0.1, 10)
    expect(r.readout.verdict.kind).toBe('win')
    expect(r.readout.verdict.sentence).toContain('Autumn brought back 70')
  })

  it('gives orders per customer an interval', async () => {
    const r = await campaignResults(project, 'acme', 'autumn')
    // Every converter ordered once, so Σ orders² = converters: means .1 and .2, sample variances (30 − 30 × .1)/299 and (140 − 140 × .2)/699;
    // se² = .0903010/300 + .160229/700 = .000529902; t(.975) = 1.9632: half = .045191.
    expect(r.readout.ordersPerCustomer).toMatchObject({ control: 0.1, treatment: 0.2, reason: null })
    expect(r.readout.ordersPerCustomer.low).toBeCloseTo(0.1 - 0.045191, 4)
    expect(r.readout.ordersPerCustomer.high).toBeCloseTo(0.1 + 0.045191, 4)
  })

  it('reads an earlier day of the same build', async () => {
    const r = await campaignResults(project, 'acme', 'autumn', { asOf: '2026-10-15' })
    expect(r.daysRead).toBe(14)
    expect(r.arms.map(arm => arm.converters)).toEqual([15, 70])
    expect(r.readout.verdict.sentence).toBe('Too early to say: 85 orders so far, about 2 more weeks.')
  })

  it('reads its own brand', async () => {
    const r = await campaignResults(project, 'zen', 'autumn')
    expect(r.readout.conversion.lift).toBeCloseTo(0, 10)
    expect(r.readout.verdict.kind).toBe('no effect seen')
  })

  it('names the build to run for a day that no build reached', async () => {
    await expect(campaignResults(project, 'acme', 'autumn', { asOf: '2026-12-01' })).rejects.toMatchObject({
      message: '--as-of 2026-12-01 is beyond the last build, which counted to 2026-11-20',
      hint: 'Run `winback build --as-of 2026-12-01` first.',
      exitCode: 2,
    })
  })

  it.each(['yesterday', '2026-13-01', '2026-02-30'])('refuses %s as a day', async asOf => {
    await expect(campaignResults(project, 'acme', 'autumn', { asOf })).rejects.toMatchObject({
      code: 'results.as_of',
      exitCode: 2,
    })
  })

  it('says nothing on the day of the launch', async () => {
    const r = await campaignResults(project, 'acme', 'autumn', { asOf: '2026-10-01' })
    expect(r.readout.verdict.sentence).toBe('Too early to say: no complete day with customers in both arms yet.')
  })
})

describe('a bare audience', () => {
  it('goes to everybody reachable, in a list of its own', async () => {
    const done = await syncAudience(project, 'zen', 'lapsed', follow)
    expect(done.runs[0]?.status).toBe('done')
    expect([...sandbox.membership('Winback – Zen – Lapsed')].length).toBe(20)
  })

  it('needs --to for an approval', async () => {
    await expect(syncAudience(project, 'zen', 'lapsed', { ...follow, to: 'nowhere' })).rejects.toMatchObject({
      code: 'destination.unknown',
    })
  })
})
