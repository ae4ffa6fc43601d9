import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ImportFixture, openFixture } from './import-fixture.ts'

let at: ImportFixture
beforeEach(async () => {
  at = await openFixture()
})
afterEach(() => at.close())

const customers = (file = 'customers.csv') => at.load({ files: { customers: file } })
const names = () =>
  at.rows<{ customer_id: string; first_name: string | null }>(
    'select customer_id, first_name from raw.winback_raw.csv_customers order by _line',
  )
const rejects = () => at.rows(`select line, "column", reason from raw.winback_raw.rejects order by line`)

describe('files that import', () => {
  const two = [
    { customer_id: '1', first_name: 'Ann' },
    { customer_id: '2', first_name: 'Bob' },
  ]
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')
  const files: [string, string | Uint8Array][] = [
    ['commas', 'customer_id,first_name\n1,Ann\n2,Bob\n'],
    ['semicolons', 'customer_id;first_name\n1;Ann\n2;Bob\n'],
    ['tabs', 'customer_id\tfirst_name\n1\tAnn\n2\tBob\n'],
    ['bars', 'customer_id|first_name\n1|Ann\n2|Bob\n'],
    ['carets', 'customer_id^first_name\n1^Ann\n2^Bob\n'],
    ['a control character', 'customer_id\x1ffirst_name\n1\x1fAnn\n2\x1fBob\n'],
    ['runs of spaces', ' customer_id   first_name\r\n  1  Ann\r\n  2  Bob\r\n'],
    ['quotes everywhere', '"customer_id","first_name"\r\n"1","Ann"\r\n"2","Bob"\r\n'],
    ['single quotes', "'customer_id','first_name'\n'1','Ann'\n'2','Bob'\n"],
    ['line ends of old Macs', 'customer_id,first_name\r1,Ann\r2,Bob\r'],
    ['a byte order mark', '\ufeffcustomer_id,first_name\n1,Ann\n2,Bob'],
    ['UTF-16', utf16('customer_id,first_name\r\n1,Ann\r\n2,Bob\r\n')],
    ['gzip', gzipSync('customer_id,first_name\n1,Ann\n2,Bob\n')],
    ['two gzip members', Buffer.concat([gzipSync('customer_id,first_name\n1,Ann\n'), gzipSync('2,Bob\n')])],
    ['unknown columns, which are left out', 'x,customer_id,y,first_name\n9,1,9,Ann\n9,2,9,Bob\n'],
    ['another case and spaces in the header', 'Customer ID, First Name \n1,Ann\n2,Bob\n'],
    ['blank lines', '\n\ncustomer_id,first_name\n\n1,Ann\n\n2,Bob\n\n'],
  ]
  for (const [name, content] of files) {
    it(`reads ${name}`, async () => {
      at.write('customers.csv', content)
      expect(await customers()).toMatchObject([{ rows: 2, rejected: 0, state: 'loaded' }])
      expect(await names()).toEqual(two)
    })
  }

  it('reads Parquet, typed or not, with row numbers as lines', async () => {
    await at.rows(`copy (select 17850.0::double as customer_id, 'Ann' as first_name, timestamptz '2020-01-01 12:00:00+01' as created_at
      union all select 2, 'Bob', null) to '${at.dir}/customers.parquet' (format parquet)`)
    expect(await customers('customers.parquet')).toMatchObject([{ rows: 2, rejected: 0 }])
    expect(
      await at.rows(`select customer_id, created_at, _line from raw.winback_raw.csv_customers order by 1 desc`),
    ).toEqual([
      { customer_id: '2', created_at: null, _line: 2 },
      { customer_id: '17850', created_at: '2020-01-01T11:00:00.000Z', _line: 1 },
    ])
  })

  it('keeps names of 10,000 letters, emoji, right-to-left text and quoted newlines whole', async () => {
    const long = 'x'.repeat(10_000)
    at.write('customers.csv', `customer_id,first_name\n1,${long}\n2,👩‍🚀\n3,"שלום, עולם"\n4,"two\nlines"\n5,last\n`)
    expect(await customers()).toMatchObject([{ rows: 5, rejected: 0 }])
    expect((await names()).map(row => row.first_name)).toEqual([long, '👩‍🚀', 'שלום, עולם', 'two\nlines', 'last'])
    expect(await at.rows(`select _line from raw.winback_raw.csv_customers where customer_id = '5'`)).toEqual([
      { _line: 7 },
    ])
  })

  it('makes ids canonical: trimmed, composed, integers without decimals, and no word for nothing', async () => {
    at.write(
      'orders.csv',
      'customer_id,ordered_at,total_amount\n 17850.0 ,2024-01-01,1\nE\u0301,2024-01-01,1\nNULL,2024-01-01,1\nNA,2024-01-01,1\n',
    )
    await at.load({ files: { orders: 'orders.csv' } })
    expect(await at.rows('select customer_id from raw.winback_raw.csv_orders order by _line')).toEqual([
      { customer_id: '17850' },
      { customer_id: '\u00c9' },
      { customer_id: null },
      { customer_id: 'NA' },
    ])
  })

  it('fills in the brand’s currency and turns local time into UTC', async () => {
    at.write(
      'orders.csv',
      'order_id,ordered_at,total_amount\n1,2024-07-01 00:30,"1.234,50"\n2,2024-07-01T00:30:00Z,"12,5"\n',
    )
    await at.load({ files: { orders: 'orders.csv' } })
    expect(
      await at.rows(
        'select ordered_at, total_amount, currency, _file, _line, _loaded_at from raw.winback_raw.csv_orders order by 1',
      ),
    ).toEqual([
      {
        ordered_at: '2024-06-30T23:30:00.000Z',
        total_amount: '1234.5000',
        currency: 'GBP',
        _file: 'orders.csv',
        _line: 2,
        _loaded_at: '2026-11-22T10:00:00.000Z',
      },
      {
        ordered_at: '2024-07-01T00:30:00.000Z',
        total_amount: '12.5000',
        currency: 'GBP',
        _file: 'orders.csv',
        _line: 3,
        _loaded_at: '2026-11-22T10:00:00.000Z',
      },
    ])
  })

  it('keeps exact duplicates of order lines', async () => {
    at.write('lines.csv', 'order_id,ordered_at,quantity,unit_price\n1,2024-01-01,1,2.5\n1,2024-01-01,1,2.5\n')
    expect(await at.load({ files: { order_lines: 'lines.csv' } })).toMatchObject([{ rows: 2, rejected: 0 }])
  })

  it('reads every file of a glob, each with its own name', async () => {
    at.write('c-1.csv', 'customer_id\n1\n')
    at.write('c-2.csv', 'customer_id\n2\n')
    expect(await customers('c-*.csv')).toMatchObject([
      { file: 'c-1.csv', rows: 1 },
      { file: 'c-2.csv', rows: 1 },
    ])
  })

  it('reads a decimal comma that only later rows show', async () => {
    // 200,000 rows fill several segments before the first value that can only be a decimal comma
    const early = Array.from({ length: 200_000 }, (_, i) => `${i};2024-01-01;1.234`).join('\n')
    at.write('orders.csv', `order_id;ordered_at;total_amount\n${early}\nlast;2024-01-01;1,5\n`)
    expect(await at.load({ files: { orders: 'orders.csv' } })).toMatchObject([{ rows: 200_001, rejected: 0 }])
    expect(await at.rows('select sum(total_amount) as sum from raw.winback_raw.csv_orders')).toEqual([
      { sum: '246800001.5000' }, // 200,000 × 1,234 + 1.5
    ])
  })
})

describe('rows that are rejected', () => {
  it('names file line, column and reason of each, keeps the rest, and counts every record once', async () => {
    const file = [
      'order_id,ordered_at,total_amount,customer_id', // 1
      '1,2024-01-01,10,a', // 2
      '2,01/02/2024,10,a', // 3 day or month?
      '3,2024-01-01,ten,a', // 4
      '4,,10,a', // 5
      '"5', // 6 quoted newline within an id: the next record starts on line 8
      '",2024-01-01,10,a', // 7
      '1,2024-01-02,11,a', // 8 stands already on line 2
      '6,2024-01-01,10', // 9 a field short
      '7,2024-01-01,1\0,a', // 10
      '8,2024-01-01,10,a', // 11
    ].join('\n')
    at.write('orders.csv', file)
    expect(await at.load({ files: { orders: 'orders.csv' } })).toMatchObject([{ rows: 3, rejected: 6 }])
    expect(await rejects()).toEqual([
      {
        line: 3,
        column: 'ordered_at',
        reason:
          "is no ISO date, and which number is the day is not guessed: give its format in winback.yml, such as 'ordered_at:%d/%m/%Y'",
      },
      { line: 4, column: 'total_amount', reason: 'is no number or amount in GBP' },
      { line: 5, column: 'ordered_at', reason: 'is empty' },
      { line: 8, column: 'order_id', reason: 'stands already on line 2' },
      { line: 9, column: null, reason: 'has 3 fields where the header has 4' },
      { line: 10, column: 'total_amount', reason: 'holds a NUL byte' },
    ])
  })

  it('keeps no address and no telephone number in the sample', async () => {
    at.write('orders.csv', 'order_id,ordered_at,total_amount\n1,ann@example.com,+15550001\n')
    await at.load({ files: { orders: 'orders.csv' } })
    expect(await at.rows('select value_sample from raw.winback_raw.rejects')).toEqual([
      { value_sample: 'aaa@aaaaaaa.aaa' },
    ])
  })

  it('rejects a consent of nobody, and one for a channel that does not exist', async () => {
    at.write(
      'consents.csv',
      'customer_id,email,channel,state,captured_at\n,,email,granted,2024-01-01\n1,,fax,granted,2024-01-01\n1,,E-Mail,YES,2024-01-01\n',
    )
    expect(await at.load({ files: { consents: 'consents.csv' } })).toMatchObject([{ rows: 1, rejected: 2 }])
    expect(await rejects()).toEqual([
      { line: 2, column: 'customer_id, email', reason: 'are all empty (a row needs customer_id or email or phone)' },
      { line: 3, column: 'channel', reason: 'is none of email, sms, push, ads, mail' },
    ])
    expect(await at.rows('select channel, state from raw.winback_raw.csv_consents')).toEqual([
      { channel: 'email', state: 'granted' },
    ])
  })

  it('rejects text that is not UTF-8 with its line', async () => {
    at.write(
      'customers.csv',
      Buffer.concat([Buffer.from('customer_id,first_name\n1,Zo'), Buffer.from([0xeb]), Buffer.from('\n2,Bob\n')]),
    )
    expect(await customers()).toMatchObject([{ rows: 1, rejected: 1 }])
    expect(await rejects()).toEqual([
      { line: 2, column: 'first_name', reason: 'is not UTF-8 text (save the file as UTF-8)' },
    ])
  })
})
