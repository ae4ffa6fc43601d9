import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Names this process so that another one on the same machine can tell whether it still lives: host, pid, start tick. */
export function thisHolder(): string {
  return `${hostname()}|${process.pid}|${startTick(process.pid)}`
}

/** The pid within a holder's name. */
export function pidOf(holder: string): string {
  return holder.split('|')[1] ?? '?'
}

/** True when the holder is surely gone: same machine, and no process of that pid and start. False when it lives or nobody can tell. */
export function isGone(holder: string): boolean {
  const [host, pid, tick] = holder.split('|')
  if (host !== hostname() || pid === undefined) return false
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
  const now = startTick(Number(pid))
  return tick !== '' && now !== '' && tick !== now
}

// Field 22 of /proc/<pid>/stat: a pid that was used again has another start. Empty where there is no /proc.
function startTick(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
