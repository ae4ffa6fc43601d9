/** A path and query without identities: filter values are counted, other texts are left out, path parts that could be an e-mail or a phone are too. */
export function maskPath(pathname: string, search: URLSearchParams): string {
  const path = pathname
    .split('/')
    .map(part => (/^[A-Za-z][\w-]{0,60}$|^[0-9A-Z]{26}$|^[\w-]{6}$|^$/.test(part) ? part : '…'))
    .join('/')
  const query = [...search].map(([name, value]) => `${/^[\w[\]-]+$/.test(name) ? name : '…'}=${maskValue(name, value)}`)
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

function maskValue(name: string, value: string): string {
  if (name === 'filter') {
    const head = /^\s*([a-z-]{1,30})\(\s*([\w.]{1,60})/.exec(value)
    return head ? `${head[1]}(${head[2]},[${countValues(value)}])` : '…'
  }
  if (name === 'page[size]') return /^\d{1,6}$/.test(value) ? value : '…'
  return name.startsWith('fields[') && /^[a-z_,.]{1,200}$/.test(value) ? value : '…'
}

/** Quoted texts in a filter. */
export function countValues(filter: string): number {
  return filter.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g)?.length ?? 0
}
