import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Cancelled, ConfigError, WinbackError } from '../../../sync/index.ts'
import type { FilePlan } from './plan-file.ts'
import { createScanner, type ScanOptions, type Spool } from './scan.ts'
import { readText } from './source-file.ts'

/** A segment is written once it has grown to this; with one being read by DuckDB and one growing, a file of any size needs three of them. */
const SEGMENT_BYTES = 4_194_304

/** Takes one spool file in; `done` counts the bytes of the source file that were read for it and before. */
export type LoadSegment = (path: string, done: number) => Promise<void>

/**
 * Splits a text file into records and loads each spool file in turn while the next is split. `load` is called when a
 * segment is full and returns what takes it in, so that it can note what the scanner knew at that moment.
 * Returns the records found, header aside. Throws ConfigError when the file changed since its fingerprint was taken.
 */
export async function spoolText(
  { file, fingerprint, dialect }: FilePlan,
  layout: Pick<ScanOptions, 'wanted' | 'witnesses'>,
  to: { dir: string; signal?: AbortSignal | undefined },
  load: () => LoadSegment,
): Promise<number> {
  if (dialect === null) throw new WinbackError('import.dialect', `${file.name} is no text`)
  await mkdir(to.dir, { recursive: true, mode: 0o700 })
  const scanner = createScanner({ ...layout, dialect, skip: 1 })
  const spool: Spool = { bytes: Buffer.allocUnsafe(SEGMENT_BYTES * 2), length: 0 }
  const reading = readText(file, to.signal)
  let rest: Buffer = Buffer.alloc(0)
  let segments = 0
  let loading: Promise<void> = Promise.resolve()
  const flush = async () => {
    const path = join(to.dir, `segment-${segments++}.csv`)
    const take = load()
    const done = reading.read()
    await writeFile(path, spool.bytes.subarray(0, spool.length), { mode: 0o600 }).catch(tellFull)
    spool.length = 0
    await loading
    loading = take(path, done).finally(() => rm(path, { force: true }))
    loading.catch(() => {})
  }
  try {
    for await (const chunk of reading.chunks) {
      const buffer: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      rest = buffer.subarray(scanner.scan(buffer, false, spool))
      if (spool.length >= SEGMENT_BYTES) await flush()
    }
    scanner.scan(rest, true, spool)
    if (spool.length > 0 || segments === 0) await flush()
    await loading
  } catch (error) {
    if (to.signal?.aborted)
      throw new Cancelled('run.cancelled', `Stopped while importing ${file.name}`, '', { cause: error })
    throw error
  } finally {
    await loading.catch(() => {})
  }
  if (reading.read() === file.bytes && reading.digest() !== fingerprint) {
    throw new ConfigError(
      'import.file_changed',
      `${file.name} changed while it was read`,
      'Import again once whatever writes it is done; nothing of it was imported.',
    )
  }
  return Math.max(0, scanner.records() - 1)
}

function tellFull(cause: NodeJS.ErrnoException): never {
  if (!['ENOSPC', 'EDQUOT', 'EFBIG'].includes(cause.code ?? '')) throw cause
  throw new WinbackError(
    'import.disk_full',
    'The disk is full',
    'Free some space and import again; the raw tables are as they were.',
    { cause },
  )
}
