import { expect, it } from 'vitest'
import { plainCell } from './cells.ts'

it.each([
  ['42', 'BIGINT', 42],
  ['315', 'HUGEINT', 315],
  ['9007199254740993', 'BIGINT', '9007199254740993'], // 2^53 + 1 has no number of its own
  ['8911407.9000', 'DECIMAL(18,4)', 8911407.9],
  ['0.1', 'DOUBLE', 0.1],
  ['inf', 'DOUBLE', 'inf'],
  ['true', 'BOOLEAN', true],
  ['2026-11-22', 'DATE', '2026-11-22'],
  ['2026-11-22 10:11:12.5', 'TIMESTAMP', '2026-11-22T10:11:12.5Z'],
  ['2026-11-22 10:11:12+00', 'TIMESTAMP WITH TIME ZONE', '2026-11-22T10:11:12Z'],
  ['0042', 'VARCHAR', '0042'],
  ['[1, 2]', 'INTEGER[]', '[1, 2]'],
])('reads %s of type %s', (text, type, value) => {
  expect(plainCell(text, type)).toBe(value)
  expect(plainCell(null, type)).toBeNull()
})
