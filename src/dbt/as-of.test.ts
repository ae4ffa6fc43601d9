import { expect, it } from 'vitest'
import { Brand } from '../config/schema.ts'
import { resolveAsOf } from './as-of.ts'

const brand = (slug: string, timezone: string) => Brand.parse({ slug, label: slug, currency: 'GBP', timezone })
const now = new Date('2026-11-22T23:30:00Z')

it('is today where it is still earliest', () => {
  // 23:30 UTC on the 22nd is the 23rd in Tokyo (+9) and the 22nd in New York (-5)
  const brands = [brand('jp', 'Asia/Tokyo'), brand('us', 'America/New_York')]
  expect(resolveAsOf(brands, undefined, now)).toEqual({ date: '2026-11-22', isHistorical: false })
  expect(resolveAsOf([brands[0]!], undefined, now).date).toBe('2026-11-23')
})

it('marks a past date as historical, today as not', () => {
  const brands = [brand('uk', 'Europe/London')]
  expect(resolveAsOf(brands, '1997-10-01', now)).toEqual({ date: '1997-10-01', isHistorical: true })
  expect(resolveAsOf(brands, '2026-11-22', now).isHistorical).toBe(false)
})

it.each(['2026-11-23', '2030-01-01'])('refuses %s, which has not begun', text => {
  expect(() => resolveAsOf([brand('uk', 'Europe/London')], text, now)).toThrow(
    `--as-of ${text} has not begun yet: it is 2026-11-22 in Europe/London (uk)`,
  )
})

it.each(['yesterday', '2026-02-30', '22.11.2026', '2026-1-2', ''])("refuses '%s', which is no ISO date", text => {
  expect(() => resolveAsOf([brand('uk', 'Europe/London')], text, now)).toThrow('is no date')
})
