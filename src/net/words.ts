/** Addresses as 32-bit words, most significant first: the scanners of the two usual forms, which allocate nothing. */

/** The word at `index`; the arrays here are always as long as they are read. */
export const at = (words: Uint32Array | Int32Array, index: number): number => words[index] as number

/** Four decimal numbers without leading zeros, which some systems read as octal, from `start` to the end of `text`. */
export function readQuad(text: string, start: number, into: Uint32Array, index: number): boolean {
  let address = 0
  let octet = -1
  let dots = 0
  for (let position = start; position < text.length; position += 1) {
    const code = text.charCodeAt(position)
    if (code === DOT) {
      if (octet < 0 || dots === 3) return false
      address = address * 256 + octet
      octet = -1
      dots += 1
    } else if (code >= ZERO && code <= NINE && octet !== 0) {
      octet = octet < 0 ? code - ZERO : octet * 10 + code - ZERO
      if (octet > 255) return false
    } else return false
  }
  into[index] = address * 256 + octet
  return dots === 3 && octet >= 0
}

/** Groups of up to four hexadecimal digits, with at most one `::` for a run of zeros (RFC 4291 §2.2 forms 1 and 2). */
export function readGroups(text: string, into: Uint32Array): boolean {
  into.fill(0)
  let count = 0
  let gap = -1
  let position = 0
  if (text.startsWith('::')) {
    gap = 0
    position = 2
  }
  while (position < text.length) {
    let group = 0
    let digits = 0
    for (; position < text.length && digits < 5; position += 1) {
      const digit = hex(text.charCodeAt(position))
      if (digit < 0) break
      group = group * 16 + digit
      digits += 1
    }
    if (digits === 0 || digits > 4 || count === 8) return false
    putGroup(into, count, group)
    count += 1
    if (position === text.length) break
    if (text.charCodeAt(position) !== COLON) return false
    position += 1
    if (text.charCodeAt(position) === COLON) {
      if (gap >= 0) return false
      gap = count
      position += 1
    } else if (position === text.length) return false
  }
  if (gap < 0) return count === 8
  if (count === 8) return false
  for (let moved = count - 1; moved >= gap; moved -= 1) {
    const group = getGroup(into, moved)
    putGroup(into, moved, 0)
    putGroup(into, moved + 8 - count, group)
  }
  return true
}

const getGroup = (words: Uint32Array, index: number): number =>
  (at(words, index >> 1) >>> (index & 1 ? 0 : 16)) & 0xffff

export function putGroup(words: Uint32Array, index: number, group: number): void {
  const shift = index & 1 ? 0 : 16
  words[index >> 1] = (at(words, index >> 1) & ~(0xffff << shift)) | (group << shift)
}

function hex(code: number): number {
  if (code >= ZERO && code <= NINE) return code - ZERO
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1
}

const ZERO = 0x30
const NINE = 0x39
const DOT = 0x2e
const COLON = 0x3a
