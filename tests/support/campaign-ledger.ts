import { DuckDBInstance } from '@duckdb/node-api'
import type { Project } from '../../src/config/project.ts'

/** Runs one statement on a project's ledger file while nobody has it open; rows as JSON values. */
export async function inLedger(project: Pick<Project, 'paths'>, text: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  try {
    await db.run(`attach '${project.paths.ledger}' as ledger`)
    return (await db.runAndReadAll(text)).getRowsJson()
  } finally {
    await db.run('detach ledger')
    db.closeSync()
    instance.closeSync()
  }
}

/** Suppresses one address for e-mail in a new ledger. */
export async function suppressIn(project: Pick<Project, 'paths'>, brand: string, email: string): Promise<void> {
  await inLedger(project, 'create schema if not exists ledger.winback_sync')
  await inLedger(
    project,
    'create table if not exists ledger.winback_sync.suppressions(brand text, person_key text, channel text, reason text, recorded_at timestamp)',
  )
  await inLedger(
    project,
    `insert into ledger.winback_sync.suppressions values ('${brand}', sha256('${email}'), 'email', 'asked by phone', timestamp '2026-09-01 10:00:00')`,
  )
}
