import { setTimeout as wait } from 'node:timers/promises'
import { drawUuid } from './klaviyo/draw.ts'
import { createFaults } from './klaviyo/faults.ts'
import { type Listener, listen } from './klaviyo/listener.ts'
import { createQuotas } from './klaviyo/quota.ts'
import { type Office, serve } from './klaviyo/serve.ts'
import { openState } from './klaviyo/state.ts'
import type { KlaviyoOptions, LogEntry, SandboxKlaviyo } from './klaviyo/types.ts'

export type { Operation } from './klaviyo/operations.ts'
export type * from './klaviyo/types.ts'

/** Starts the stand-in Klaviyo on 127.0.0.1; resolves when it listens. Rejects with the socket's error when the port is taken, or when the state file is not one. */
export async function startKlaviyo(options: KlaviyoOptions = {}): Promise<SandboxKlaviyo> {
  const {
    apiKey = 'pk_sandbox',
    seed = '1',
    now = Date.now,
    sleep = ms => wait(ms),
    malformedRows = 'import_error',
  } = options
  const { accountId = 'SANDBX' } = options
  const { queuedMs = 100, processingMs = 200 } = options.jobs ?? {}
  const state = openState(seed, now, options.stateFile)
  const faults = createFaults(seed)
  const quotas = options.quotas === false ? null : createQuotas(now)
  const log: LogEntry[] = []
  let requests = 0
  let errors = 0

  const record: Office['record'] = entry => {
    requests += 1
    const numbered = { seq: requests, ...entry }
    log.push(numbered)
    options.onRequest?.(numbered)
  }
  const nextErrorId = () => {
    errors += 1
    return drawUuid(seed, 'error', errors)
  }
  const settings = { queuedMs, processingMs, malformedRows, accountId }
  const office: Office = {
    desk: () => ({
      account: state.current(),
      quotas,
      settings,
      apiKey,
      base: sandbox.endpoint,
      now: now(),
      commit: state.commit,
      nextErrorId,
    }),
    faults,
    sandbox: () => sandbox,
    record,
    keepBodies: options.keepBodies ?? false,
    sleep,
    down: forMs => listener.down(forMs),
  }

  const listener: Listener = await listen(
    options.port ?? 0,
    (request, response) => void serve(office, request, response).catch(() => response.destroy()),
  ).catch((error: unknown) => {
    state.close()
    throw error
  })
  const stop = async () => {
    await listener.stop()
    state.close()
  }
  const sandbox: SandboxKlaviyo = {
    endpoint: `http://127.0.0.1:${listener.port}`,
    port: listener.port,
    apiKey,
    faults,
    log,
    lists: state.lists,
    members: state.members,
    membership: state.membership,
    profileCount: () => state.current().profiles.all.length,
    down: () => listener.down(),
    up: () => listener.up(),
    reset: () => {
      state.reset()
      faults.clear()
      quotas?.clear()
      log.length = 0
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
  return sandbox
}
