import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConfigError } from '../../sync/index.ts'
import { type ImportFixture, openFixture } from './import-fixture.ts'

let at: ImportFixture
beforeEach(async () => {
  at = await openFixture()
})
afterEach(() => at.close())

describe('files that are refused', () => {
  const orders = 'order_id,ordered_at,total_amount\n1,2024-01-01,1\n'
  const map = (columns: Record<string, string>) => ({ files: { orders: 'f.csv' }, columns: { orders: columns } })
  const cases: [string, string | Uint8Array | null, Parameters<ImportFixture['load']>[0], string, string][] = [
    ['a missing file', null, { files: { orders: 'f.csv' } }, 'f.csv does not exist', 'Correct its path'],
    [
      'a glob that finds nothing',
      null,
      { files: { orders: 'f-*.csv' } },
      'No file matches f-*.csv',
      'Correct the glob',
    ],
    ['a folder', null, { files: { orders: '.' } }, '. is a folder, not a file', 'glob'],
    ['an empty file', '', map({}), 'f.csv is empty', 'first line must name the columns'],
    ['a file of blank lines', '\n\n', map({}), 'f.csv is empty', 'first line must name the columns'],
    ['a file of a byte order mark', '\ufeff', map({}), 'f.csv is empty', 'first line must name the columns'],
    [
      'a wrong delimiter',
      'order_id§ordered_at§total_amount\n1§2024-01-01§1\n',
      map({}),
      "f.csv has one column, 'order_id§ordered_at§total_amount', with '§' inside: that is no delimiter we know",
      'Export it with commas',
    ],
    [
      'a missing column',
      'order_id,order_date,total_amount\n1,2024-01-01,1\n',
      map({}),
      "f.csv has no column 'ordered_at', which orders must have",
      "The nearest is 'order_date': if that is it, write columns: { orders: { ordered_at: order_date } } in winback.yml.",
    ],
    [
      'a mapped column that is missing',
      orders,
      map({ ordered_at: 'orderd_at' }),
      "f.csv has no column 'orderd_at', which winback.yml names for orders.ordered_at",
      "The nearest is 'ordered_at'",
    ],
    [
      'a column that stands twice',
      'order_id,ordered_at,total_amount,total_amount\n1,2024-01-01,1,1\n',
      map({}),
      "f.csv has the column 'total_amount' twice (places 3 and 4)",
      'Rename one of them',
    ],
    [
      'an unknown field',
      orders,
      map({ ordred_at: 'ordered_at' }),
      "columns.orders.ordred_at of winback.yml: orders has no field 'ordred_at'",
      "Did you mean 'ordered_at'?",
    ],
    [
      'a broken format',
      orders,
      map({ ordered_at: 'ordered_at:%Q' }),
      "columns.orders.ordered_at of winback.yml: '%Q' is no date format",
      'strptime',
    ],
    [
      'a format on money',
      orders,
      map({ total_amount: 'total_amount:%Y' }),
      'columns.orders.total_amount of winback.yml has a date format, but is no date',
      'Write total_amount: total_amount.',
    ],
    [
      'half a gzip file',
      gzipSync(orders.repeat(100)).subarray(0, 60),
      map({}),
      'f.csv is damaged: the gzip data ends too early',
      'export it again',
    ],
    [
      'an Excel workbook',
      Buffer.from('504b0304deadbeef', 'hex'),
      map({}),
      'f.csv is a zip archive or an Excel workbook',
      'Save it as CSV',
    ],
    [
      'broken Parquet',
      Buffer.from('PAR1 and nothing more'),
      map({}),
      'f.csv is damaged: its Parquet footer cannot be read',
      'export it again',
    ],
  ]
  for (const [name, content, source, message, hint] of cases) {
    it(`refuses ${name}, leaves the raw tables as they were, and imports the corrected file`, async () => {
      at.write('good.csv', orders)
      await at.load({ files: { orders: 'good.csv' } })
      const before = await at.everything()
      if (content !== null) at.write('f.csv', content)
      const error = await at.load({ ...source, files: { ...source.files, customers: 'good.csv' } }).catch(e => e)
      expect(error).toBeInstanceOf(ConfigError)
      expect(error.message).toBe(message)
      expect(error.hint).toContain(hint)
      expect(error.exitCode).toBe(2)
      expect(await at.everything()).toEqual(before)
      at.write('f.csv', orders)
      expect(await at.load({ files: { orders: 'f.csv' } })).toMatchObject([
        { file: 'f.csv', rows: 1, rejected: 0, state: 'loaded' },
        { file: 'good.csv', state: 'removed' },
      ])
    })
  }
})
