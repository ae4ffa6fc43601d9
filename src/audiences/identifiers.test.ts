import { describe, expect, it } from 'vitest'
import { isIdentifierColumn, isIdentifierName } from './identifiers.ts'

describe('isIdentifierName', () => {
  it.each(
    `email email1 e_mail customer_email2 emailaddress email_hash work_email EMAIL eMail mail mobile phonenumber phone1 phone_e164 cellphone msisdn
    tel tel1 home_tel telephone fax surname last_name lastname2 family_name full_name address address1 street_name postal_code postcode
    zip zip_code dob customer_dob birth_date date_of_birth birthday ip ip4 client_ip ipaddress ip_address person_key external_id device_id click_id gclid
    ｅｍａｉｌ`.split(/\s+/),
  )('knows %s', name => {
    expect(isIdentifierName(name)).toBe(true)
  })

  it.each(
    `customer_id first_name segment days_since_order top_category country_code ship_country recipe hotel_nights adobe_segment has_email
    is_email_consented is_sms_consented first_channel language timezone score_reason description telemetry_score`.split(
      /\s+/,
    ),
  )('lets %s pass', name => {
    expect(isIdentifierName(name)).toBe(false)
  })
})

describe('isIdentifierColumn', () => {
  it.each([
    ['has_email', 'boolean', false],
    ['is_email_consented', 'BOOLEAN', false],
    ['is_phone_valid', 'bool', false],
    ['is_email_address', 'text', true],
    ['has_email', null, true],
    ['email', 'boolean', true],
    ['is_new', 'text', false],
  ])('%s as %s: %s', (name, type, expected) => {
    expect(isIdentifierColumn({ name, type })).toBe(expected)
  })
})
