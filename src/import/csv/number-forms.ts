/**
 * How people write numbers, as regular expressions that RE2 (DuckDB) and JavaScript read alike: the evidence of a text file
 * is gathered in JavaScript, its values are made in SQL.
 */
const space = '[ \\u00a0\\u2009\\u202f]'.replace(/\\u([0-9a-f]{4})/g, (_, hex: string) =>
  String.fromCharCode(Number.parseInt(hex, 16)),
)
const groups = (mark: string) => `(\\d+|[1-9]\\d{0,2}((${mark}\\d{3})+|(${space}\\d{3})+|(['’]\\d{3})+))`

/** Whole numbers of these forms may group thousands by spaces, apostrophes, or the mark that is not theirs. */
export const forms = {
  /** `1234.5` `1,234.50` `.5` */
  point: `[+-]?(${groups(',')}(\\.\\d*)?|\\.\\d+)`,
  /** `1234,5` `1.234,50` */
  comma: `[+-]?(${groups('\\.')}(,\\d*)?|,\\d+)`,
  /** Signs between digits of the point form that carry no value, as a character class. */
  pointFiller: `[,'’${space.slice(1, -1)}]`,
  /** The same of the comma form. */
  commaFiller: `[.'’${space.slice(1, -1)}]`,
}

/** What stands around a number: each pattern is replaced once by its text. Accounting's brackets mean minus; the currency's sign or code may lead or follow. */
export function wrappings(currency: string): readonly { pattern: string; by: string }[] {
  const sign = `(?:${currency}|${signs(currency)})`
  return [
    { pattern: '^\\((.*)\\)$', by: '-\\1' },
    { pattern: `^([+-]?)${space}*${sign}${space}*`, by: '\\1' },
    { pattern: `${space}*${sign}$`, by: '' },
  ]
}

/** The signs a currency is written with: another currency's sign is refused, not read as this one's. ISO 4217, CLDR narrow symbols. */
function signs(currency: string): string {
  return table.find(([, codes]) => codes.split(' ').includes(currency))?.[0] ?? currency
}

const table: readonly (readonly [string, string])[] = [
  ['£', 'GBP EGP GIP FKP'],
  ['€', 'EUR'],
  ['\\$', 'USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP BBD BMD BSD FJD JMD'],
  ['[¥￥]', 'JPY CNY'],
  ['₹', 'INR'],
  ['₩', 'KRW'],
  ['₺', 'TRY'],
  ['₽', 'RUB'],
  ['₪', 'ILS'],
  ['₴', 'UAH'],
  ['₫', 'VND'],
  ['฿', 'THB'],
  ['₱', 'PHP'],
  ['₦', 'NGN'],
  ['R\\$', 'BRL'],
  ['kr\\.?', 'SEK NOK DKK ISK'],
  ['zł', 'PLN'],
  ['Kč', 'CZK'],
  ['Fr\\.', 'CHF'],
]
