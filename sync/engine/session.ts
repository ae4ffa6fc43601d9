import type { Effects } from '../core/effects.ts'
import type { SharedConnection } from '../core/http.ts'
import type { Connection } from '../core/request.ts'
import type { DestinationCall } from '../destinations/destination.ts'
import type { Call, Warehouse } from '../warehouses/warehouse.ts'
import type { Control, RunKey } from './control.ts'
import type { Phase, SyncOptions, SyncSpec } from './types.ts'

/** What every step of one run shares. */
export interface Session {
  warehouse: Warehouse
  control: Control
  spec: SyncSpec
  effects: Effects
  options: SyncOptions
  connection: SharedConnection
  key: RunKey
  /** A warehouse call that the caller's abort interrupts. */
  call(purpose: string): Call
  /** A warehouse call that runs to its end: what was sent must be written down. */
  lastCall(purpose: string): Call
  progress(phase: Phase, done: number, total: number): void
}

/** A destination's view of the session for one request or batch. */
export function callFor(session: Session, http: Connection = session.connection.lane()): DestinationCall<unknown> {
  return { settings: session.spec.settings, http, fields: session.spec.fields }
}

/** This run's instant as a naive UTC timestamp text, `2026-11-22 18:00:00.123`. */
export function timestamp(effects: Pick<Effects, 'now'>): string {
  return new Date(effects.now()).toISOString().replace('T', ' ').replace('Z', '')
}

/** A sync id as part of a table name: as it is when it is plain, else its plain letters and a digest of the rest. */
export function tableSlug(syncId: string): string {
  if (/^[a-z0-9_]{1,60}$/.test(syncId)) return syncId
  const plain = syncId
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 40)
  let sum = 0x811c9dc5
  for (const byte of Buffer.from(syncId, 'utf8')) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0
  return `${plain}_${sum.toString(16)}`
}
