/** Two hexadecimal digits as one byte, as quoted-printable and the Q encoding write it. */

/** The byte that two hexadecimal digits stand for, or -1. */
export function hexByte(source: Buffer, at: number): number {
  const high = hexDigit(source[at])
  const low = high < 0 ? -1 : hexDigit(source[at + 1])
  return low < 0 ? -1 : high * 16 + low
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
