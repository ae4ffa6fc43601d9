import type { Migration } from '../migrate.ts'
import { runs } from './0001_runs.ts'
import { sync } from './0002_sync.ts'
import { campaigns } from './0003_campaigns.ts'

/** Every migration in order; add a line for a new one, never change an old one. */
export const migrations: readonly Migration[] = [runs, sync, campaigns]
