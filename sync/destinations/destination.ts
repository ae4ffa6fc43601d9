import type { z } from 'zod'
import type { Connection } from '../core/request.ts'
import type { BodyShape } from '../core/shape.ts'

/** The identifier columns of a member, as the ledger names them. */
export type Identifier = 'email' | 'phone' | 'external_id'

/** A field's value as it leaves the warehouse; money is exact decimal text. */
export type Scalar = string | number | boolean | null

/** One person of a batch: the identifiers the platform may match on, and the audience's fields. */
export interface Member {
  /** Row of the plan. */
  seq: number
  customerId: string
  /** Only present identifiers; a removal lacks those that a staying member still uses. */
  identity: Partial<Record<Identifier, string>>
  fields: Record<string, Scalar>
}

/** A row the vendor refused: a value, never thrown. The message is redacted. */
export interface Rejection {
  seq: number
  code: string
  message: string
  /** True when the same row would be refused again. */
  permanent: boolean
}

/** What a vendor took. No rejections and no receipt: everything, final. A receipt: `confirm` tells later. */
export interface Outcome {
  rejections: readonly Rejection[]
  receipt: string | null
}

/** Requests that share one allowance; windows are enforced so that no interval of that length holds more. */
export interface Quota {
  operations: readonly string[]
  perSecond?: number
  perMinute?: number
  perDay?: number
}

/** The vendor's published limits (source and date beside the values). */
export interface Limits {
  /** Most rows and body bytes of one request; `itemBytes` is the most one member may take. */
  upsert: { rows: number; bytes: number; itemBytes?: number }
  remove: { rows: number; bytes: number }
  quotas: readonly Quota[]
  /** Requests in flight at once. */
  concurrency: number
}

/** A field of the audience that travels with a member; `type` is the warehouse's name of it. */
export interface Field {
  name: string
  type: string
}

/** What every call to a destination carries. */
export interface DestinationCall<S> {
  settings: S
  http: Connection
  /** Fields beside the identifiers, in the audience's order. */
  fields: readonly Field[]
}

/** A batch of upserts: a rendered body where the destination declares `body`, else members. */
export type Batch = { count: number; body: Uint8Array } | { count: number; members: readonly Member[] }

/** What was sent in one batch, so that a later answer finds its rows. */
export interface SentBatch {
  count: number
  /** The plan row of the i-th member of the body (0-based), or undefined beyond its end. */
  seqAt(index: number): number | undefined
  /** The plan rows of the batch with this identifier. */
  find(identifier: Identifier, value: string): Promise<number[]>
}

/** A platform that receives audiences: a plain object and one registry line. */
export interface Destination<S = unknown> {
  readonly slug: string
  readonly label: string
  /** Picks the consent column. */
  readonly channel: 'email' | 'sms' | 'push' | 'ads' | 'mail'
  /** Parsed from winback.yml; `.meta({ label, secret })` draws the form. */
  readonly settings: z.ZodType<S>
  /** The mart that holds this platform's identifiers. */
  readonly identityModel: string
  /** What the platform matches a member by, best first; the first present one is the member's identity. */
  readonly identity: readonly Identifier[]
  readonly limits: Limits
  /** The vendor's own address; a destination's `endpoint` in winback.yml replaces it. */
  readonly endpoint: string
  /** How long an ambiguous request may still be applied, in milliseconds. */
  readonly taintMs: number
  /** Most time `confirm` may stay pending before the batch counts as unknown, in milliseconds. Default 30 minutes. */
  readonly confirmMs?: number
  /** Headers of every request: authorisation, content type, revision. */
  headers(settings: S): Record<string, string>
  /** Values of the settings that must never be printed. */
  secrets(settings: S): readonly string[]
  /** Says what the vendor's reply means where its status misleads; null leaves it to the outcome table. */
  classify?(status: number, body: string): 'split' | 'size' | 'auth' | 'config' | 'transient' | null
  /** Proves the credentials; returns the account's id, or null when the vendor does not say. */
  check(call: DestinationCall<S>): Promise<{ account: string | null }>
  /** Finds the list by its exact name, without creating it. */
  findList(call: DestinationCall<S>, name: string): Promise<{ listId: string } | null>
  /** True when nobody is on the list: asked once, before a sync fills a list that it did not make. */
  isListEmpty(call: DestinationCall<S>, listId: string): Promise<boolean>
  /** Finds or creates the list; idempotent by name. */
  ensureList(call: DestinationCall<S>, name: string): Promise<{ listId: string }>
  /** A whole upsert body as a tree of columns and constants: the warehouse renders it. */
  body?(listId: string, fields: readonly Field[]): BodyShape
  /** Adds or updates members; idempotent. */
  upsert(call: DestinationCall<S>, listId: string, batch: Batch): Promise<Outcome>
  /** Takes members off this list (never erases the person); idempotent, a stranger is success. */
  remove(call: DestinationCall<S>, listId: string, members: readonly Member[]): Promise<Outcome>
  /** Asks for the result of a receipt. Only vendors that answer later. */
  confirm?(call: DestinationCall<S>, receipt: string, batch: SentBatch): Promise<'pending' | readonly Rejection[]>
}

/** Checks a destination's type where it is written and forgets its settings' type for the registry. */
export function defineDestination<S>(destination: Destination<S>): Destination {
  return destination as Destination
}
