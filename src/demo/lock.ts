import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cancelled } from '../../sync/index.ts'
import { isGone, pidOf, thisHolder } from '../runs/holder.ts'

/**
 * Waits until this process alone works on the demo, and returns what lets go. `onWait` hears once who holds it; a holder that died is taken over.
 * The runs of the demo take the project's lease one by one; this lock spans them, so that two `npm start` do not tell the story at once.
 */
export async function lockDemo(
  file: string,
  ctx: { signal: AbortSignal; onWait: (text: string) => void },
): Promise<() => void> {
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, thisHolder())
  try {
    for (let told = false; ; told = true) {
      if (ctx.signal.aborted) throw new Cancelled('demo.cancelled', 'Stopped while another demo runs')
      if (take(mine, file)) return () => rmSync(file, { force: true })
      const holder = read(file)
      if (holder === null || (isGone(holder) && removeStale(file, holder))) continue
      if (!told) ctx.onWait(`another demo works in this folder (pid ${pidOf(holder)}); waiting for it`)
      await sleep(300, undefined, { signal: ctx.signal }).catch(() => {})
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

/** A hard link is made whole or not at all: the file is never seen half written. */
function take(mine: string, file: string): boolean {
  try {
    linkSync(mine, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

// Only one of several waiters renames it; one that caught a newer lock by mistake puts it back.
function removeStale(file: string, holder: string): boolean {
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return true
  }
  if (read(aside) !== holder) take(aside, file)
  rmSync(aside, { force: true })
  return true
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
