import { draw, drawListId, idOf, ordinalOf } from './draw.ts'
import type { Row, RowError } from './identifiers.ts'
import { createProfiles, type Profiles } from './profiles.ts'

/** A list; `members` holds profile ordinal → when it joined. */
export interface List {
  id: string
  name: string
  optInProcess: string | null
  createdAt: number
  members: Map<number, number>
  /** Ordinals of the members in ascending order, made when asked for and dropped when they change. */
  sorted: number[] | null
}

/** An import job. Before `startsAt` it is queued, before `endsAt` processing; then its rows are applied at once. */
export interface Job {
  id: string
  createdAt: number
  startsAt: number
  /** Null: never ends. */
  endsAt: number | null
  listIds: readonly string[]
  total: number
  /** Emptied when applied. */
  rows: readonly Row[]
  /** Rows that a fault refuses. */
  refuse: Refusal | null
  /** How it ends: applied, or cancelled with nothing applied. */
  end: 'complete' | 'cancelled'
  isDone: boolean
  /** Profiles created or updated, ascending. */
  profiles: number[]
  errors: ImportError[]
}

/** One row of an import that was not taken. */
export interface ImportError extends RowError {
  /** Index of the row in the request. */
  index: number
  row: Row
}

/** Something a request does to the account; plain JSON, so that the journal can hold it. */
export type Change =
  | { type: 'create_list'; id: string; name: string; optInProcess: string | null }
  | { type: 'delete_list'; id: string }
  | { type: 'add_members' | 'remove_members'; listId: string; profiles: readonly number[] }
  | ImportChange

/** Starts an import job; the times count from the moment it takes effect. */
export interface ImportChange {
  type: 'import'
  rows: readonly Row[]
  listIds: readonly string[]
  queuedMs: number
  processingMs: number
  /** `never` leaves the job processing; default `complete`. */
  end?: 'complete' | 'cancelled' | 'never'
  refuse?: Refusal
}

/** A share (0..1) of rows, chosen by draws from the seed, the job and the row's ordinal. */
export interface Refusal {
  share: number
  seed: string
}

/** What the platform holds. Time only passes by `advance`; the same changes at the same times give the same account. */
export interface Account {
  readonly profiles: Profiles
  readonly lists: Map<string, List>
  /** A list id that nobody has had. */
  newListId(): string
  findJob(id: string): Job | undefined
  /** Applies everything that is due at `now`, in the order of its time. */
  advance(now: number): void
  /** Takes a change to be applied at `at` (at once by the next `advance` when that has passed). Returns the job of an import. */
  commit(change: Change, at: number): Job | null
}

/** An empty account. */
export function createAccount(seed: string): Account {
  const profiles = createProfiles()
  const lists = new Map<string, List>()
  const jobs: Job[] = []
  const usedListIds = new Set<string>()
  const due: { at: number; ordinal: number; apply: (at: number) => void }[] = []
  let ordinals = 0

  const plan = (at: number, apply: (at: number) => void) => {
    ordinals += 1
    due.push({ at, ordinal: ordinals, apply })
    due.sort((a, b) => a.at - b.at || a.ordinal - b.ordinal)
  }

  const startJob = (change: ImportChange, at: number): Job => {
    const { rows, listIds, refuse = null } = change
    const startsAt = at + change.queuedMs
    const endsAt = change.end === 'never' ? null : startsAt + change.processingMs
    const id = idOf('job', jobs.length + 1)
    const end = change.end === 'cancelled' ? 'cancelled' : 'complete'
    const times = { createdAt: at, startsAt, endsAt, end, isDone: false } as const
    const job: Job = { id, ...times, listIds, total: rows.length, rows, refuse, profiles: [], errors: [] }
    jobs.push(job)
    if (endsAt !== null) plan(endsAt, () => finish(job, profiles, lists))
    return job
  }

  return {
    profiles,
    lists,
    newListId: () => {
      let id = drawListId(seed, 'list', usedListIds.size)
      for (let again = 1; usedListIds.has(id); again += 1) id = drawListId(seed, 'list', usedListIds.size, again)
      usedListIds.add(id)
      return id
    },
    findJob: id => jobs[(ordinalOf('job', id) ?? 0) - 1],
    advance: now => {
      for (let next = due[0]; next && next.at <= now; next = due[0]) {
        due.shift()
        next.apply(next.at)
      }
    },
    commit: (change, at) => {
      if (change.type === 'import') return startJob(change, at)
      if (change.type === 'create_list') usedListIds.add(change.id)
      plan(at, effectAt => changeList(lists, change, effectAt))
      return null
    },
  }
}

function changeList(lists: Map<string, List>, change: Exclude<Change, ImportChange>, at: number): void {
  if (change.type === 'create_list') {
    const { id, name, optInProcess } = change
    lists.set(id, { id, name, optInProcess, createdAt: at, members: new Map(), sorted: null })
    return
  }
  if (change.type === 'delete_list') {
    lists.delete(change.id)
    return
  }
  const list = lists.get(change.listId)
  if (!list) return
  for (const profile of change.profiles) {
    if (change.type === 'remove_members') list.members.delete(profile)
    else if (!list.members.has(profile)) list.members.set(profile, at)
  }
  list.sorted = null
}

function finish(job: Job, profiles: Profiles, lists: Map<string, List>): void {
  const at = job.endsAt ?? 0
  const taken = new Set<number>()
  const { refuse } = job
  for (const [index, row] of job.end === 'cancelled' ? [] : job.rows.entries()) {
    const isRefused = refuse !== null && draw(refuse.seed, 'refuse', job.id, index) < refuse.share
    const result = isRefused ? refused : profiles.upsert(row, at)
    if ('ordinal' in result) taken.add(result.ordinal)
    else job.errors.push({ ...result, index, row })
  }
  job.profiles = [...taken].sort((a, b) => a - b)
  for (const id of job.listIds) changeList(lists, { type: 'add_members', listId: id, profiles: job.profiles }, at)
  job.rows = []
  job.isDone = true
}

const refused: RowError = {
  code: 'invalid',
  title: 'Invalid input.',
  detail: 'The sandbox was asked to refuse this profile.',
  field: null,
}
