import { blank } from './blank.ts'
import { importsOf } from './imports.ts'
import { isTest, type Source, type Violation } from './sources.ts'

interface PackageRule {
  packages: readonly string[]
  isAllowedIn(path: string): boolean
  rule: string
  fix: string
}

interface WordRule {
  pattern: RegExp
  appliesTo(path: string): boolean
  rule: string
  fix: string
}

const packageRules: readonly PackageRule[] = [
  {
    packages: ['knex', 'better-sqlite3', 'pg'],
    isAllowedIn: path => path.startsWith('src/db/') || /(^|\/)store\.ts$/.test(path),
    rule: 'only src/db and a domain’s store.ts see the app database',
    fix: 'move the query into the store.ts of this folder and call it from here',
  },
  {
    packages: ['@duckdb/node-api'],
    isAllowedIn: path => path.startsWith('sync/warehouses/') || path.startsWith('src/dbt/'),
    rule: 'only sync/warehouses and src/dbt see DuckDB’s driver',
    fix: 'take a Warehouse from openDuckDb of sync/index.ts',
  },
]

const isProgram = (path: string) => /^(sync|src|app)\//.test(path) && !isTest(path)
const isEngine = (path: string) => path.startsWith('sync/engine/') && !isTest(path)

const wordRules: readonly WordRule[] = [
  {
    pattern:
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\brandomUUID\b|\bset(?:Timeout|Interval|Immediate)\b|(?<!\.)\bfetch\s*\(/,
    appliesTo: isEngine,
    rule: 'sync/engine has no clock, chance, timer or network of its own: a run must replay exactly in the simulation',
    fix: 'take now, sleep, random, uuid or http from the injected Effects (sync/core/effects.ts)',
  },
  {
    pattern: /\bprocess\.env\b/,
    appliesTo: path => isProgram(path) && path !== 'src/config/env.ts',
    rule: 'src/config/env.ts is the only reader of process.env',
    fix: 'take environment() from src/config/env.ts, or better a value from the config or an argument',
  },
  {
    pattern: /\bvi\s*\.\s*(?:mock|doMock)\b/,
    appliesTo: isTest,
    rule: 'modules are never mocked',
    fix: 'put the fake at the edge: an HTTP server (src/sandbox), a temporary database, an injected argument',
  },
]

/** Imports of packages that belong to one place. Tests may use any. */
export function checkPackages(file: Source): Violation[] {
  if (!isProgram(file.path)) return []

  return importsOf(file).flatMap(({ line, text, target }) =>
    packageRules
      .filter(({ packages, isAllowedIn }) => packages.includes(target) && !isAllowedIn(file.path))
      .map(({ rule, fix }) => ({ file: file.path, line, text, rule, fix })),
  )
}

/** Words that may not stand in the code of some folders; comments and strings do not count. */
export function checkWords(file: Source): Violation[] {
  const rules = wordRules.filter(({ appliesTo }) => appliesTo(file.path))
  if (rules.length === 0) return []

  const lines = file.text.split('\n')
  const code = blank(file.text, { strings: true }).split('\n')
  return code.flatMap((text, i) =>
    rules
      .filter(({ pattern }) => pattern.test(text))
      .map(({ rule, fix }) => ({ file: file.path, line: i + 1, text: lines[i] ?? '', rule, fix })),
  )
}
