import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Conflict, type Control } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'
import { openAppDb } from '../db/client.ts'
import { openControl } from '../db/control.ts'

/** One pair of a campaign or audience and a destination: owns one list there. */
export interface SyncRow {
  id: string
  brand: string
  kind: 'campaign' | 'audience'
  /** The campaign's or audience's slug. */
  subject: string
  destination: string
  /** Chosen at the first sync and kept: another label later does not make another list. */
  list_name: string
  created_at: string
}

/** What names a sync. */
export type SyncKey = Pick<SyncRow, 'brand' | 'kind' | 'subject' | 'destination'>

/**
 * The sync's id, `[a-z0-9_]`: the same on every machine, so that the ledger in the warehouse is found again when the app database is lost.
 * Eight hex digits of a digest part names that differ only in `-` and `_`.
 */
export function syncId(key: SyncKey): string {
  const names = [key.brand, key.kind, key.subject, key.destination]
  const digest = createHash('sha256').update(names.join('|')).digest('hex').slice(0, 8)
  return `${names.slice(0, 1).concat(names.slice(2)).join('__')}_${digest}`.replaceAll('-', '_')
}

/** The sync of that pair, or null before its first run. */
export async function findSync(project: Pick<Project, 'paths'>, key: SyncKey): Promise<SyncRow | null> {
  const db = await openAppDb(project.paths)
  return (
    (await db<SyncRow>('syncs')
      .where({ id: syncId(key) })
      .first()) ?? null
  )
}

/** The destinations that a campaign or audience was ever synced to, by slug. */
export async function listSyncedDestinations(
  project: Pick<Project, 'paths'>,
  key: Omit<SyncKey, 'destination'>,
): Promise<string[]> {
  const db = await openAppDb(project.paths)
  const { brand, kind, subject } = key
  const rows = await db<SyncRow>('syncs').where({ brand, kind, subject }).orderBy('destination')
  return rows.map(row => row.destination)
}

/** Notes the pair with its list's name unless it is known. Throws Conflict when another sync of the brand owns that list. */
export async function ensureSync(
  project: Pick<Project, 'paths'>,
  key: SyncKey,
  listName: string,
  at: string,
): Promise<SyncRow> {
  const db = await openAppDb(project.paths)
  const row: SyncRow = { id: syncId(key), ...key, list_name: listName, created_at: at }
  await db<SyncRow>('syncs')
    .insert(row)
    .onConflict('id')
    .ignore()
    .catch(error => {
      // The list's name is taken: told below, with its owner. (SQLite and Postgres name a broken unique index differently.)
      if (!['SQLITE_CONSTRAINT_UNIQUE', '23505'].includes(error.code)) throw error
    })
  const known = await findSync(project, key)
  if (known !== null) return known
  await checkListFree(project, key, listName)
  return row
}

/** Throws Conflict when another sync of the brand owns that list at that destination. */
export async function checkListFree(project: Pick<Project, 'paths'>, key: SyncKey, listName: string): Promise<void> {
  const db = await openAppDb(project.paths)
  const place = { brand: key.brand, destination: key.destination, list_name: listName }
  const owner = await db<SyncRow>('syncs').where(place).first()
  if (owner === undefined || owner.id === syncId(key)) return
  throw new Conflict(
    'sync.list_owned',
    `The list '${listName}' at ${key.destination} belongs to ${owner.kind} '${owner.subject}'`,
    'Give this campaign or audience another label: one list has one owner.',
  )
}

/** When the brand's newest import that succeeded ended, ISO; null when none is on record (rows may come by other means). */
export async function newestImportAt(project: Pick<Project, 'paths'>, brand: string): Promise<string | null> {
  const db = await openAppDb(project.paths)
  const rows = await db('runs')
    .where({ kind: 'import', status: 'done' })
    .whereLike('input', `%"${brand}"%`)
    .orderBy('ended_at', 'desc')
    .limit(100)
    .select<{ input: string; ended_at: string }[]>('input', 'ended_at')
  return rows.find(row => Imported.parse(JSON.parse(row.input)).brands.includes(brand))?.ended_at ?? null
}

/** What an import's run says of itself. */
const Imported = z.object({ brands: z.array(z.string()).default([]) })

/** The engine's control state in the project's app database. */
export async function openProjectControl(project: Pick<Project, 'paths'>): Promise<Control> {
  return openControl(await openAppDb(project.paths))
}
