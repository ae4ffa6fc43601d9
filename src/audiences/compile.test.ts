import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AudienceWarehouse, openAudienceWarehouse, ref } from '../../tests/support/audience-warehouse.ts'
import { audienceFields } from './columns.ts'

let small: AudienceWarehouse

beforeAll(async () => {
  small = await openAudienceWarehouse()
})
afterAll(() => small.warehouse.close())

const all = `select customer_id from ${ref('customers')}`

describe('compileAudience accepts', () => {
  it.each<[string, string, string[], string[]]>([
    ['a plain filter', `${all} where segment = 'cant_lose' and days_since_order > 90`, [], ['1', '3']],
    [
      'declared fields in any order',
      `select first_name, customer_id from ${ref('customers')} where days_since_order < 5`,
      ['first_name'],
      ['2'],
    ],
    ['a semicolon inside a text', `${all} where first_name = 'Bob; drop'`, [], ['2']],
    ['one semicolon at the end', `${all};`, [], ['1', '2', '3']],
    [
      'a semicolon before a closing comment',
      `${all} where first_name <> ';' ; -- the end; really\n/* ; */`,
      [],
      ['1', '2'],
    ],
    [
      'comments, a ref in them too',
      `-- from {{ ref('customers') }} and {{ ref('nowhere') }}\n${all} -- no line break after`,
      [],
      ['1', '2', '3'],
    ],
    [
      'import CTEs with select *',
      `with customers as (select * from ${ref('customers')}), final as (select * from customers where has_email) select customer_id from final`,
      [],
      ['1', '2'],
    ],
    [
      'the mart’s own name as a qualifier',
      `select customers.customer_id from ${ref('customers')} where customers.days_since_order > 100`,
      [],
      ['1'],
    ],
    ['an alias', `select c.customer_id from ${ref('customers')} as c where c.days_since_order > 100`, [], ['1']],
    [
      'a join of two marts',
      `select c.customer_id from ${ref('customers')} c join ${ref('orders')} o using (customer_id) where o.net_amount > 10`,
      [],
      ['1'],
    ],
    ['a subquery', `${all} where customer_id in (select customer_id from ${ref('orders')})`, [], ['1']],
    ['a union', `${all} where days_since_order < 5 union ${all} where days_since_order > 100`, [], ['1', '2']],
    [
      'aggregates and windows',
      `select customer_id from ${ref('customers')} qualify row_number() over (partition by segment order by days_since_order desc, customer_id) = 1`,
      [],
      ['1', '2'],
    ],
    [
      'a decimal',
      `${all} where cast(days_since_order as decimal(10,2)) > 95.50 and days_since_order::decimal < 1e3`,
      [],
      ['1'],
    ],
    [
      'functions that say which row they take',
      `select first(customer_id order by days_since_order, customer_id) as customer_id from ${ref('customers')} group by segment`,
      [],
      ['2', '3'],
    ],
    [
      'a share of the whole, and a named window',
      `${all} window w as (partition by segment order by days_since_order, customer_id) qualify lead(customer_id) over w is null and days_since_order < avg(days_since_order) over () + 100`,
      [],
      ['1', '2'],
    ],
    ['a natural and a cross join', `${all} natural join ${ref('orders')} cross join (select 1 as one) as x`, [], ['1']],
    ['limit by the position of a column', `${all} order by 1 limit 1`, [], ['1']],
    [
      'names that look like what stands for a ref',
      `select customer_id as x_wb0__, customer_id, '🎁 é' as y_wb1__ from ${ref('customers')} as "a_wb0__" -- é x_wb0__`,
      ['x_wb0__', 'y_wb1__'],
      ['1', '2', '3'],
    ],
    [
      'a ref in a comment before the others, after wide characters',
      `/* 🎁é {{ ref('nowhere') }} */ select customer_id from ${ref('customers')} as c(b, customer_id) where c.b = 'acme'`,
      [],
      ['1', '2', '3'],
    ],
    ['limit with an order', `${all} order by days_since_order desc, customer_id limit 1`, [], ['1']],
    ['dollar quotes', `${all} where first_name = $$Bob; drop$$`, [], ['2']],
    [
      'a ref over several lines',
      `select customer_id from {{\n  ref(\n"customers"\n) }}\nwhere has_email`,
      [],
      ['1', '2'],
    ],
    ['flags about identifiers', `${all} where not has_email`, [], ['3']],
    [
      'emoji and right-to-left text',
      `${all} where first_name = '🎁' or first_name = 'שלום' or days_since_order = 3`,
      [],
      ['2'],
    ],
    ['upper case', `SELECT CUSTOMER_ID FROM ${ref('customers')} WHERE DAYS_SINCE_ORDER > 100`, [], ['1']],
  ])('%s', async (_, body, fields, expected) => {
    expect(await small.ids(await small.compile(body, fields))).toEqual(expected)
  })

  it('another brand’s customers never: the same id in two brands is two people', async () => {
    expect(await small.ids(await small.compile(all, [], 'zen'))).toEqual(['1'])
    expect(await small.ids(await small.compile(`${all} where brand = 'zen'`))).toEqual([])
    expect(
      await small.ids(await small.compile(`${all} where days_since_order > 100 or brand = 'zen' or true`)),
    ).toEqual(['1', '2', '3'])
  })

  it('and names the fields’ types in declared order', async () => {
    const audience = await small.compile(`select days_since_order, first_name, customer_id from ${ref('customers')}`, [
      'first_name',
      'days_since_order',
    ])
    expect(await audienceFields(small.warehouse, audience)).toEqual([
      { name: 'first_name', type: 'VARCHAR' },
      { name: 'days_since_order', type: 'INTEGER' },
    ])
  })
})

describe('a refusal', () => {
  it('comes with exit code 2 and a hint', async () => {
    await expect(small.compile('select customer_id from customers')).rejects.toMatchObject({
      code: 'audience.table',
      exitCode: 2,
      hint: "Write {{ ref('customers') }}: only refs are filtered to the brand.",
    })
  })

  it('meets a brand that is not a slug', async () => {
    await expect(small.compile(all, [], "a' or 'a' = 'a")).rejects.toThrow('is not a brand')
  })
})
