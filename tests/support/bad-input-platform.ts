import type { Fault, KlaviyoOptions } from '../../src/sandbox/klaviyo/types.ts'
import { audience, type Counts } from './bad-input.ts'

/** What the platform does wrong while 11 people come on the list and 12 leave it, and what the sync says. */
export interface BadPlatform {
  name: string
  fault: Fault | null
  platform?: KlaviyoOptions
  exitCode: number
  /** On stdout: lists as LIST, durations as N s. */
  says: string
  /** Rows that came, by table; none when nothing was sent. */
  adds: Counts
}

/** Takes 12 of the 14 members off the list and puts 11 others on it. */
export const changedAudience = audience("customer_id like 'c2%' or customer_id in ('c1', 'c10')")

/** Who is on the list then: c2, c20 to c29, and two of before. */
export const changedMembers = ['c1', 'c10', 'c2', ...Array.from({ length: 10 }, (_, i) => `c2${i}`)].sort()

const imports = 'bulk_import_profiles'
// The plan and its acknowledgement, one batch of removals and one of 11 upserts; each member has a row in the ledger.
const planned = { 'ledger.plans': 2 }
const removed = { ...planned, 'app.sync_batches': 2, 'ledger.ledger': 12 }
const all = { ...removed, 'ledger.ledger': 12 + 11 }
// An attempt whose end nobody knows leaves a mark of its own for each of its members.
const twice = { ...removed, 'ledger.ledger': 12 + 2 * 11 }

const blocked = (requests: number, rows: number, words: string) =>
  `✗ klaviyo: blocked, 0 added or updated, ${rows} removed (${requests} requests, N s)\n  ${words}`
const done = (requests: number) => `✓ klaviyo: done, 11 added or updated, 12 removed (${requests} requests, N s)`
const CHECK_KEY = 'Check the key (in the environment or .env) and its scopes, then sync again.'
const PUT_BACK =
  'Put the list back at the platform, or give the sync another list name; it is never re-created silently.'
const THROTTLED = 'status 429: throttled: Request was throttled. Expected available in 3600 seconds.'

export const badPlatforms: readonly BadPlatform[] = [
  {
    name: 'refuses the key (401)',
    fault: { kind: 'unauthorized' },
    exitCode: 1,
    says: blocked(1, 0, `GET /api/accounts: status 401: authentication_failed: Invalid API key.\n  ${CHECK_KEY}`),
    adds: {},
  },
  {
    name: 'refuses the key’s scope (403)',
    fault: { kind: 'forbidden' },
    exitCode: 1,
    says: blocked(
      1,
      0,
      `GET /api/accounts: status 403: permission_denied: The key lacks a scope that this needs.\n  ${CHECK_KEY}`,
    ),
    adds: {},
  },
  {
    name: 'takes the scope away after the removals (403)',
    fault: { kind: 'forbidden', operation: imports },
    exitCode: 1,
    says: blocked(
      5,
      12,
      `POST /api/profile-bulk-import-jobs: status 403: permission_denied: The key lacks a scope that this needs.\n  ${CHECK_KEY}`,
    ),
    adds: removed,
  },
  {
    name: 'has lost the list (404)',
    fault: { kind: 'list_gone', operation: 'remove_profiles_from_list' },
    exitCode: 1,
    says: blocked(
      4,
      0,
      `DELETE /api/lists/LIST/relationships/profiles: status 404: not_found: A list with this id does not exist.\n  ${PUT_BACK}`,
    ),
    adds: { ...planned, 'app.sync_batches': 1 },
  },
  {
    name: 'is another account',
    fault: null,
    platform: { accountId: 'OTHER1' },
    exitCode: 1,
    says: blocked(
      1,
      0,
      'The key of Klaviyo belongs to another account than in earlier runs\n  Put the old key back, or make a new destination for the new account.',
    ),
    adds: {},
  },
  {
    name: 'asks for a second’s patience (429)',
    fault: { kind: 'too_many_requests', times: 1 },
    exitCode: 0,
    says: done(7),
    adds: all,
  },
  {
    name: 'asks for an hour’s patience (429)',
    fault: { kind: 'too_many_requests', retryAfterSeconds: 3600 },
    exitCode: 1,
    says: `✗ klaviyo: failed, 0 added or updated, 0 removed (1 requests, N s)\n  GET /api/accounts: ${THROTTLED}\n  Sync again later.`,
    adds: {},
  },
  {
    name: 'fails before it applied (500)',
    fault: { kind: 'error_before', operation: imports, times: 1 },
    exitCode: 0,
    says: done(7),
    adds: twice,
  },
  {
    name: 'fails after it applied (500)',
    fault: { kind: 'error_after', operation: imports, times: 1 },
    exitCode: 0,
    says: done(7),
    adds: twice,
  },
  {
    name: 'answers garbage with a good status',
    fault: { kind: 'garbage', operation: imports, times: 1 },
    exitCode: 0,
    says: done(7),
    adds: twice,
  },
  {
    name: 'is slow',
    fault: { kind: 'slow', delayMs: 1_500, operation: imports, times: 1 },
    exitCode: 0,
    says: done(6),
    adds: all,
  },
]
