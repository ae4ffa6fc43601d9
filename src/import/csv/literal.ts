/** A text as a SQL literal. Statements of an import are made of column names and formats, which cannot be bound. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`
}
