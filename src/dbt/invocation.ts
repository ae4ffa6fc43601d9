import { join } from 'node:path'
import { ConfigError } from '../../sync/index.ts'
import { type Project, packageDir } from '../config/project.ts'
import type { BuildCopy } from './build-copy.ts'
import { dbtEnvironment } from './environment.ts'
import type { DbtEvent } from './events.ts'
import { notePid } from './leftovers.ts'
import type { DbtCall } from './run.ts'
import type { DbtVars } from './vars.ts'

/** dbt's own selection and run flags, passed on as they are. */
export interface Selection {
  select: readonly string[]
  exclude: readonly string[]
  selector?: string | undefined
  fullRefresh?: boolean | undefined
  failFast?: boolean | undefined
  threads?: number | undefined
}

/**
 * A SIGINT between a model's start and its query cancels nothing and dbt waits for the query (seen with 1.12.6). On a copy
 * that is thrown away there is nothing to cancel elsewhere and nothing to lose, so SIGKILL comes sooner than by default.
 */
const COPY_GRACE_MS = 5_000

/** One dbt call over a build copy: everything of `DbtCall` that a project and a run decide. */
export function invocation(
  project: Project,
  run: { id: string; signal: AbortSignal; copy: BuildCopy; vars: DbtVars; onEvent?: (event: DbtEvent) => void },
  args: readonly string[],
): DbtCall {
  checkProfile(project)
  return {
    dbt: join(packageDir, '.venv', 'bin', 'dbt'),
    args,
    projectDir: project.dbtProject,
    profilesDir: project.target.profilesDir,
    profile: project.target.profile,
    target: project.target.target,
    targetPath: project.paths.target(project.target.target),
    logPath: project.paths.run(run.id),
    vars: run.vars,
    env: dbtEnvironment(project.env, project.target.envVars, {
      WINBACK_WAREHOUSE_PATH: run.copy.warehouse,
      WINBACK_RAW_PATH: run.copy.raw,
      WINBACK_RAW_READ_ONLY: 'True', // as_bool takes Python's spelling only
      WINBACK_LEDGER_PATH: run.copy.ledger,
      WINBACK_SCHEMA: project.target.schema,
      WINBACK_THREADS: String(project.target.threads),
    }),
    signal: run.signal,
    ...(run.onEvent === undefined ? {} : { onEvent: run.onEvent }),
    graceMs: COPY_GRACE_MS,
    onSpawn: pid => void notePid(run.copy.dir, pid).catch(() => {}),
  }
}

/** The flags of a selection, in dbt's words. */
export function selectionFlags(selection: Selection): string[] {
  return [
    ...(selection.select.length > 0 ? ['--select', ...selection.select] : []),
    ...(selection.exclude.length > 0 ? ['--exclude', ...selection.exclude] : []),
    ...(selection.selector === undefined ? [] : ['--selector', selection.selector]),
    ...(selection.fullRefresh ? ['--full-refresh'] : []),
    ...(selection.failFast ? ['--fail-fast'] : []),
    ...(selection.threads === undefined ? [] : ['--threads', String(selection.threads)]),
  ]
}

/** True when only a part of the project is asked for. */
export const isPartial = (selection: Selection): boolean =>
  selection.select.length > 0 || selection.exclude.length > 0 || selection.selector !== undefined

// A profile with a path of its own would let dbt write to a file that readers hold.
function checkProfile(project: Project): void {
  const missing = ['WINBACK_WAREHOUSE_PATH', 'WINBACK_RAW_PATH', 'WINBACK_LEDGER_PATH'].find(
    name => !project.target.envVars.includes(name),
  )
  if (missing === undefined) return
  throw new ConfigError(
    'profile.paths',
    `${join(project.target.profilesDir, 'profiles.yml')} does not take ${missing} from the environment`,
    `Builds run on a copy: write path: "{{ env_var('${missing}') }}", as \`winback init\` does.`,
  )
}
