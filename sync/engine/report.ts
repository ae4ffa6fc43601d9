import type { Effects } from '../core/effects.ts'
import type { SharedConnection } from '../core/http.ts'
import type { Funnel } from './funnel.ts'
import type { SyncPlan } from './plan.ts'
import type { Brake, Phase, PlanCard, SyncRun, SyncSpec } from './types.ts'

/** The card of a plan: what it would do, and which brakes it trips. */
export function cardOf(spec: SyncSpec, plan: SyncPlan, funnel: Funnel | null, brakes: readonly Brake[]): PlanCard {
  return {
    destination: spec.destination.slug,
    before: plan.known,
    after: plan.desired,
    adds: plan.adds,
    updates: plan.updates,
    removes: plan.compliance + plan.removes,
    complianceRemoves: plan.compliance,
    unchanged: plan.unchanged,
    selected: funnel?.selected ?? null,
    heldOut: funnel?.heldOut ?? null,
    noConsent: funnel?.noConsent ?? null,
    suppressed: funnel?.suppressed ?? null,
    invalid: (funnel?.invalid ?? 0) + plan.withoutIdentity,
    needsApproval: brakes.filter(brake => brake.action === 'approve').map(brake => brake.code),
    refused: brakes.filter(brake => brake.action !== 'approve').map(brake => brake.code),
  }
}

/** A run of which nothing is known yet: every count is 0, and it has failed until it says otherwise. */
export function blankRun(runId: string, destination: string): SyncRun {
  const none = { upserts: 0, removes: 0 }
  return {
    runId,
    runNo: null,
    status: 'failed',
    destination,
    planHash: null,
    card: null,
    planned: none,
    accepted: none,
    rejected: none,
    unknown: none,
    skipped: none,
    requests: { write: 0, lookup: 0, poll: 0, setup: 0 },
    bytes: 0,
    seconds: 0,
    phases: {},
    recovered: [],
    reason: null,
  }
}

/** Measures phases and keeps what is known of the run until it ends. */
export class Report {
  readonly #effects: Pick<Effects, 'now'>
  readonly #started: number
  #phaseStarted: number
  #phase: Phase | null = null
  readonly #run: SyncRun

  constructor(spec: SyncSpec, effects: Pick<Effects, 'now'>) {
    this.#effects = effects
    this.#started = effects.now()
    this.#phaseStarted = this.#started
    this.#run = blankRun(spec.runId, spec.destination.slug)
  }

  /** Ends the phase before and begins this one. */
  enter(phase: Phase | null): void {
    const now = this.#effects.now()
    const { phases } = this.#run
    if (this.#phase !== null) phases[this.#phase] = (phases[this.#phase] ?? 0) + (now - this.#phaseStarted) / 1000
    this.#phase = phase
    this.#phaseStarted = now
  }

  note(part: Partial<SyncRun>): void {
    Object.assign(this.#run, part)
  }

  /** The finished run. */
  end(connection: SharedConnection, part: Pick<SyncRun, 'status' | 'reason'>): SyncRun {
    this.enter(null)
    const { write, lookup, poll, setup, bytes } = connection.traffic
    const seconds = (this.#effects.now() - this.#started) / 1000
    return { ...this.#run, ...part, requests: { write, lookup, poll, setup }, bytes, seconds }
  }
}
