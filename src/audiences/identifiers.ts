/** Words that give an identifier away wherever they stand in a name; it is compared without digits and separators. */
const anywhere =
  /mail|phone|msisdn|mobile|surname|lastname|familyname|fullname|address|street|postcode|postalcode|zip|personkey|externalid|birth|dob(?!e)|deviceid|clickid|cl(k)?id$|ipaddr/

/** Words too short to look for inside others. */
const alone = new Set(['ip', 'ipv', 'tel', 'telno', 'telnumber', 'fax'])

/**
 * True for the name of a column that holds something a platform could find a person by (`email1`, `home_tel`, `is_email_address` by its
 * bare name not: it may be a flag). Audiences never read or give one. A first name is none.
 */
export function isIdentifierName(column: string): boolean {
  return !isFlagName(column) && namesIdentifier(column)
}

/** As `isIdentifierName`, by name and type: `has_email` and `is_email_consented` pass as booleans only. The type as a manifest or DuckDB writes it. */
export function isIdentifierColumn(column: { name: string; type: string | null }): boolean {
  return namesIdentifier(column.name) && !(isFlagName(column.name) && /^bool(ean)?$/i.test(column.type ?? ''))
}

/** True for a model that holds identifiers or unfinished rows: audiences read public marts alone. */
export function isIdentityModel(model: string): boolean {
  return /^(identities_|stg_|in_|int_)/i.test(model)
}

const isFlagName = (column: string) => /^(has|is)_/i.test(column)

function namesIdentifier(column: string): boolean {
  const plain = column.normalize('NFKD').toLowerCase()
  const words = plain.split(/[^a-z0-9]+/).map(word => word.replaceAll(/\d/g, ''))
  return words.some(word => alone.has(word)) || anywhere.test(plain.replaceAll(/[^a-z]/g, ''))
}
