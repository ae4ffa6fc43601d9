import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { onlineRetailColumns, writeWorldOrders } from './world-orders.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'world-'))
const orders = [
  { customerId: '12347', orderedAt: '2026-10-24 09:30:00', amount: 310.5 },
  { customerId: 'a,"b"', orderedAt: '2026-10-25 19:59:59', amount: 7 },
]

it('writes one order line an order under the headers of the demo', () => {
  const dir = folder()
  const count = writeWorldOrders(join(dir, 'extra.csv'), orders, {
    columns: onlineRetailColumns,
    productId: '85123A',
    countryOf: () => 'United Kingdom',
  })
  expect(count).toBe(2)
  expect(readFileSync(join(dir, 'extra.csv'), 'utf8')).toBe(
    'InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n' +
      'W12347,85123A,1,2026-10-24 09:30:00,310.50,12347,United Kingdom\n' +
      '"Wa,""b""",85123A,1,2026-10-25 19:59:59,7.00,"a,""b""",United Kingdom\n',
  )
  expect(readdirSync(dir)).toEqual(['extra.csv'])
})

it('writes constants where the demo has a column that the world does not know, and headers alone for no orders', () => {
  const file = join(folder(), 'extra.csv')
  const columns = { InvoiceNo: 'order_id', Description: { constant: 'WIN-BACK ORDER' } } as const
  writeWorldOrders(file, orders.slice(0, 1), { columns })
  expect(readFileSync(file, 'utf8')).toBe('InvoiceNo,Description\nW12347,WIN-BACK ORDER\n')
  writeWorldOrders(file, [], { columns })
  expect(readFileSync(file, 'utf8')).toBe('InvoiceNo,Description\n')
})
