import type { Source, Violation } from './sources.ts'

/** Commands of the CLI that no document shows as `winback <name>`. */
export function checkCommands(names: readonly string[], documents: readonly Source[]): Violation[] {
  const text = documents.map(document => document.text).join('\n')
  return names
    .filter(name => !new RegExp(`\\bwinback (?:--\\S+(?: [^-\\s]\\S*)? )*${name}\\b`).test(text))
    .map(name => ({
      file: `src/cli/commands (${name})`,
      line: null,
      text: '',
      rule: 'every command is shown in README.md or docs/',
      fix: `write in the guide of the task it belongs to what \`winback ${name}\` is for, with a line to try`,
    }))
}

/** A row of the table in docs/stack.md. */
export interface StackRow {
  name: string
  version: string
  licence: string
  why: string
}

/** Reads the rows `| name | version | licence | why |` whose first cell is a package in back-quotes. */
export function parseStack(text: string): StackRow[] {
  return text.split('\n').flatMap(line => {
    const cells = line.split('|').map(cell => cell.trim())
    const name = /^`([^`]+)`$/.exec(cells[1] ?? '')?.[1]
    if (name === undefined || cells.length !== 6) return []
    return [{ name, version: cells[2] ?? '', licence: cells[3] ?? '', why: cells[4] ?? '' }]
  })
}

/** Differences between the table and what package.json (or a requirements file) pins; `wanted` is version by name. */
export function checkStack(rows: readonly StackRow[], wanted: Readonly<Record<string, string>>): Violation[] {
  const rule = 'docs/stack.md has one row for each dependency: version, licence, why'
  const differs = (name: string, fix: string) => ({ file: 'docs/stack.md', line: null, text: name, rule, fix })
  const missing = Object.entries(wanted).flatMap(([name, version]) => {
    const row = rows.find(candidate => candidate.name === name)
    if (!row) return [differs(name, `add a row for ${name} ${version}`)]
    if (row.version !== version) return [differs(name, `write ${version} where the table has ${row.version}`)]
    return row.why === '' ? [differs(name, 'say why it is here')] : []
  })
  const gone = rows
    .filter(row => !(row.name in wanted))
    .map(row => differs(row.name, 'remove the row: nothing pins it'))
  return [...missing, ...gone]
}
