import type { Effects } from './effects.ts'
import { RequestFailed } from './failures.ts'

/** Half of the last 20 requests failed: open; a probe each 30 s; three failed probes end the run (docs/sync-engine.md, Brakes). */
const LAST = 20
const SHARE = 0.5
const PROBE_MS = 30_000
const PROBES = 3

/** Keeps a run from hammering a vendor that is down. */
export class Breaker {
  readonly #effects: Pick<Effects, 'now' | 'sleep'>
  #results: boolean[] = []
  #openSince: number | null = null
  #failedProbes = 0
  #probing = false

  constructor(effects: Pick<Effects, 'now' | 'sleep'>) {
    this.#effects = effects
  }

  /** Waits while the circuit is open; true when the caller is the probe. Throws RequestFailed `down` when probes keep failing. */
  async enter(signal?: AbortSignal): Promise<boolean> {
    for (;;) {
      if (this.#failedProbes >= PROBES) {
        throw new RequestFailed('down', `The platform failed ${PROBES} probes, ${PROBE_MS / 1000} s apart`)
      }
      if (this.#openSince === null) return false
      const wait = this.#openSince + PROBE_MS - this.#effects.now()
      if (wait <= 0 && !this.#probing) {
        this.#probing = true
        return true
      }
      await this.#effects.sleep(Math.max(wait, 100), signal)
    }
  }

  /** Notes how a request ended. */
  leave(probe: boolean, failed: boolean): void {
    if (probe) {
      this.#probing = false
      this.#failedProbes = failed ? this.#failedProbes + 1 : 0
      this.#openSince = failed ? this.#effects.now() : null
      this.#results = []
      return
    }
    this.#results = [...this.#results.slice(1 - LAST), failed]
    const failures = this.#results.filter(Boolean).length
    if (this.#openSince === null && this.#results.length === LAST && failures >= SHARE * LAST) {
      this.#openSince = this.#effects.now()
    }
  }
}
