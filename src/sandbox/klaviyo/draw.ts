import { createHash } from 'node:crypto'

/** A number in [0, 1) that follows from the seed and the keys alone: the first 48 bits of their sha256. */
export function draw(seed: string, ...keys: readonly (string | number)[]): number {
  return digest(seed, keys).readUIntBE(0, 6) / 2 ** 48
}

/** A version-4-shaped UUID that follows from the seed and the keys alone. */
export function drawUuid(seed: string, ...keys: readonly (string | number)[]): string {
  const hex = digest(seed, keys).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789'

/** A list id like `Y6nRLr`: a letter, then five letters or digits. */
export function drawListId(seed: string, ...keys: readonly (string | number)[]): string {
  const bytes = digest(seed, keys)
  return [0, 1, 2, 3, 4, 5].map(i => letters[(bytes[i] ?? 0) % (i === 0 ? 48 : letters.length)]).join('')
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A 26-character profile or job id like the vendor's, ending in the ordinal; read back by `ordinalOf`. */
export function idOf(kind: 'profile' | 'job', ordinal: number): string {
  let tail = ''
  for (let rest = ordinal; rest > 0; rest = Math.floor(rest / 32)) tail = crockford[rest % 32] + tail
  return prefixes[kind] + tail.padStart(16, '0')
}

/** The ordinal of an id made by `idOf`, or null when it is none. */
export function ordinalOf(kind: 'profile' | 'job', id: string): number | null {
  if (id.length !== 26 || !id.startsWith(prefixes[kind])) return null
  let ordinal = 0
  for (const letter of id.slice(10)) {
    const digit = crockford.indexOf(letter)
    if (digit < 0) return null
    ordinal = ordinal * 32 + digit
  }
  return Number.isSafeInteger(ordinal) ? ordinal : null
}

const prefixes = { profile: '01SANDBXPR', job: '01SANDBXJB' }

function digest(seed: string, keys: readonly (string | number)[]): Buffer {
  return createHash('sha256')
    .update([seed, ...keys].join('|'))
    .digest()
}
