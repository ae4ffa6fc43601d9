import { createHash } from 'node:crypto'

/** A customer of the real data: the number, the country by name, and the first invoice as local time `YYYY-MM-DD HH:MM:SS`. */
export interface DemoCustomer {
  customerId: string
  country: string
  firstOrderAt: string
}

/** A line of customers.csv; every text but the id and `created_at` is made up, empty where the person has none. */
export interface Contact {
  customer_id: string
  email: string
  first_name: string
  country_code: string
  created_at: string
}

/** A line of consents.csv. */
export interface Consent {
  customer_id: string
  channel: 'email'
  state: 'granted' | 'denied' | 'unknown'
  captured_at: string
}

/** Who has no address, a broken one, one in capitals; shares of all customers. */
const NO_EMAIL = 0.04
const BROKEN_EMAIL = 0.005
const CAPITALS = 0.03

/** Cumulative shares of the answers to "may we e-mail you?"; the rest was never asked and has no row. */
const GRANTED = 0.84
const DENIED = 0.92
const UNKNOWN = 0.96

/** Share of those who granted and object later, on a day within the campaign. */
const OBJECTS = 0.01

/** The made-up contact of a customer: the same person gets the same one on every machine. */
export function contactOf(customer: DemoCustomer): Contact {
  const id = customer.customerId
  return {
    customer_id: id,
    email: emailOf(id),
    first_name: firstNames[Math.floor(draw('name', id) * firstNames.length)] ?? '',
    country_code: countryCodes[customer.country] ?? '',
    created_at: customer.firstOrderAt,
  }
}

/** The made-up consents of a customer, oldest first: none, one, or a grant and a later objection within `campaignDays`. */
export function consentsOf(customer: DemoCustomer, campaignDays: readonly string[]): Consent[] {
  const row = (state: Consent['state'], captured_at: string): Consent => ({
    customer_id: customer.customerId,
    channel: 'email',
    state,
    captured_at,
  })
  const answer = draw('consent', customer.customerId)
  if (answer >= UNKNOWN) return []
  if (answer >= DENIED) return [row('unknown', customer.firstOrderAt)]
  if (answer >= GRANTED) return [row('denied', customer.firstOrderAt)]
  const granted = row('granted', customer.firstOrderAt)
  const day = campaignDays[Math.floor(draw('objection day', customer.customerId) * campaignDays.length)]
  const objects = draw('objection', customer.customerId) < OBJECTS
  return objects && day !== undefined ? [granted, row('denied', `${day} 12:00:00`)] : [granted]
}

function emailOf(id: string): string {
  const chance = draw('email', id)
  if (chance < NO_EMAIL) return ''
  if (chance < NO_EMAIL + BROKEN_EMAIL) return `c${id}.example.com`
  if (chance < NO_EMAIL + BROKEN_EMAIL + CAPITALS) return `C${id}@Example.com`
  return `c${id}@example.com`
}

/** Uniform in [0, 1), fixed by purpose and person: the first 8 hex digits of a SHA-256. */
function draw(purpose: string, id: string): number {
  const hex = createHash('sha256').update(`winback demo|${purpose}|${id}`).digest('hex')
  return Number.parseInt(hex.slice(0, 8), 16) / 2 ** 32
}

const firstNames =
  'Ada Alba Amir Ana Anton Aya Ben Björn Carla Chen Clara Dana Daniel Eda Elif Emil Emma Farah Felix Freya Grace Hana Hugo Ida Ines Ivan Jade Jonas Julia Kai Kemal Lara Leo Lina Luca Maja Marta Mateo Maya Milan Mira Nadia Nils Noah Nora Olga Omar Oscar Paula Priya Rafael Rosa Ruth Sara Selim Sofia Tara Theo Vera Yuki Zoe'.split(
    ' ',
  )

/** ISO 3166-1 codes of the data's country names; 'Unspecified' and 'European Community' have none, 'Channel Islands' is taken as Jersey. */
const countryCodes: Record<string, string> = {
  Australia: 'AU',
  Austria: 'AT',
  Bahrain: 'BH',
  Belgium: 'BE',
  Brazil: 'BR',
  Canada: 'CA',
  'Channel Islands': 'JE',
  Cyprus: 'CY',
  'Czech Republic': 'CZ',
  Denmark: 'DK',
  EIRE: 'IE',
  Finland: 'FI',
  France: 'FR',
  Germany: 'DE',
  Greece: 'GR',
  'Hong Kong': 'HK',
  Iceland: 'IS',
  Israel: 'IL',
  Italy: 'IT',
  Japan: 'JP',
  Lebanon: 'LB',
  Lithuania: 'LT',
  Malta: 'MT',
  Netherlands: 'NL',
  Norway: 'NO',
  Poland: 'PL',
  Portugal: 'PT',
  RSA: 'ZA',
  'Saudi Arabia': 'SA',
  Singapore: 'SG',
  Spain: 'ES',
  Sweden: 'SE',
  Switzerland: 'CH',
  USA: 'US',
  'United Arab Emirates': 'AE',
  'United Kingdom': 'GB',
}
