import { expect, it } from 'vitest'
import { findSourceLine } from './source-line.ts'

const source = `{{ config(materialized='table') }}

select
    brand,
    cast(customer_id as date) as broken_on
from {{ ref('customers') }}
`
const compiled = `

select
    brand,
    cast(customer_id as date) as broken_on
from "warehouse"."winback"."customers"`

it('finds the line that the database quotes, whatever number it gave it', () => {
  const message =
    'Conversion Error: invalid date\n\n  LINE 12:     cast(customer_id as date) as broken_on\n               ^'
  expect(findSourceLine(message, compiled, source)).toBe(5)
})

it('finds a line that dbt filled in, quoted in part', () => {
  const message = 'Catalog Error: no table\n  LINE 9: from "warehouse"."winback"."cust...\n  ^'
  expect(findSourceLine(message, compiled, source)).toBe(6)
})

it('takes the line that dbt names while rendering', () => {
  expect(
    findSourceLine('Compilation Error\n  unexpected end of template\n    line 3\n      select {{', null, source),
  ).toBe(3)
})

it('says nothing rather than a wrong line', () => {
  expect(findSourceLine('Binder Error: ambiguous', compiled, source)).toBeNull()
  expect(findSourceLine('LINE 1: select x', `${compiled}\nselect x\nselect x`, source)).toBeNull()
})
