import { type Account, type Change, createAccount, type Job, type List } from './account.ts'
import { idOf } from './draw.ts'
import { type Journal, openJournal } from './journal.ts'
import type { SandboxList, SandboxMember } from './types.ts'

/** The account with its clock and its file. */
export interface State {
  /** The account as of now: everything due is applied. */
  current(): Account
  /** Records a change, then takes it to be applied at `at`. Throws the system's error when the file cannot take it; then nothing happened. */
  commit(change: Change, at: number): Job | null
  lists(): SandboxList[]
  members(list: string): SandboxMember[]
  /** external_id, else e-mail, else phone of every member. */
  membership(list: string): Set<string>
  reset(): void
  close(): void
}

interface Recorded {
  change: Change
  recordedAt: number
  at: number
}

/** Opens the account, from its journal where a file is given: replaying the same changes at the same times gives the same account. */
export function openState(seed: string, now: () => number, stateFile: string | undefined): State {
  let account = createAccount(seed)
  const journal: Journal<Recorded> | null =
    stateFile === undefined
      ? null
      : openJournal<Recorded>(stateFile, 'klaviyo', ({ change, recordedAt, at }) => {
          account.advance(recordedAt)
          account.commit(change, at)
          account.advance(recordedAt)
        })
  const current = () => {
    account.advance(now())
    return account
  }
  return {
    current,
    commit: (change, at) => {
      journal?.append({ change, recordedAt: now(), at })
      return account.commit(change, at)
    },
    lists: () =>
      oldestFirst(current()).map(({ id, name, createdAt, members }) => ({
        id,
        name,
        createdAt,
        members: members.size,
      })),
    members: list => membersOf(current(), list),
    membership: list => namesOf(current(), list),
    reset: () => {
      journal?.clear()
      account = createAccount(seed)
    },
    close: () => journal?.close(),
  }
}

function oldestFirst(account: Account): List[] {
  return [...account.lists.values()].sort((a, b) => a.createdAt - b.createdAt)
}

function findList(account: Account, idOrName: string): List | undefined {
  return account.lists.get(idOrName) ?? oldestFirst(account).find(one => one.name === idOrName)
}

function namesOf(account: Account, list: string): Set<string> {
  const names = new Set<string>()
  for (const ordinal of findList(account, list)?.members.keys() ?? []) {
    const profile = account.profiles.all[ordinal]
    names.add(profile?.externalId ?? profile?.email ?? profile?.phone ?? idOf('profile', ordinal))
  }
  return names
}

function membersOf(account: Account, list: string): SandboxMember[] {
  return [...(findList(account, list)?.members ?? [])].flatMap(([ordinal, joinedAt]) => {
    const profile = account.profiles.all[ordinal]
    if (!profile) return []
    const { email, phone, externalId, attributes } = profile
    const firstName = typeof attributes.first_name === 'string' ? attributes.first_name : null
    return { profileId: idOf('profile', ordinal), externalId, email, phone, firstName, joinedAt }
  })
}
