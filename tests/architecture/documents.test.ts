import { describe, expect, it } from 'vitest'
import { checkCommands, checkStack, parseStack } from './documents.ts'

describe('the check of documents', () => {
  const documents = [
    { path: 'README.md', text: 'Try `winback import`, then `winback --project-dir shop campaign plan autumn`.' },
  ]

  it('finds commands that no document shows', () => {
    const broken = checkCommands(['import', 'campaign plan', 'campaign launch', 'port'], documents)
    expect(broken.map(violation => violation.file)).toEqual([
      'src/cli/commands (campaign launch)',
      'src/cli/commands (port)',
    ])
  })
})

describe('the check of the stack table', () => {
  const table =
    '| package | version | licence | why |\n|---|---|---|---|\n| `knex` | 3.3.0 | MIT | the app database |\n'

  it('reads its rows', () => {
    expect(parseStack(table)).toEqual([{ name: 'knex', version: '3.3.0', licence: 'MIT', why: 'the app database' }])
  })

  it('accepts a table that agrees', () => {
    expect(checkStack(parseStack(table), { knex: '3.3.0' })).toEqual([])
  })

  it.each([
    [{ knex: '3.3.1' }, 'write 3.3.1 where the table has 3.3.0'],
    [{ knex: '3.3.0', zod: '4.6.7' }, 'add a row for zod 4.6.7'],
    [{}, 'remove the row: nothing pins it'],
  ])('tells the fix when package.json has %o', (wanted, fix) => {
    expect(checkStack(parseStack(table), wanted).map(violation => violation.fix)).toEqual([fix])
  })
})
