import { expect, it } from 'vitest'
import { redactPeople } from './redact.ts'

it('masks addresses and phone numbers in a database message', () => {
  expect(redactPeople(`invalid date: "bob.o'neill@example.com"`)).not.toContain('example.com')
  expect(redactPeople("Could not convert string '+1 (555) 010-0199' to INT64")).toBe(
    "Could not convert string '***' to INT64",
  )
  expect(redactPeople('call +15550100199 now')).toBe('call *** now')
  expect(redactPeople('call 555-010-0199 now')).toBe('call *** now')
})

it('leaves dates, counts, times and versions alone', () => {
  const text = 'LINE 12: 2026-11-22 10:11:12 got 1234567 rows of 541909, version 1.12.6, orders.id@v2'
  expect(redactPeople(text)).toBe(text)
})
