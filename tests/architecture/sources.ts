import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A text file of the repository; `path` is relative to its root, with `/`. */
export interface Source {
  path: string
  text: string
}

/** A broken rule, told so that the reader knows what to change. */
export interface Violation {
  file: string
  /** From 1; null when the whole file is meant. */
  line: number | null
  /** The offending line as written. */
  text: string
  rule: string
  fix: string
}

const GENERATED_FOLDERS = new Set(['node_modules', '.venv', '.git', '.next', '.winback', 'demo', 'target', 'coverage'])

/** Every file below `folders` of `root` with one of the endings, in order of path; folders that are absent are empty. */
export function readSources(root: string, folders: readonly string[], endings: readonly string[]): Source[] {
  return folders
    .flatMap(folder => filesBelow(root, folder))
    .filter(path => endings.some(ending => path.endsWith(ending)))
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

function filesBelow(root: string, folder: string): string[] {
  return entries(join(root, folder)).flatMap(entry => {
    const path = `${folder}/${entry.name}`
    if (!entry.isDirectory()) return [path]
    return GENERATED_FOLDERS.has(entry.name) ? [] : filesBelow(root, path)
  })
}

function entries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name))
  } catch {
    return []
  }
}

/** Is this a test, which may import what it likes? */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}

/** One paragraph per violation: where, what stands there, the rule, the way out. */
export function explain(violations: readonly Violation[]): string {
  return violations
    .map(({ file, line, text, rule, fix }) =>
      [
        `${file}${line === null ? '' : `:${line}`}`,
        ...(text === '' ? [] : [`    ${text.trim()}`]),
        `  rule: ${rule}`,
        `  fix:  ${fix}`,
      ].join('\n'),
    )
    .join('\n\n')
}
