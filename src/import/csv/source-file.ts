import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ConfigError } from '../../../sync/index.ts'

/** A file of a source, looked at but not read. */
export interface SourceFile {
  /** As winback.yml names it, or as its glob found it: what messages and `_file` say. */
  name: string
  path: string
  format: 'text' | 'gzip' | 'parquet'
  /** Size on disk. */
  bytes: number
}

/** Reads in pieces of this many bytes; memory grows with it, not with the file. */
const CHUNK_BYTES = 1_048_576

/** Opens a file's first bytes and says what it is. Throws ConfigError when it is missing, empty, a folder, or of a kind we do not read. */
export async function openSourceFile(path: string, name: string): Promise<SourceFile> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const missing = cause.code === 'ENOENT' || cause.code === 'ENOTDIR'
    throw new ConfigError(
      'import.file_missing',
      missing ? `${name} does not exist` : `${name} cannot be read: ${cause.code ?? 'unknown error'}`,
      'Correct its path under `files:` in winback.yml; paths are relative to the project folder.',
      { cause },
    )
  })
  if (info.isDirectory()) {
    throw new ConfigError(
      'import.file_is_folder',
      `${name} is a folder, not a file`,
      `Name the file itself, or several with a glob such as ${name.replace(/\/$/, '')}/*.csv.`,
    )
  }
  if (info.size === 0) throw emptyFile(name)
  const head = await firstBytes(path, name)
  const kind = kinds.find(([magic]) => head.subarray(0, magic.length).equals(magic))
  if (kind?.[1] === null) {
    throw new ConfigError('import.file_kind', `${name} is ${kind[2]}`, 'Save it as CSV (gzip is fine) or Parquet.')
  }
  return { name, path, format: kind?.[1] ?? 'text', bytes: info.size }
}

/** The error of a file without a header. */
export function emptyFile(name: string): ConfigError {
  return new ConfigError(
    'import.file_empty',
    `${name} is empty`,
    'Export it again: its first line must name the columns.',
  )
}

/** The SHA-256 of a file's bytes as they are on disk, in hex. */
export async function fingerprint(file: SourceFile, signal: AbortSignal | null): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file.path, {
    highWaterMark: CHUNK_BYTES,
    ...(signal === null ? {} : { signal }),
  }))
    hash.update(chunk)
  return hash.digest('hex')
}

/** A file being read. */
export interface Reading {
  /** Decompressed UTF-8 without a byte order mark, in pieces. */
  chunks: AsyncIterable<Buffer>
  /** Bytes read from disk. */
  read(): number
  /** The SHA-256 of the bytes read from disk, once the chunks have ended. */
  digest(): string
}

/** Reads a text or gzip file as UTF-8: unpacks, drops a byte order mark, and recodes UTF-16 that has one. */
export function readText(file: SourceFile, signal?: AbortSignal): Reading {
  const hash = createHash('sha256')
  let done = 0
  async function* disk() {
    const stream = createReadStream(file.path, {
      highWaterMark: CHUNK_BYTES,
      ...(signal === undefined ? {} : { signal }),
    })
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      done += chunk.length
      hash.update(chunk)
      yield chunk
    }
  }
  const bytes: AsyncIterable<Buffer> =
    file.format === 'gzip'
      ? pipeline(Readable.from(disk()), createGunzip({ chunkSize: CHUNK_BYTES / 4 }), () => {})
      : disk()
  return { chunks: recode(bytes, file.name), read: () => done, digest: () => hash.digest('hex') }
}

/** The first bytes of a text or gzip file as `readText` gives them, at least `size` unless the file is shorter. */
export async function readSample(file: SourceFile, size: number): Promise<{ bytes: Buffer; whole: boolean }> {
  const parts: Buffer[] = []
  let length = 0
  for await (const chunk of readText(file).chunks) {
    parts.push(chunk)
    length += chunk.length
    if (length > size) return { bytes: Buffer.concat(parts), whole: false }
  }
  return { bytes: Buffer.concat(parts), whole: true }
}

async function* recode(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let head: Buffer | undefined = Buffer.alloc(0)
  try {
    for await (const piece of bytes) {
      let chunk = piece
      if (head !== undefined) {
        chunk = head.length === 0 ? piece : Buffer.concat([head, piece])
        head = chunk.length < 4 ? chunk : undefined
        if (head !== undefined) continue
        const encoding = utf16(chunk, name)
        if (encoding !== null) decoder = new TextDecoder(encoding)
        else if (chunk.subarray(0, 3).equals(UTF8_MARK)) chunk = chunk.subarray(3)
      }
      yield decoder === undefined ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }))
    }
    if (head !== undefined && head.length > 0) yield head.subarray(0, 3).equals(UTF8_MARK) ? head.subarray(3) : head
    if (decoder !== undefined) yield Buffer.from(decoder.decode())
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? ''
    if (!code.startsWith('Z_')) throw cause
    throw new ConfigError(
      'import.gzip_broken',
      `${name} is damaged: ${code === 'Z_BUF_ERROR' ? 'the gzip data ends too early' : 'the gzip data cannot be unpacked'}`,
      'Copy or export it again; nothing of it was imported.',
      { cause },
    )
  }
}

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf])

function utf16(head: Buffer, name: string): 'utf-16le' | 'utf-16be' | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  if (head[0] !== 0 && head[1] !== 0) return null
  throw new ConfigError(
    'import.encoding',
    `${name} begins with NUL bytes: it is UTF-16 without a byte order mark, or no text at all`,
    'Save it as UTF-8.',
  )
}

async function firstBytes(path: string, name: string): Promise<Buffer> {
  try {
    const handle = await open(path)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw new ConfigError('import.file_unreadable', `${name} cannot be read`, 'Check its permissions.', { cause })
  }
}

// Leading bytes, our format or null for a kind that is refused, and its name.
const kinds: readonly (readonly [Buffer, SourceFile['format'] | null, string])[] = [
  [Buffer.from([0x1f, 0x8b]), 'gzip', 'gzip'],
  [Buffer.from('PAR1'), 'parquet', 'Parquet'],
  [Buffer.from([0x50, 0x4b, 0x03, 0x04]), null, 'a zip archive or an Excel workbook'],
  [Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), null, 'an old Excel workbook'],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), null, 'packed with zstd'],
  [Buffer.from('BZh'), null, 'packed with bzip2'],
  [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), null, 'packed with xz'],
  [Buffer.from('%PDF'), null, 'a PDF'],
]
