import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AudienceWarehouse, openAudienceWarehouse, ref } from '../../tests/support/audience-warehouse.ts'
import { audienceFields } from './columns.ts'

let small: AudienceWarehouse

beforeAll(async () => {
  small = await openAudienceWarehouse()
})
afterAll(() => small.warehouse.close())

describe('audienceFields refuses', () => {
  it.each<[string, string, string, string[]?]>([
    [
      'a missing column, with its line and the nearest',
      `select customer_id\nfrom ${ref('customers')}\nwhere days_since_oder > 1`,
      "a.sql:6: no column 'days_since_oder' in customers",
    ],
    [
      'an identifier column that renaming would hide',
      `with c(a, b, d, e, f, g, note) as (select * from ${ref('customers')}) select b as customer_id, note from c`,
      'a.sql',
      ['note'],
    ],
    [
      'a number as customer_id',
      `select days_since_order as customer_id from ${ref('customers')}`,
      'customer_id is INTEGER, not text',
    ],
    [
      'text that was given a flag’s name',
      `select customer_id, segment as is_email_found from ${ref('customers')}`,
      "a.sql:4: field 'is_email_found' is VARCHAR and would carry an identifier",
      ['is_email_found'],
    ],
    ['a row as a field', `select customer_id, c as note from ${ref('customers')} c`, "'note' is STRUCT", ['note']],
    [
      'a list as a field',
      `select customer_id, [segment] as note from ${ref('customers')}`,
      "'note' is VARCHAR[]",
      ['note'],
    ],
  ])('%s', async (_, body, message, fields = []) => {
    const audience = await small.compile(body, fields)
    await expect(audienceFields(small.warehouse, audience)).rejects.toThrow(message)
  })
})
