/** Bytes of the white space that starts at `p`, 0 for none. White is ASCII up to 0x20 (but NUL), no-break space C2 A0, zero-width space E2 80 8B, byte order mark EF BB BF. */
export function whiteAt(buf: Buffer, p: number): number {
  const byte = buf[p] as number
  if (byte <= 0x20) return byte === 0 ? 0 : 1
  if (byte === 0xc2) return buf[p + 1] === 0xa0 ? 2 : 0
  if (byte === 0xe2) return buf[p + 1] === 0x80 && buf[p + 2] === 0x8b ? 3 : 0
  if (byte === 0xef) return buf[p + 1] === 0xbb && buf[p + 2] === 0xbf ? 3 : 0
  return 0
}

/** Bytes of the white space that ends before `end` and does not begin before `start`, 0 for none. */
export function whiteBefore(buf: Buffer, end: number, start: number): number {
  const byte = buf[end - 1] as number
  if (byte <= 0x20) return byte === 0 ? 0 : 1
  if (byte === 0xa0) return end - 2 >= start && whiteAt(buf, end - 2) === 2 ? 2 : 0
  if (byte === 0x8b || byte === 0xbf) return end - 3 >= start && whiteAt(buf, end - 3) === 3 ? 3 : 0
  return 0
}
