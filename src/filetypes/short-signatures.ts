/** Further conditions for formats whose first bytes are too short to know them by. */

/** `.Z`: the largest length of a code, with two bits that are not used and one for blocks. */
export function isCompress(bytes: Buffer): boolean {
  const flags = bytes[2] ?? 0
  const longest = flags & 0x1f
  return bytes.length > 3 && (flags & 0x60) === 0 && longest >= 9 && longest <= 16
}

/** LZMA without a container: after the properties the dictionary, and the length of the content or all bits set. */
export function isLzma(bytes: Buffer): boolean {
  if (bytes.length < 14 || bytes[13] !== 0) return false
  const dictionary = bytes.readUInt32LE(1)
  const length = bytes.readBigUInt64LE(5)
  return dictionary % 1024 === 0 && dictionary > 0 && (length === 0xffffffffffffffffn || length < 0x10000000000n)
}

/** Flash: the fourth byte is the version. */
export const isFlash = (bytes: Buffer): boolean => (bytes[3] ?? 255) < 64
