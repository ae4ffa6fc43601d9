import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Call, ConfigError, createSyncTables, openDuckDb, raw, type Warehouse } from '../../sync/index.ts'
import type { Project } from '../config/project.ts'

/**
 * Opens the ledger for writing with the last good build beside it, read-only, and creates what is absent of `S_sync`. Only the holder
 * of the project's lease may: the ledger file lets one process in. Throws ConfigError when nothing was built.
 */
export async function openLedger(project: Pick<Project, 'paths' | 'names'>, call: Call): Promise<Warehouse> {
  const { ledger, warehouse } = project.paths
  if (!existsSync(warehouse)) {
    throw new ConfigError('build.missing', 'Nothing is built yet', 'Run `winback import`, then `winback build`.')
  }
  mkdirSync(dirname(ledger), { recursive: true })
  const opened = await openDuckDb({
    main: { path: ledger, as: 'ledger' },
    attach: [{ path: warehouse, as: 'warehouse', readOnly: true }],
  })
  try {
    // Audience SQL runs here: the guard lets no file through, and now DuckDB does not either. It cannot be switched back on.
    await opened.execute(raw('set enable_external_access = false'), call)
    await createSyncTables(opened, project.names.sync, call)
    return opened
  } catch (error) {
    await opened.close()
    throw error
  }
}
