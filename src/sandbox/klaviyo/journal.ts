import { closeSync, ftruncateSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'

/** An append-only file of JSON lines, one per accepted change. A line counts only with its line end, so a process killed while writing loses at most the change it had not yet answered. */
export interface Journal<T> {
  /** Writes one entry behind the others; throws the system's error, leaving the file as it was. */
  append(entry: T): void
  /** Replaces the file by an empty journal in one rename. */
  clear(): void
  /** Idempotent. */
  close(): void
}

/** Opens or creates the journal and hands every whole entry to `replay`. Throws when the file is something else or has an unreadable line. One process a file. */
export function openJournal<T>(path: string, kind: string, replay: (entry: T) => void): Journal<T> {
  const header = `${JSON.stringify({ winbackSandbox: kind, version: 1 })}\n`
  let size = readJournal(path, header, replay)
  if (size === 0) size = writeEmpty(path, header)
  let file = openSync(path, 'r+')
  ftruncateSync(file, size)
  let isClosed = false
  return {
    append: entry => {
      const bytes = Buffer.from(`${JSON.stringify(entry)}\n`)
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, size + done)
      } catch (error) {
        ftruncateSync(file, size)
        throw error
      }
      size += bytes.length
    },
    clear: () => {
      closeSync(file)
      size = writeEmpty(path, header)
      file = openSync(path, 'r+')
    },
    close: () => {
      if (!isClosed) closeSync(file)
      isClosed = true
    },
  }
}

/** Bytes of the file that hold whole lines. */
function readJournal<T>(path: string, header: string, replay: (entry: T) => void): number {
  const bytes = readIfThere(path)
  if (bytes.length === 0) return 0
  if (bytes.subarray(0, header.length).toString() !== header)
    throw new Error(`${path} is not a state file of this sandbox; give another path`)
  let from = header.length
  for (let line = 2; ; line += 1) {
    const end = bytes.indexOf(10, from)
    if (end < 0) return from
    try {
      replay(JSON.parse(bytes.toString('utf8', from, end)) as T)
    } catch (cause) {
      throw new Error(`${path}: line ${line} is unreadable; move the file away`, { cause })
    }
    from = end + 1
  }
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

function writeEmpty(path: string, header: string): number {
  writeFileSync(`${path}.new`, header, { mode: 0o600 })
  renameSync(`${path}.new`, path)
  return header.length
}
