/** The text forms of IP addresses and their 32-bit words, most significant first. Reading allocates nothing. */

/** The word at `index`. Callers never read beyond the length of the array. */
export const word = (words: Uint32Array | Int32Array, index: number): number => words[index] as number

/**
 * Reads four decimal numbers from `start` to the end of `text` into the first word of `into`. Leading zeros are
 * refused, because some systems read such numbers as octal.
 */
export function readIPv4(text: string, start: number, into: Uint32Array): boolean {
  let address = 0
  let number = -1
  let dots = 0
  for (let position = start; position < text.length; position += 1) {
    const code = text.charCodeAt(position)
    if (code === DOT) {
      if (number < 0 || dots === 3) return false
      address = address * 256 + number
      number = -1
      dots += 1
    } else if (code >= ZERO && code <= NINE && number !== 0) {
      number = number < 0 ? code - ZERO : number * 10 + code - ZERO
      if (number > 255) return false
    } else return false
  }
  into[0] = address * 256 + number
  return dots === 3 && number >= 0
}

// Only used between two statements, so one for all calls is enough.
const quad = new Uint32Array(1)

/**
 * Reads groups of one to four hexadecimal digits, with at most one `::` for a run of zeros, the last two of them
 * perhaps as a dotted quad (RFC 4291 §2.2).
 */
export function readIPv6(text: string, into: Uint32Array): boolean {
  into.fill(0)
  let count = 0
  let gap = -1
  let position = 0
  if (text.startsWith('::')) {
    gap = 0
    position = 2
  }
  while (position < text.length) {
    const start = position
    let group = 0
    for (; position < text.length && position - start < 5; position += 1) {
      const digit = hex(text.charCodeAt(position))
      if (digit < 0) break
      group = group * 16 + digit
    }
    const digits = position - start
    if (digits === 0 || digits > 4 || count === 8) return false
    if (text.charCodeAt(position) === DOT) {
      if (count > 6 || !readIPv4(text, start, quad)) return false
      putGroup(into, count, word(quad, 0) >>> 16)
      putGroup(into, count + 1, word(quad, 0) & 0xffff)
      count += 2
      break
    }
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

/**
 * RFC 5952 §4: lower case, no leading zeros, `::` for the longest run of two or more zero groups, the first of equal
 * runs.
 */
export function formatIPv6(words: Uint32Array): string {
  let gap = 8
  let longest = 1
  for (let start = 0; start < 8; start += 1) {
    let end = start
    while (end < 8 && getGroup(words, end) === 0) end += 1
    if (end - start > longest) {
      gap = start
      longest = end - start
    }
    if (end > start) start = end
  }
  const head = formatGroups(words, 0, gap)
  return gap === 8 ? head : `${head}::${formatGroups(words, gap + longest, 8)}`
}

function formatGroups(words: Uint32Array, from: number, to: number): string {
  let text = ''
  for (let index = from; index < to; index += 1) {
    text += `${index === from ? '' : ':'}${getGroup(words, index).toString(16)}`
  }
  return text
}

const getGroup = (words: Uint32Array, index: number): number =>
  (word(words, index >> 1) >>> (index & 1 ? 0 : 16)) & 0xffff

function putGroup(words: Uint32Array, index: number, group: number): void {
  const shift = index & 1 ? 0 : 16
  words[index >> 1] = (word(words, index >> 1) & ~(0xffff << shift)) | (group << shift)
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
