import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest, ManifestNode, RunResult } from './artifacts.ts'
import { redactPeople } from './redact.ts'
import { findSourceLine } from './source-line.ts'

/** One thing that broke in a dbt run. */
export interface Failure {
  /** dbt's unique id: `model.winback.customers`. */
  node: string
  /** model, seed, snapshot, test, unit test, hook. */
  kind: string
  name: string
  /** Relative to the dbt project; null when dbt does not say. */
  file: string | null
  /** 1-based line in `file`; null when it cannot be told. */
  line: number | null
  /** The database's or dbt's own words, e-mail addresses and phone numbers masked. */
  message: string
  /** A test's failing rows; null for anything else. */
  count: number | null
  /** Absolute path of the SQL as it was sent; null when dbt did not get that far. */
  compiledPath: string | null
}

const BROKEN = new Set(['error', 'fail', 'runtime error', 'partial success'])

/** True for a result that makes a run fail; a warning does not. */
export const isBroken = (result: RunResult): boolean => BROKEN.has(result.status)

/** What broke, in the order it ran. `projectDir` is dbt's project folder. */
export async function describeFailures(
  results: readonly RunResult[],
  manifest: Manifest | null,
  projectDir: string,
): Promise<Failure[]> {
  const broken = results.filter(isBroken)
  return Promise.all(broken.map(result => describe(result, findNode(manifest, result.unique_id), projectDir)))
}

/** One sentence on a failure, for a person. */
export function failureText(failure: Failure): string {
  const place = failure.file === null ? '' : ` (${failure.file}${failure.line === null ? '' : `:${failure.line}`})`
  if (failure.kind === 'test' && failure.count !== null) {
    return `test ${failure.name}${place} failed: ${failure.count} ${failure.count === 1 ? 'row' : 'rows'}`
  }
  return `${failure.kind} ${failure.name}${place} failed: ${failure.message}`
}

/** What to look at next for a failure. */
export function failureHint(failure: Failure): string {
  if (failure.kind === 'test' && failure.count !== null) return `See the rows: winback show ${failure.name}`
  if (failure.compiledPath !== null) return `The SQL as it was sent: ${failure.compiledPath}`
  return ''
}

async function describe(result: RunResult, node: ManifestNode | null, projectDir: string): Promise<Failure> {
  const type = node?.resource_type ?? result.unique_id.split('.')[0] ?? 'model'
  const file = node?.original_file_path.replace(/^\.\//, '') || null
  const words = (result.message ?? '').replaceAll('\r', '')
  const isTest = type === 'test'
  return {
    node: result.unique_id,
    kind: KINDS[type] ?? type,
    name: node?.name ?? result.unique_id.split('.').at(-1) ?? result.unique_id,
    file,
    line: file === null || isTest ? null : await findLine(words, result.compiled_code ?? null, join(projectDir, file)),
    message: redactPeople(ownWords(words)) || result.status,
    count: isTest && result.status === 'fail' ? (result.failures ?? null) : null,
    compiledPath: node?.compiled_path ?? null,
  }
}

const KINDS: Record<string, string> = { unit_test: 'unit test', operation: 'hook' }

function findNode(manifest: Manifest | null, id: string): ManifestNode | null {
  return manifest?.nodes[id] ?? (manifest?.unit_tests[id] as ManifestNode | undefined) ?? null
}

async function findLine(message: string, compiled: string | null, file: string): Promise<number | null> {
  const source = await readFile(file, 'utf8').catch(() => null)
  return source === null ? null : findSourceLine(message, compiled, source)
}

// dbt puts "Runtime Error in model x (path)" on top and the macro stack below; both are said elsewhere or help nobody.
function ownWords(message: string): string {
  return message
    .split('\n')
    .map(line => line.trimEnd())
    .filter(line => !/^\s*> (in|called by) /.test(line))
    .join('\n')
    .replace(/^\s*(Runtime|Database|Compilation) Error in \w+( \w+)? \S+ \([^)]*\)\n/, '')
    .replace(/\n\s*\n+/g, '\n')
    .trim()
}
