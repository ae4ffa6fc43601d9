import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ImportFixture, openFixture } from './import-fixture.ts'

let at: ImportFixture
beforeAll(async () => {
  at = await openFixture()
})
afterAll(() => at.close())

/** Our own reading of docs/import.md: white space at the ends goes, nothing and \N are null. */
function stored(text: string): string | null {
  const isWhite = (unit = '') => unit !== '' && (unit <= ' ' || '\u00a0\u200b\ufeff'.includes(unit))
  let bare = text
  while (isWhite(bare[0])) bare = bare.slice(1)
  while (isWhite(bare.at(-1))) bare = bare.slice(0, -1)
  return bare === '' || bare === '\\N' ? null : bare
}

const text = fc
  .string({
    unit: fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      fc.constantFrom(',', ';', '"', "'", '\n', '\r\n', '\r', '\t', '|', ' ', '\\', '\u00a0', 'é'),
    ),
    maxLength: 12,
  })
  .filter(value => !value.includes('\0') && value.isWellFormed())

const file = fc.record({
  rows: fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 40 }),
  delimiter: fc.constantFrom(',', ';', '\t', '|', '~', '\u001f'),
  newline: fc.constantFrom('\n', '\r\n', '\r'),
  quoteAll: fc.boolean(),
  hasMark: fc.boolean(),
  endsBare: fc.boolean(),
})

it('brings back the values of any file, however it is delimited, quoted and broken into lines', async () => {
  await fc.assert(
    fc.asyncProperty(file, async ({ rows, delimiter, newline, quoteAll, hasMark, endsBare }) => {
      const write = (value: string) =>
        quoteAll || /["\r\n]/.test(value) || value.includes(delimiter) || value.startsWith("'")
          ? `"${value.replaceAll('"', '""')}"`
          : value
      const lines = rows.map(([a, b], i) => [String(i), a, b].map(write).join(delimiter))
      const header = ['customer_id', 'first_name', 'last_name']
        .map(name => (quoteAll ? `"${name}"` : name))
        .join(delimiter)
      at.write('c.csv', `${hasMark ? '\ufeff' : ''}${[header, ...lines].join(newline)}${endsBare ? '' : newline}`)
      const [loaded] = await at.load({ files: { customers: 'c.csv' } })
      expect(loaded).toMatchObject({ rows: rows.length, rejected: 0 })
      const found = await at.rows(
        'select first_name, last_name from raw.winback_raw.csv_customers order by customer_id::int',
      )
      expect(found).toEqual(rows.map(([a, b]) => ({ first_name: stored(a), last_name: stored(b) })))
    }),
    { numRuns: 60 },
  )
})
