import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CampaignFile } from '../../src/campaigns/campaign.ts'
import { explainCustomer } from '../../src/campaigns/explain.ts'
import { createCampaignFile } from '../../src/campaigns/files.ts'
import { launchCampaign, syncCampaign } from '../../src/campaigns/launch.ts'
import { planCampaign } from '../../src/campaigns/plan.ts'
import type { Project } from '../../src/config/project.ts'
import { closeAppDb } from '../../src/db/client.ts'
import { type SandboxKlaviyo, startKlaviyo } from '../../src/sandbox/klaviyo.ts'
import { syncAudience } from '../../src/syncs/sync-audience.ts'
import { inLedger } from '../support/campaign-ledger.ts'
import { isHeldOut, range, salt, share } from '../support/campaign-people.ts'
import { createCampaignProject, type Person, writeSmallBuild } from '../support/campaign-project.ts'

const follow = { signal: new AbortController().signal }
const ids = range(1, 60)
const treated = ids.filter(id => !isHeldOut(id))
const [held = ''] = ids.filter(isHeldOut)
// Each pair has one address. Two treated stay one membership; a held-out or denied twin keeps the treated one off.
const [withHeld = '', withDenied = '', withActiveDenied = '', alone = '', one = '', other = ''] = treated
const shared: Record<string, string> = {
  [withHeld]: 'held@example.com',
  [held]: 'held@example.com',
  [withDenied]: 'denied@example.com',
  '901': 'denied@example.com',
  [withActiveDenied]: 'buyer@example.com',
  '902': 'buyer@example.com',
  [one]: 'both@example.com',
  [other]: 'both@example.com',
}
const everybody: Person[] = [
  ...ids.map((id): Person => ({ brand: 'acme', id })),
  { brand: 'acme', id: '901', consent: 'denied' },
  { brand: 'acme', id: '902', away: 3, consent: 'denied' },
  // Never asked is not a no: 903 shares with `alone` and does not keep them off. 904 has no address at all, as others may.
  { brand: 'acme', id: '903', away: 3, consent: null },
  { brand: 'acme', id: '904', email: null, consent: 'denied' },
  { brand: 'zen', id: '1', consent: 'denied' },
]
const people = everybody.map(
  (p): Person => ({ ...p, ...(p.brand === 'acme' && p.id in shared && { email: shared[p.id] as string }) }),
)
const withAlone = people.map(p =>
  p.brand === 'acme' && (p.id === alone || p.id === '903') ? { ...p, email: 'alone@example.com' } : p,
)
// Another brand's no is another brand's.
const all = withAlone.map(p => (p.brand === 'zen' ? { ...p, email: 'alone@example.com' } : p))

let project: Project
let sandbox: SandboxKlaviyo

beforeAll(async () => {
  sandbox = await startKlaviyo({ quotas: false, jobs: { queuedMs: 0, processingMs: 0 } })
  project = createCampaignProject({ acme: sandbox.endpoint, zen: sandbox.endpoint })
  await writeSmallBuild(project, { asOf: '2026-10-01', people: all })
  const file = {
    id: 'cmp_twins',
    label: 'Twins',
    audience: 'lapsed',
    destinations: ['klaviyo'],
    holdout: { share, salt },
  }
  await createCampaignFile(project, 'acme', 'twins', CampaignFile.parse(file))
})
afterAll(async () => {
  await closeAppDb(project.paths)
  await sandbox.stop()
})

const emails = (list: string) => sandbox.members(list).map(m => m.email)
const list = 'Winback – Acme – Twins'

describe('two customers with one address', () => {
  // Off: the two who said no by another id (901 is itself selected and denied, so 3 have no consent), and 904 without identity.
  const heldOut = ids.filter(isHeldOut).length + 1
  const funnel = { selected: 62, noConsent: 3, invalid: 1, heldOut, suppressed: 0 }

  it('are counted on the plan’s card where one is held out or said no', async () => {
    const plan = await planCampaign(project, 'acme', 'twins', follow)
    expect(plan.runs[0]?.card).toMatchObject({ ...funnel, adds: treated.length - 3 })
    expect(plan.counts.population).toBe(58)
  })

  it('never get the campaign where one is held out', async () => {
    const done = await launchCampaign(project, 'acme', 'twins', follow)
    expect(done.runs[0]).toMatchObject({ status: 'done', card: funnel })
    expect(emails(list)).not.toContain('held@example.com')
  })

  it('never get the campaign where one said no, whether that one is selected or not', () => {
    expect(emails(list)).not.toContain('denied@example.com')
    expect(emails(list)).not.toContain('buyer@example.com')
  })

  it('get it where nobody minds, and where the other was merely never asked', () => {
    expect(emails(list)).toContain('both@example.com')
    expect(emails(list)).toContain('alone@example.com')
  })

  it('are one membership that leaves when one of them says no', async () => {
    const denied = all.map(p => (p.brand === 'acme' && p.id === other ? { ...p, consent: 'denied' as const } : p))
    await writeSmallBuild(project, { asOf: '2026-10-02', people: denied })
    await syncCampaign(project, 'acme', 'twins', follow)
    expect(emails(list)).not.toContain('both@example.com')
    await writeSmallBuild(project, { asOf: '2026-10-01', people: all })
  })

  it('stay in the arms they were drawn for', async () => {
    const rows = await inLedger(
      project,
      `select arm from ledger.winback_sync.assignments where customer_id in ('${withHeld}', '${held}') order by arm`,
    )
    expect(rows).toEqual([['holdout'], ['treatment']])
  })

  it('are told about by explain, without the address', async () => {
    const heldTwin = await explainCustomer(project, 'acme', withHeld, 'twins', follow)
    expect(heldTwin.outcome).toBe('held out')
    expect(heldTwin.steps.map(step => step.text).join('\n')).toContain('shares its identifier with somebody held out')
    const deniedTwin = await explainCustomer(project, 'acme', withDenied, 'twins', follow)
    expect(deniedTwin.outcome).toBe('out')
    expect(deniedTwin.steps.map(step => step.text).join('\n')).toContain('somebody with the same identifier said no')
    expect(JSON.stringify([heldTwin, deniedTwin])).not.toContain('@')
  })

  it('are kept off a bare audience’s list too where one said no', async () => {
    await syncAudience(project, 'acme', 'lapsed', follow)
    const on = emails('Winback – Acme – Lapsed')
    expect(on).not.toContain('denied@example.com')
    expect(on).toContain('held@example.com')
  })
})
