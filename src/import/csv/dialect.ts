/** How one CSV file is written, as bytes. */
export interface CsvDialect {
  /** The byte between fields, or `'spaces'` for columns set apart by runs of spaces or tabs. */
  delimiter: number | 'spaces'
  /** The byte around quoted fields; a doubled one inside stands for itself. */
  quote: number
  /** True when a backslash inside quotes takes the next byte as it is (MySQL exports). */
  backslash: boolean
  /** The byte that ends a record: 10 (also after a 13), or 13 in files of old Macs. */
  newline: 10 | 13
}

/** The delimiter as a person reads it. */
export function delimiterName(delimiter: CsvDialect['delimiter']): string {
  if (delimiter === 'spaces') return 'runs of spaces'
  if (delimiter === 9) return 'tab'
  if (delimiter < 32) return `byte 0x${delimiter.toString(16).padStart(2, '0')}`
  return `'${String.fromCharCode(delimiter)}'`
}
