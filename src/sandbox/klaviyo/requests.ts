import type { Account, Change, Job } from './account.ts'
import type { Row } from './identifiers.ts'
import type { Query } from './validate.ts'

/** A request that passed route, key, quota, headers and schema. */
export interface ApiRequest {
  account: Account
  /** The id in the path; empty where it has none. */
  id: string
  query: Query
  /** Parsed body, checked against the operation's schema. */
  body: unknown
  /** Bytes of the body. */
  bytes: number
  /** `http://127.0.0.1:4010`. */
  base: string
  /** Path and query as asked, for `links`. */
  url: URL
  now: number
  settings: AccountSettings
}

/** What is set once for the account: its id, and how imports behave. */
export interface AccountSettings {
  accountId: string
  queuedMs: number
  processingMs: number
  malformedRows: 'import_error' | 'bad_request'
}

/** What a request will do and answer: first the change is committed, then `reply` is asked. */
export interface Plan {
  change?: Change
  reply: (job: Job | null) => Reply
}

/** Status and JSON:API document; null for an empty body. */
export interface Reply {
  status: number
  document: object | null
}

/** Body of create_list, as the schema admits it. */
export interface ListCreateBody {
  data: { attributes: { name: string; opt_in_process?: string | null } }
}

/** Body of add_profiles_to_list and remove_profiles_from_list. */
export interface ProfileIdsBody {
  data: { id: string }[]
}

/** Body of bulk_import_profiles. */
export interface ImportBody {
  data: {
    attributes: { profiles: { data: Row[] } }
    relationships?: { lists?: { data?: { id: string }[] } }
  }
}
