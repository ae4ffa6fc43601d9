import { execFile } from 'node:child_process'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Project } from '../config/project.ts'

/** Notes which dbt process works in a build folder, so that a later run can end it if this process is killed. */
export async function notePid(buildDir: string, pid: number): Promise<void> {
  await writeFile(join(buildDir, 'dbt.pid'), String(pid))
}

/**
 * Removes what killed builds left: first ends a dbt that outlived its parent, then deletes its build folder. Call it under
 * the project's lease: every folder there is then a dead one's. Returns the run ids cleaned up.
 */
export async function cleanLeftovers(project: Pick<Project, 'paths'>): Promise<string[]> {
  const parent = dirname(project.paths.build('x'))
  const found = await readdir(parent).catch(() => [])
  for (const runId of found) {
    const dir = project.paths.build(runId)
    const pid = Number(await readFile(join(dir, 'dbt.pid'), 'utf8').catch(() => ''))
    if (pid > 0) await endOrphan(pid, runId)
    await rm(dir, { recursive: true, force: true, maxRetries: 3 })
  }
  return found
}

// Its command line names the run (log path), so a pid that was used again is never hit. dbt leads its own process group.
async function endOrphan(pid: number, runId: string): Promise<void> {
  if (!(await commandLine(pid)).includes(runId)) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    return
  }
  for (let i = 0; i < 100 && (await commandLine(pid)).includes(runId); i++) await sleep(50)
}

async function commandLine(pid: number): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    if (process.platform === 'linux') return ''
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout
}
