/** The header block of a tar archive, by which the file is recognised (POSIX.1-1988, ustar). */

export const BLOCK = 512

/** Old archives have no signature, but each header has a checksum, computed with blanks in place of the checksum. */
export function isTar(bytes: Buffer): boolean {
  if (bytes.length < BLOCK || bytes[0] === 0) return false
  const expected = octal(bytes.subarray(148, 156))
  if (!expected) return false
  let sum = 8 * 0x20
  for (let at = 0; at < BLOCK; at += 1) if (at < 148 || at >= 156) sum += bytes[at] ?? 0
  return sum === expected
}

/** A number in octal digits, ended by a NUL or blanks; undefined for other text. */
export const octal = (field: Buffer): number | undefined => {
  const end = field.indexOf(0)
  const text = field.toString('latin1', 0, end < 0 ? field.length : end).trim()
  return /^[0-7]{0,12}$/.test(text) ? Number.parseInt(text || '0', 8) : undefined
}
