/** Every way to spoil one place of a JSON value: removed, and replaced by a value of each kind. The places of objects and lists are visited too. */
export function* mutations(value: unknown): Generator<unknown> {
  for (const other of [null, true, 7, 1.5, 'text', [], {}]) yield other
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const [index, part] of value.entries())
      for (const spoilt of mutations(part)) yield value.map((one, i) => (i === index ? spoilt : one))
    return
  }
  for (const [name, part] of Object.entries(value)) {
    yield Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
    for (const spoilt of mutations(part)) yield { ...value, [name]: spoilt }
  }
}
