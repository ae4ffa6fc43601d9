import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import knex, { type Knex } from 'knex'
import { ConfigError } from '../../sync/index.ts'
import { migrate } from './migrate.ts'

const shared = globalThis as { winbackAppDb?: Map<string, Promise<Knex>> }
shared.winbackAppDb ??= new Map()
const open = shared.winbackAppDb

/** The app database of a project: one SQLite connection a file and process, migrated. Throws ConfigError when the file cannot be written. */
export function openAppDb(paths: { app: string }): Promise<Knex> {
  const known = open.get(paths.app)
  if (known !== undefined) return known
  const opening = connect(paths.app)
  open.set(paths.app, opening)
  opening.catch(() => open.delete(paths.app))
  return opening
}

/** Closes what `openAppDb` opened for this path; a second call does nothing. */
export async function closeAppDb(paths: { app: string }): Promise<void> {
  const known = open.get(paths.app)
  open.delete(paths.app)
  await (await known)?.destroy()
}

/** Closes every app database of this process: an open pool would keep it from ending. */
export async function closeAppDbs(): Promise<void> {
  await Promise.all([...open.keys()].map(app => closeAppDb({ app })))
}

async function connect(file: string): Promise<Knex> {
  const db = knex({
    client: 'better-sqlite3',
    connection: { filename: file },
    useNullAsDefault: true,
    pool: { min: 1, max: 1, afterCreate: prepare },
  })
  try {
    mkdirSync(dirname(file), { recursive: true })
    await migrate(db)
  } catch (cause) {
    await db.destroy()
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(
      'app_db.open',
      `The app database ${file} cannot be opened: ${reason}`,
      'Check the folder’s permissions and free space.',
      { cause },
    )
  }
  return db
}

// WAL lets readers work beside the one writer; FULL keeps an intent through a power cut; 10 s cover another process's migration.
function prepare(
  connection: { pragma(text: string): unknown },
  done: (error: unknown, connection: unknown) => void,
): void {
  try {
    connection.pragma('busy_timeout = 10000')
    connection.pragma('journal_mode = WAL')
    connection.pragma('synchronous = FULL')
    connection.pragma('foreign_keys = ON')
    done(null, connection)
  } catch (error) {
    done(error, connection)
  }
}
