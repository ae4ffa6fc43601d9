import { basename } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { ConfigError } from '../../sync/index.ts'
import { nearest } from '../config/nearest.ts'
import { isIdentifierName } from './identifiers.ts'

const fieldName = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be a column name in lower case')

/** What stands in the comment on top of an audience file. */
export const FrontMatter = z.strictObject({
  label: z.string().trim().min(1).max(100),
  /** Columns sent beside customer_id, in this order. */
  fields: z.array(fieldName).default([]),
  owner: z.string().optional(),
  description: z.string().optional(),
})
export type FrontMatter = z.infer<typeof FrontMatter>

/** An audience as its file says it: nothing is proven about the SQL yet. */
export interface AudienceSource extends FrontMatter {
  /** The file's name without `.sql`. */
  slug: string
  /** As errors show it. */
  file: string
  /** Everything below the front-matter, with as many line breaks before it as the front-matter has: line numbers are the file's. */
  body: string
}

/**
 * Reads the text of `models-sql/<slug>.sql`: a comment of YAML, then one SELECT.
 * Throws ConfigError `audience.front_matter` with file and line.
 */
export function parseAudience(file: string, text: string): AudienceSource {
  const slug = basename(file, '.sql')
  if (!/^[a-z][a-z0-9_-]{0,49}$/.test(slug)) {
    throw fail(file, 1, `'${slug}' cannot name an audience`, 'Use a–z, 0–9, _ and - (50 at most), a letter first.')
  }
  const clean = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  if (clean.includes('\0')) throw fail(file, 1, 'the file holds a NUL byte', 'Save it as UTF-8 text.')
  const found = /^\s*\/\*(.*?)\*\//s.exec(clean)
  if (found === null) throw fail(file, 1, 'there is no front-matter', example)

  const yaml = found[1] ?? ''
  const firstLine = lineOf(clean, clean.indexOf('/*') + 2)
  const front = parseYaml(file, yaml, firstLine)
  const body = clean.slice(found[0].length)
  if (body.trim() === '')
    throw fail(file, lineOf(clean, clean.length), 'there is no SELECT below the front-matter', example)
  return { ...front, slug, file, body: '\n'.repeat(lineOf(clean, found[0].length) - 1) + body }
}

function parseYaml(file: string, yaml: string, firstLine: number): FrontMatter {
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines, uniqueKeys: true })
  const at = (offset: number) => firstLine + lines.linePos(offset).line - 1
  const broken = document.errors[0]
  if (broken !== undefined) {
    throw fail(file, at(broken.pos[0]), (broken.message.split('\n')[0] ?? '').replace(/ at line .*$/, ''), example)
  }
  const parsed = FrontMatter.safeParse(document.toJS() ?? {})
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const key = issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : ''
    if (issue?.code === 'invalid_type' && issue.path[0] === 'label' && !document.has('label'))
      throw fail(file, at(0), 'label is missing', example)
    const node = document.getIn(key === '' ? (issue?.path ?? []) : [key], true) as { range?: number[] } | undefined
    const line = at(node?.range?.[0] ?? 0)
    if (key !== '') {
      const near = nearest(key, Object.keys(FrontMatter.shape))
      throw fail(file, line, `unknown key '${key}'`, near === null ? example : `Did you mean '${near}'?`)
    }
    throw fail(file, line, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`, example)
  }
  const line = at((document.getIn(['fields'], true) as { range?: number[] } | undefined)?.range?.[0] ?? 0)
  checkFields(file, line, parsed.data.fields)
  return parsed.data
}

function checkFields(file: string, line: number, fields: readonly string[]): void {
  for (const [i, field] of fields.entries()) {
    if (field === 'customer_id') throw fail(file, line, 'customer_id is always there', 'Take it out of fields.')
    if (fields.indexOf(field) !== i) throw fail(file, line, `field '${field}' is listed twice`, 'List it once.')
    if (reserved.has(field))
      throw fail(file, line, `'${field}' is a word of the sync engine`, 'Give the column another name.')
    if (isIdentifierName(field)) {
      throw new ConfigError(
        'audience.identifier',
        `${file}:${line}: field '${field}' would carry an identifier`,
        'Take it out: Winback joins each platform’s identifiers itself, from consented customers alone.',
      )
    }
  }
}

/** Columns of a plan and of the ledger: a field of that name would stand beside them. */
const reserved = new Set([
  'brand',
  'other',
  'op',
  'held',
  'seq',
  'step',
  'kind',
  'entry_key',
  'row_hash',
  'obstacle',
  'arm',
])

const example = 'Begin the file with:  /*\nlabel: Lapsed VIPs\nfields: [first_name, days_since_order]\n*/'

function fail(file: string, line: number, what: string, hint: string): ConfigError {
  return new ConfigError('audience.front_matter', `${file}:${line}: ${what}`, hint)
}

/** The 1-based line of a character offset. */
function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
