import { join } from 'node:path'

/** Where a project keeps its state, all under `.winback/` (ignored by git). */
export interface Paths {
  project: string
  state: string
  /** The last good build. */
  warehouse: string
  /** Imported rows. */
  raw: string
  /** Ledger, plans, assignments, suppressions, model parameters. */
  ledger: string
  /** The app database on SQLite. */
  app: string
  /** Folder of one build's working copy. */
  build(runId: string): string
  /** Folder of one run's artifacts. */
  run(runId: string): string
  /** dbt's target directory of one target. */
  target(target: string): string
  logs: string
}

/** The paths of the project in `dir`. */
export function projectPaths(dir: string): Paths {
  const state = join(dir, '.winback')
  return {
    project: dir,
    state,
    warehouse: join(state, 'warehouse.duckdb'),
    raw: join(state, 'raw.duckdb'),
    ledger: join(state, 'ledger.duckdb'),
    app: join(state, 'app.sqlite'),
    build: runId => join(state, 'build', runId),
    run: runId => join(state, 'runs', runId),
    target: target => join(state, 'target', target),
    logs: join(state, 'logs'),
  }
}
