/** Why a profile of an import was not taken; `field` is its attribute, null when it is about the profile as a whole. */
export interface RowError {
  code: string
  title: string
  detail: string
  field: string | null
}

/** A profile as an import sends it (checked against the schema). */
export interface Row {
  id?: string | null
  attributes: Readonly<Record<string, unknown>>
  meta?: { patch_properties?: PatchProperties | null } | null
}

/** Changes to custom properties beside a plain overwrite. */
export interface PatchProperties {
  append?: Record<string, unknown> | null
  unappend?: Record<string, unknown> | null
  unset?: string | string[] | null
}

const part = String.raw`[^\s@"(),:;<>\[\]\\.]+`
const emailShape = new RegExp(`^${part}(\\.${part})*@(${part}\\.)+[^\\s@"(),:;<>\\[\\]\\\\.\\d]{2,}$`, 'u')
const phoneShape = /^\+[1-9]\d{6,14}$/ // E.164: at most 15 digits

/** What the platform cannot read as an identifier, or null. An e-mail has at most 254 characters (RFC 5321), a phone is E.164, and one identifier must be there. */
export function malformed({ id, attributes }: Row): RowError | null {
  const { email, phone_number: phone, external_id: external } = attributes
  if (typeof email === 'string' && !(email.length <= 254 && email.indexOf('@') <= 64 && emailShape.test(email)))
    return wrong('Invalid email address', 'email')
  if (typeof phone === 'string' && !phoneShape.test(phone)) return wrong('Invalid phone number format', 'phone_number')
  if (external === '') return wrong('external_id may not be blank', 'external_id')
  if (id || email || phone || external) return null
  return wrong('One of email, phone_number, external_id or id is required', null)
}

function wrong(detail: string, field: string | null): RowError {
  return { code: 'invalid', title: 'Invalid input.', detail: `${detail}.`, field }
}
