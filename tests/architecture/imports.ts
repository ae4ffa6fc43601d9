import { posix } from 'node:path'
import { blank } from './blank.ts'
import type { Source } from './sources.ts'

/** An import, a re-export or an `import()` as written in a file. */
export interface Import {
  /** From 1. */
  line: number
  /** The line as written. */
  text: string
  /** A package's name, or the imported file relative to the repository's root without its ending. */
  target: string
  isRelative: boolean
  /** True when only types are taken, which leaves no trace at run time. */
  isTypeOnly: boolean
}

const FROM = /^[ \t]*(?:import|export)\b(?<clause>[^'"`;]*?)\bfrom\s*['"](?<named>[^'"]+)['"]/gm
const BARE = /^[ \t]*import\s*['"](?<named>[^'"]+)['"]/gm
const DYNAMIC = /\bimport\s*\(\s*['"](?<named>[^'"]+)['"]/g

/** Every import of a file, in order of line. */
export function importsOf(file: Source): Import[] {
  const code = blank(file.text, { strings: false })
  const lines = file.text.split('\n')
  const found = [FROM, BARE, DYNAMIC].flatMap(pattern => [...code.matchAll(pattern)])
  return found
    .map(match => {
      const specifier = match.groups?.named ?? ''
      const line = code.slice(0, match.index + match[0].length).split('\n').length
      const isRelative = specifier.startsWith('.')
      const target = isRelative ? resolve(file.path, specifier) : specifier
      return { line, text: lines[line - 1] ?? '', target, isRelative, isTypeOnly: takesTypesOnly(match.groups?.clause) }
    })
    .sort((a, b) => a.line - b.line)
}

function resolve(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/\.tsx?$/, '')
}

function takesTypesOnly(clause: string | undefined): boolean {
  if (clause === undefined) return false
  if (/^\s+type\b/.test(clause)) return true
  const names = /^\s*\{([^}]*)\}\s*$/
    .exec(clause)?.[1]
    ?.split(',')
    .filter(name => name.trim() !== '')
  return names?.every(name => /^\s*type\s/.test(name)) === true
}
