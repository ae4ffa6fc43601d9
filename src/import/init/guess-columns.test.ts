import { describe, expect, it } from 'vitest'
import { columnsToWrite, guessColumns } from './guess-columns.ts'

const columns = (guesses: ReturnType<typeof guessColumns>) =>
  Object.fromEntries(guesses.map(guess => [guess.field, guess.column]))

describe('guessing columns', () => {
  it('finds the columns of Online Retail', () => {
    const header = [
      'InvoiceNo',
      'StockCode',
      'Description',
      'Quantity',
      'InvoiceDate',
      'UnitPrice',
      'CustomerID',
      'Country',
    ]
    const record = ['536365', '85123A', 'HOLDER', '6', '2010-12-01 08:26:00', '2.55', '17850', 'United Kingdom']
    expect(columns(guessColumns('order_lines', header, [record], {}, ['order_lines']))).toEqual({
      order_id: 'InvoiceNo',
      product_id: 'StockCode',
      product_name: 'Description',
      quantity: 'Quantity',
      ordered_at: 'InvoiceDate',
      unit_price: 'UnitPrice',
      customer_id: 'CustomerID',
      country_code: 'Country',
    })
  })

  it('takes what was given and does not use that column twice', () => {
    const guesses = guessColumns(
      'orders',
      ['id', 'date', 'amount'],
      [['1', '19970101', '11.77']],
      { customer_id: 'id' },
      ['orders'],
    )
    expect(columns(guesses)).toEqual({ customer_id: 'id', ordered_at: 'date', total_amount: 'amount' })
    expect(columnsToWrite(guesses, { customer_id: 'id' })).toEqual({
      customer_id: 'id',
      ordered_at: 'date:%Y%m%d',
      total_amount: 'amount',
    })
  })

  it('asks for the format when day and month cannot be told apart', () => {
    const [date] = guessColumns('orders', ['ordered_at', 'total_amount'], [['01/02/2024', '1']], {}, ['orders'])
    expect(date?.problem).toBe(
      "'01/02/2024' may be day or month first: say --map 'orders.ordered_at=ordered_at:%d/%m/%Y' or --map 'orders.ordered_at=ordered_at:%m/%d/%Y'",
    )
  })

  it('says which column is lacking', () => {
    const guesses = guessColumns('customers', ['colour'], [['red']], {}, ['customers'])
    expect(guesses).toMatchObject([{ field: 'customer_id', column: null, problem: 'no column found: it is needed' }])
  })

  it('leaves out what was given as -', () => {
    const given = { email: '-' }
    const guesses = guessColumns('customers', ['customer_id', 'email'], [['1', 'a@example.com']], given, ['customers'])
    expect(columns(guesses)).toEqual({ customer_id: 'customer_id' })
    expect(columnsToWrite(guesses, given)).toEqual({ email: '-' })
  })
})
