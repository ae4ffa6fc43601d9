import { existsSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { ConfigError } from '../../../sync/index.ts'

/** A file that winback.yml names: `name` is relative to the project where it can be, with `/` between folders. */
export interface NamedFile {
  name: string
  path: string
}

/** The files of a path or glob, sorted by name. A path without glob signs is returned whether it exists or not. Throws ConfigError when a glob finds nothing. */
export async function findFiles(projectDir: string, pattern: string): Promise<NamedFile[]> {
  const whole = isAbsolute(pattern) ? pattern : join(projectDir, pattern)
  if (!/[*?[\]{}]/.test(pattern) || existsSync(whole)) return [{ name: pattern, path: resolve(whole) }]
  const found: NamedFile[] = []
  for await (const entry of glob(whole)) {
    const name = isAbsolute(pattern) ? entry : relative(projectDir, entry)
    found.push({ name: name.split(sep).join('/'), path: resolve(entry) })
  }
  if (found.length === 0) {
    throw new ConfigError(
      'import.file_missing',
      `No file matches ${pattern}`,
      'Correct the glob under `files:` in winback.yml; it is relative to the project folder.',
    )
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}
