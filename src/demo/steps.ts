import { setTimeout as sleep } from 'node:timers/promises'
import { type SyncRun, WinbackError } from '../../sync/index.ts'
import { launchCampaign, syncCampaign } from '../campaigns/launch.ts'
import { planCampaign } from '../campaigns/plan.ts'
import { dayIn } from '../dbt/as-of.ts'
import { build } from '../dbt/build.ts'
import { importProject } from '../import/import-project.ts'
import { withRun } from '../runs/with-run.ts'
import { CAMPAIGN_END, CAMPAIGN_START } from './calendar.ts'
import type { Facts } from './progress.ts'
import type { Step } from './project.ts'
import { respond } from './respond.ts'
import { countLines, listCustomers, writeHistory, writeWindow } from './shop.ts'
import type { Stage } from './story.ts'

/** The campaign's slug, and the name of its list at the platform. */
export const CAMPAIGN = 'autumn'
export const LIST = 'Winback – Autumn win-back'

/** What the steps before left behind. */
type Earlier = Readonly<Partial<Record<Step, Facts>>>

/** What each step does; it may be killed anywhere and done again. Returns what is told about it. */
export const work: Record<Step, (stage: Stage, earlier: Earlier) => Promise<Facts>> = {
  history: async ({ duck, dir }) => {
    await writeHistory(duck, dir)
    const customers = await listCustomers(duck, CAMPAIGN_START)
    return { lines: (await countLines(duck)).before, customers: customers.length }
  },
  import: stage => importFacts(stage),
  build: stage => buildFacts(stage, CAMPAIGN_START),
  launch,
  weeks: async ({ duck, dir, platform, options }) => {
    const { during } = await countLines(duck)
    const truth = await respond(duck, dir, platform.membership(LIST), options.p)
    await writeWindow(duck, dir)
    return { ...truth, lines: during, p: options.p }
  },
  import_again: stage => importFacts(stage),
  build_again: stage => buildFacts(stage, CAMPAIGN_END),
  sync_again: syncAgain,
}

async function importFacts({ project, out, signal }: Stage): Promise<Facts> {
  const bar = out.progress('import')
  try {
    const { files } = await withRun(
      project,
      { kind: 'import', input: { brands: project.config.brands.map(brand => brand.slug) } },
      { signal, onWait: out.note },
      run => {
        const to = { id: run.id, signal: run.signal, now: new Date().toISOString() }
        return importProject(project, project.config.brands, to, ({ file, done, total }) =>
          bar.update({ done, total, detail: file }),
        )
      },
    )
    const count = (entity: string) => sum(files.filter(f => f.entity === entity).map(f => f.rows))
    return {
      lines: count('order_lines'),
      customers: count('customers'),
      consents: count('consents'),
      rejected: sum(files.map(f => f.rejected)),
      newRows: sum(files.filter(f => f.state === 'loaded').map(f => f.rows)),
      unchangedFiles: files.filter(f => f.state === 'unchanged').length,
    }
  } finally {
    bar.end()
  }
}

async function buildFacts({ project, out, signal }: Stage, asOf: string): Promise<Facts> {
  const bar = out.progress('dbt build')
  try {
    const today = dayIn(project.config.brands[0]?.timezone ?? 'UTC', new Date())
    const options = {
      asOf: { date: asOf, isHistorical: asOf < today },
      selection: { select: [], exclude: [] },
      onEvent: (event: Parameters<NonNullable<Parameters<typeof build>[2]['onEvent']>>[0]) => {
        if (event.type === 'finished') bar.update({ done: event.done, total: event.total, detail: event.name })
      },
    }
    const built = await withRun(project, { kind: 'build', input: { asOf } }, { signal, onWait: out.note }, run =>
      build(project, run, options),
    )
    return { models: built.models.success, tests: built.tests.pass }
  } finally {
    bar.end()
  }
}

async function launch({ project, platform, out, signal }: Stage): Promise<Facts> {
  const follow = { signal, onWait: out.note }
  const plan = await planCampaign(project, undefined, CAMPAIGN, follow)
  const card = plan.runs[0]?.card
  done((await launchCampaign(project, undefined, CAMPAIGN, follow)).runs)
  const onList = await settled(platform, plan.counts.population - plan.counts.heldOut)
  return {
    selected: plan.counts.selected,
    noConsent: card?.noConsent ?? 0,
    invalid: card?.invalid ?? 0,
    population: plan.counts.population,
    heldOut: plan.counts.heldOut,
    treated: plan.counts.population - plan.counts.heldOut,
    detectableLift: plan.detectableLift,
    onList,
  }
}

async function syncAgain({ project, platform, out, signal }: Stage, earlier: Earlier): Promise<Facts> {
  const follow = { signal, onWait: out.note }
  const asked = (await syncCampaign(project, undefined, CAMPAIGN, follow)).runs
  const waiting = asked.find(run => run.status === 'awaiting_approval')
  const runs =
    waiting?.planHash == null
      ? asked
      : (await syncCampaign(project, undefined, CAMPAIGN, { ...follow, approve: waiting.planHash })).runs
  const card = done(runs)[0]?.card
  const before = Number(earlier.launch?.onList ?? 0)
  const onList = await settled(platform, card?.after ?? 0)
  return {
    before,
    left: before - onList,
    onList,
    brake: waiting === undefined ? null : (waiting.reason?.message ?? 'approval'),
  }
}

/** The runs when each ended well; else throws what the first bad one says. */
function done(runs: SyncRun[]): SyncRun[] {
  const bad = runs.find(run => run.status !== 'done')
  if (bad === undefined) return runs
  const { code, message, hint } = bad.reason ?? {
    code: 'demo.sync',
    message: `The sync ended as ${bad.status}`,
    hint: '',
  }
  throw new WinbackError(code, message, hint)
}

/** Members of the list, counted at the platform, which applies what it took a little later. */
async function settled(platform: Stage['platform'], expected: number): Promise<number> {
  for (let i = 0; i < 50 && platform.membership(LIST).size !== expected; i++) await sleep(100)
  return platform.membership(LIST).size
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
