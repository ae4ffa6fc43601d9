import { type Control, type Effects, systemEffects, type Warehouse } from '../../sync/index.ts'
import { type AudienceField, audienceFields } from '../audiences/columns.ts'
import { compileAudience } from '../audiences/compile.ts'
import { getAudience } from '../audiences/list.ts'
import type { Project } from '../config/project.ts'
import type { Brand } from '../config/schema.ts'
import { findModel } from '../dbt/models.ts'
import type { Run } from '../runs/with-run.ts'
import { type BuildState, readBuildState } from './build-state.ts'
import { openLedger } from './open.ts'
import type { ReachContext } from './reach.ts'
import { openProjectControl } from './store.ts'

/** What every step of a plan, launch or sync shares: the lease's run, the open ledger, the build that is read. */
export interface LedgerSession {
  project: Project
  brand: Brand
  run: Pick<Run, 'id' | 'epoch' | 'signal' | 'event'>
  warehouse: Warehouse
  control: Control
  effects: Effects
  build: BuildState
  /** ISO instant of the session's start. */
  at: string
}

/** Opens ledger and build for one run and closes them, with a checkpoint, whatever happens. */
export async function withLedger<T>(
  project: Project,
  brand: Brand,
  run: LedgerSession['run'],
  o: { after?: string },
  work: (session: LedgerSession) => Promise<T>,
): Promise<T> {
  const warehouse = await openLedger(project, { tag: { runId: run.id, purpose: 'opening the ledger' } })
  try {
    const effects = systemEffects()
    const now = new Date(effects.now())
    const build = await readBuildState(project, brand, warehouse, { ...o, now, runId: run.id })
    const control = await openProjectControl(project)
    return await work({ project, brand, run, warehouse, control, effects, build, at: now.toISOString() })
  } finally {
    await warehouse.close()
  }
}

/** Compiles an audience for the session's brand against its build, and binds it: a missing column is told before anything runs. */
export async function openAudience(
  session: LedgerSession,
  slug: string,
): Promise<ReachContext & { fields: AudienceField[]; label: string }> {
  const source = await getAudience(session.project, slug)
  const audience = await compileAudience(source, session.brand.slug, {
    parser: session.warehouse,
    findModel: name => findModel(session.build.manifest, name),
  })
  const fields = await audienceFields(session.warehouse, audience, session.run.signal)
  return { brand: session.brand.slug, names: session.project.names, audience, fields, label: audience.label }
}
