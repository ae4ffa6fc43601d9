/**
 * Masks what may be a person in a database's own words: e-mail addresses, and runs of 7 to 15 digits written as a phone
 * number (with + or with separators). Plain numbers, dates and line numbers stay.
 */
export function redactPeople(text: string): string {
  return text.replace(EMAIL, '***@***').replace(PHONE, '***')
}

const EMAIL = /[^\s@'"<>(),;:|=]{1,64}@[^\s@'"<>(),;:|=]{1,255}\.[a-z\u00a1-\uffff]{2,24}/giu

// E.164 has at most 15 digits (ITU-T E.164, 2010). A date such as 2026-11-22 has a four-digit year first: left alone.
const PHONE = /\+\d[\d ().-]{5,18}\d|(?<![\w.-])(?!\d{4}-\d{2}-\d{2})\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])/g
