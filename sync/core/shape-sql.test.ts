import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openDuckDb } from '../warehouses/duckdb.ts'
import type { Warehouse } from '../warehouses/warehouse.ts'
import type { ShapeNode } from './shape.ts'
import { fitShape, itemSql } from './shape-sql.ts'
import { raw } from './sql.ts'

let warehouse: Warehouse
beforeAll(async () => {
  warehouse = await openDuckDb({ main: { path: ':memory:', as: 'memory' }, attach: [] })
})
afterAll(() => warehouse.close())

async function render(item: ShapeNode, row: string): Promise<unknown> {
  const rows = await warehouse.query(
    raw(`select ${itemSql({ open: '', close: '', item }, name => name)} as j from (select ${row})`),
    z.object({ j: z.string() }),
    { tag: { runId: 'test', purpose: 'rendering' } },
  )
  return JSON.parse(rows[0]?.j ?? '')
}

const text = (column: string, optional = false): ShapeNode => ({ column, type: 'VARCHAR', optional })

describe('a member as JSON text', () => {
  it('leaves out an optional NULL and writes another NULL as null', async () => {
    const item: ShapeNode = {
      object: [
        ['e', text('e', true)],
        ['p', text('p', true)],
        ['n', text('n')],
      ],
    }
    expect(await render(item, `'a' as e, null::text as p, null::text as n`)).toEqual({ e: 'a', n: null })
  })

  it('begins with the first optional member that is there', async () => {
    const item: ShapeNode = {
      object: [
        ['e', text('e', true)],
        ['p', text('p', true)],
      ],
    }
    expect(await render(item, `null::text as e, '1' as p`)).toEqual({ p: '1' })
    expect(await render(item, `null::text as e, null::text as p`)).toEqual({})
  })

  it('escapes what JSON must escape', async () => {
    const value = `"\\\n\t\u0001é😀'</script>`
    const sqlText = `'"\\' || chr(10) || chr(9) || chr(1) || 'é😀''</script>' as e`
    expect(await render({ object: [['a "key"', text('e')]] }, sqlText)).toEqual({ 'a "key"': value })
    expect(await render({ object: [["it's", text('e', true)]] }, sqlText)).toEqual({ "it's": value })
  })

  it('writes numbers, days, instants in UTC, and neither NaN nor infinity', async () => {
    const item: ShapeNode = {
      object: [
        ['money', { column: 'm', type: 'DECIMAL(18,4)' }],
        ['day', { column: 'd', type: 'DATE' }],
        ['at', { column: 't', type: 'TIMESTAMP' }],
        ['zoned', { column: 'z', type: 'TIMESTAMP WITH TIME ZONE' }],
        ['nan', { column: 'n', type: 'DOUBLE' }],
        ['flag', { column: 'b', type: 'BOOLEAN' }],
        ['big', { column: 'i', type: 'BIGINT' }],
      ],
    }
    const row = `12.5::decimal(18,4) as m, date '2026-11-20' as d, timestamp '2026-11-20 10:00:00' as t,
      '2026-11-20 12:00:00+02'::timestamptz as z, 'nan'::double as n, true as b, 9007199254740991 as i`
    expect(await render(item, row)).toEqual({
      money: 12.5,
      day: '2026-11-20',
      at: '2026-11-20T10:00:00Z',
      zoned: '2026-11-20T10:00:00Z',
      nan: null,
      flag: true,
      big: 9007199254740991,
    })
  })

  it('means the same once it is fitted to where values are', async () => {
    const item: ShapeNode = {
      object: [
        ['type', { constant: 'profile' }],
        [
          'attributes',
          {
            object: [
              ['e', text('e', true)],
              ['p', text('p', true)],
              ['x', { object: [['n', text('n')]] }],
            ],
          },
        ],
      ],
    }
    const fitted = fitShape(item, column => (column === 'e' ? 'all' : 'none'))
    const row = `'a' as e, null::text as p, null::text as n`
    expect(await render(fitted, row)).toEqual(await render(item, row))
    expect(await render(item, row)).toEqual({ type: 'profile', attributes: { e: 'a', x: { n: null } } })
  })
})
