/**
 * Column names that hold something a platform could find a person by. An audience never reads or gives one; flags about them
 * (`has_email`, `is_sms_consented`) are no identifiers and pass.
 */
const identifier =
  /(^|_)(e_?mails?|phones?|telephone|mobile|msisdn|surname|last_?name|full_?name|address\d?|street|post_?code|zip(_?code)?|person_key|external_id|birth_?(date|day)|date_of_birth|ip|device_id|click_id)(_|$)/i

/** True for the name of a column that identifies a person. */
export function isIdentifierName(column: string): boolean {
  return identifier.test(column) && !/^(has|is)_/i.test(column)
}

/** True for a model that holds identifiers or unfinished rows: audiences read public marts alone. */
export function isIdentityModel(model: string): boolean {
  return /^(identities_|stg_|in_|int_)/.test(model)
}
