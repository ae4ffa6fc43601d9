import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { isMap, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import { z } from 'zod'
import { ConfigError, destinations } from '../../sync/index.ts'
import { type Environment, substitute } from './env.ts'
import { nearest } from './nearest.ts'
import { type DestinationConfig, WinbackConfig } from './schema.ts'

/** A parsed YAML file that can tell where each of its values stands. */
export interface YamlFile {
  /** Plain values with `${NAME}` filled where the environment has it. */
  value: unknown
  /** `winback.yml:12` of a path, or of its nearest parent that exists. */
  at(path: readonly PropertyKey[]): string
  /** The text of a scalar as written, before `${NAME}` was filled; undefined for anything else. */
  written(path: readonly PropertyKey[]): string | undefined
}

/** Reads and validates winback.yml. Throws ConfigError with file and line; never prints a value that may be a secret. */
export function loadConfig(file: string, env: Environment, from = process.cwd()): WinbackConfig {
  const yaml = loadYaml(file, env, from)
  const config = parseWith(WinbackConfig, yaml)
  checkUnique(config, yaml)
  config.brands.forEach((brand, b) => {
    brand.destinations.forEach((destination, d) => {
      checkDestination(destination, ['brands', b, 'destinations', d], yaml)
    })
  })
  return config
}

/** Reads a YAML file and fills `${NAME}`; a syntax error or duplicate key is a ConfigError with its line. */
export function loadYaml(file: string, env: Environment, from = process.cwd()): YamlFile {
  const name = relative(from, file) || file
  const text = readText(file, name)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const broken = document.errors[0]
  if (broken !== undefined) {
    const line = lines.linePos(broken.pos[0]).line
    throw new ConfigError('config.yaml', `${name}:${line}: ${firstLine(broken.message)}`, 'Correct the YAML there.')
  }
  const written = document.clone()
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string') node.value = substitute(node.value, env)
    },
  })
  const offset = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length--) {
      const parent = document.getIn(path.slice(0, length - 1), true)
      const key = path[length - 1]
      const pair = isMap(parent) ? parent.items.find(p => isScalar(p.key) && p.key.value === key) : undefined
      if (isPair(pair) && isScalar(pair.key) && pair.key.range) return pair.key.range[0]
      const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined
      if (node?.range) return node.range[0]
    }
    return 0
  }
  return {
    value: document.toJS(),
    at: path => `${name}:${lines.linePos(offset(path)).line}`,
    written: path => {
      const value = written.getIn(path)
      return typeof value === 'string' ? value : undefined
    },
  }
}

/** Parses a YAML file's value by a schema; the first issue becomes a ConfigError with its line and, for an unknown key, the nearest known one. */
export function parseWith<T>(schema: z.ZodType<T>, yaml: YamlFile): T {
  const parsed = schema.safeParse(yaml.value)
  if (parsed.success) return parsed.data
  // A mistyped key is also a missing one: what was written says more.
  const issue = parsed.error.issues.find(one => one.code === 'unrecognized_keys') ?? parsed.error.issues[0]
  if (issue === undefined) throw parsed.error
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const near = nearest(key, knownKeys(schema, issue.path))
    const hint = near === null ? 'Remove it, or see docs/config.md for the known keys.' : `Did you mean '${near}'?`
    throw new ConfigError('config.unknown_key', `${yaml.at([...issue.path, key])}: unknown key '${key}'`, hint)
  }
  const where = issue.path.length === 0 ? 'the file' : `'${issue.path.map(String).join('.')}'`
  throw new ConfigError(
    'config.invalid',
    `${yaml.at(issue.path)}: ${where}: ${issue.message}`,
    'See docs/config.md for what belongs there.',
  )
}

function checkUnique(config: WinbackConfig, yaml: YamlFile): void {
  const seen = new Set<string>()
  config.brands.forEach((brand, b) => {
    for (const [slug, path] of [
      [brand.slug, ['brands', b, 'slug']] as const,
      ...brand.destinations.map(
        (d, i) => [`${brand.slug}/${d.slug}`, ['brands', b, 'destinations', i, 'slug']] as const,
      ),
      ...brand.sources.map((s, i) => [`${brand.slug}:${s.name}`, ['brands', b, 'sources', i, 'name']] as const),
    ]) {
      if (seen.has(slug)) {
        throw new ConfigError(
          'config.duplicate',
          `${yaml.at(path)}: '${slug}' stands twice`,
          'Give each its own slug or name.',
        )
      }
      seen.add(slug)
    }
  })
}

function checkDestination(destination: DestinationConfig, path: readonly PropertyKey[], yaml: YamlFile): void {
  const known = destinations[destination.type]
  if (known === undefined) {
    const near = nearest(destination.type, Object.keys(destinations))
    throw new ConfigError(
      'config.unknown_destination',
      `${yaml.at([...path, 'type'])}: unknown destination type '${destination.type}'`,
      near === null ? `Known: ${Object.keys(destinations).join(', ')}.` : `Did you mean '${near}'?`,
    )
  }
  for (const key of secretKeys(known.settings)) {
    const text = yaml.written([...path, 'settings', key])
    if (text !== undefined && !/^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(text)) {
      throw new ConfigError(
        'config.literal_secret',
        `${yaml.at([...path, 'settings', key])}: '${key}' is a secret and must not stand in the file`,
        `Write ${key}: "\${${destination.type.toUpperCase()}_${snake(key)}}" and set that variable, or put it into .env.`,
      )
    }
  }
}

function secretKeys(settings: z.ZodType): string[] {
  if (!(settings instanceof z.ZodObject)) return []
  return Object.entries(settings.shape as Record<string, z.ZodType>)
    .filter(([, field]) => (field.meta() as { secret?: boolean } | undefined)?.secret === true)
    .map(([key]) => key)
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let node: unknown = z.toJSONSchema(schema, { io: 'input' })
  for (const step of path) {
    const at = node as { properties?: Record<string, unknown>; items?: unknown; additionalProperties?: unknown }
    node = typeof step === 'number' ? at.items : (at.properties?.[String(step)] ?? at.additionalProperties)
    if (node === undefined || node === null) return []
  }
  return Object.keys((node as { properties?: Record<string, unknown> }).properties ?? {})
}

function readText(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const message = missing ? `${name} does not exist` : `${name} cannot be read`
    throw new ConfigError(
      'config.missing',
      message,
      missing ? 'Make a project with `winback init`, or name its folder with --project-dir.' : 'Check its permissions.',
      { cause },
    )
  }
}

const firstLine = (text: string) => (text.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')
const snake = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()
