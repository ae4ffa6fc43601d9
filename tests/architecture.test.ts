import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkPackages, checkWords } from './architecture/contents.ts'
import { checkCommands, checkStack, parseStack } from './architecture/documents.ts'
import { checkName, checkSize } from './architecture/file-shape.ts'
import { checkLayering } from './architecture/layering.ts'
import { explain, readSources, type Source, type Violation } from './architecture/sources.ts'

const root = join(import.meta.dirname, '..')
const code = readSources(root, ['sync', 'src', 'app', 'tests', 'scripts', 'bin'], ['.ts', '.tsx', '.cjs', '.mjs'])
const models = readSources(root, ['dbt', 'models-sql'], ['.sql'])
const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** Fails with one paragraph per violation: the place, the rule and the way out. */
function expectNone(violations: readonly Violation[]): void {
  if (violations.length > 0) expect.fail(`${violations.length} violations\n\n${explain(violations)}\n`)
}

const everywhere = (files: readonly Source[], check: (file: Source) => Violation[]) => expectNone(files.flatMap(check))

describe('the architecture', () => {
  it('finds files to check', () => {
    expect(code.length).toBeGreaterThan(30)
  })

  it('imports along the layers only', () => everywhere(code, checkLayering))

  it('keeps databases behind their doors', () => everywhere(code, checkPackages))

  it('injects clock, chance, network and environment, and mocks no module', () => everywhere(code, checkWords))

  it('keeps files small', () => everywhere([...code, ...models], checkSize))

  it('names files after what they are about', () => everywhere([...code, ...models], checkName))
})

describe('the documents', () => {
  it('show every command', async () => {
    const { commands } = await import('../src/cli/registry.ts')
    const documents = readSources(root, ['docs'], ['.md'])
    if (existsSync(join(root, 'README.md'))) {
      documents.push({ path: 'README.md', text: readFileSync(join(root, 'README.md'), 'utf8') })
    }
    const names = commands.map(command => command.name)
    expectNone(checkCommands(names, documents))
  })

  it('list every dependency with its version, and its licence as the package states it', () => {
    const { dependencies, devDependencies, optionalDependencies } = readJson('package.json')
    const npm: Record<string, string> = { ...dependencies, ...devDependencies, ...optionalDependencies }
    const rows = parseStack(readFileSync(join(root, 'docs/stack.md'), 'utf8'))
    const requirements = readFileSync(join(root, 'dbt/requirements.txt'), 'utf8')
    const python = Object.fromEntries(
      [...requirements.matchAll(/^(dbt-core|dbt-duckdb|dbt-postgres|duckdb)==(\S+)/gm)].map(([, name, version]) => [
        name,
        version,
      ]),
    )
    expectNone(checkStack(rows, { ...npm, ...python }))

    for (const { name, licence } of rows.filter(row => existsSync(join(root, 'node_modules', row.name)))) {
      expect(licence, name).toBe(readJson(`node_modules/${name}/package.json`).license)
    }
  })
})
