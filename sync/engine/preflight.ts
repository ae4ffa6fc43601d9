import { DestinationError } from '../core/errors.ts'
import type { SyncMemory } from './control.ts'
import { callFor, type Session } from './session.ts'

/** What is known of the destination before anything is sent. */
export interface Preflight {
  account: string | null
  /** The list, if it exists. */
  found: { listId: string } | null
  /** It exists, holds people, and this sync did not make it. */
  isForeignList: boolean
}

/**
 * Asks for the account and the list; changes nothing. `members` is how many the ledger believes to be on the list. Throws RequestFailed for a bad key, DestinationError when the
 * account or the list is not the one this sync has filled so far: it is never re-created silently.
 */
export async function preflight(session: Session, memory: SyncMemory, members: number): Promise<Preflight> {
  const { destination, listName } = session.spec
  const { account } = await destination.check(callFor(session))
  if (memory.account !== null && account !== null && account !== memory.account) {
    throw new DestinationError(
      'destination.account_changed',
      `The key of ${destination.label} belongs to another account than in earlier runs`,
      'Put the old key back, or make a new destination for the new account.',
    )
  }
  const found = await destination.findList(callFor(session), listName)
  const isGone = memory.listId === null ? found === null && members > 0 : found?.listId !== memory.listId
  if (isGone) {
    throw new DestinationError(
      'destination.list_gone',
      `The list “${listName}” of earlier runs was renamed or removed at ${destination.label}`,
      'Rename it back; to start on a new list, make a new campaign or destination.',
    )
  }
  const isStrange = memory.listId === null && found !== null
  const isForeignList = isStrange && !(await destination.isListEmpty(callFor(session), found.listId))
  return { account, found, isForeignList }
}

/** True when requests stay on this machine: a sandbox. */
export function isLoopback(endpoint: string): boolean {
  const host = new URL(endpoint).hostname
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
}
