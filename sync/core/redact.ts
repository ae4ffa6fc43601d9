/** Makes vendor words safe to store and print: no secret, no e-mail, no phone, no quoted value but a plain field name. */
export function redact(text: string, secrets: readonly string[] = [], limit = 240): string {
  const known = secrets.filter(secret => secret.length > 3)
  const hidden = known.reduce((all, secret) => all.replaceAll(secret, '…'), text)
  return hidden
    .replace(/<[^>]*>/g, ' ')
    .replace(/(["'`“”])([^"'`“”]*)\1/g, (_, quote: string, inner: string) =>
      fieldNames.has(inner) ? `${quote}${inner}${quote}` : `${quote}…${quote}`,
    )
    .replace(/[^\s"'<>(),;]+@[^\s"'<>(),;]+/g, '…')
    .replace(/\+?\d[\d\s().-]{4,}\d/g, '…')
    .replace(/\b(?:pk|sk|Bearer|key|token)[_ -][A-Za-z0-9_-]{6,}/gi, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, limit)
}

// Words a vendor quotes that name a field, never a person.
const fieldNames = new Set(
  `id email phone_number external_id first_name last_name properties location locale title organization image profile
   profiles list lists filter page revision data attributes type meta relationships`.split(/\s+/),
)
