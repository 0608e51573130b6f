/** Checks JSON while it arrives: nesting that is too deep or too many values are refused before parsing. */
import { HttpError } from '../shared/web/request.ts'

/** A call of Stalwart is five deep. */
const MAX_DEPTH = 32
/** Each header field of a message is two strings. */
const MAX_VALUES = 200_000

/** Checks one body. */
export interface JsonGuard {
  /** Takes the next bytes, in linear time. @throws HttpError */
  push(bytes: Uint8Array): void
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [ARRAY, END_OF_ARRAY, OBJECT, END_OF_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

export function jsonGuard(): JsonGuard {
  let depth = 0
  let values = 0
  let inString = false
  /** The last byte of the piece before was a backslash that escapes the first one of this. */
  let escaped = false

  /** The index after the closing quote of the string that contains `from`. */
  const endOfString = (bytes: Uint8Array, from: number): number => {
    let start = from
    if (escaped) {
      escaped = false
      start += 1
    }
    for (let at = start; ; ) {
      const quote = bytes.indexOf(QUOTE, at)
      const end = quote < 0 ? bytes.length : quote
      let slashes = 0
      while (end - slashes > at && bytes[end - slashes - 1] === BACKSLASH) slashes += 1
      const isEscaped = slashes % 2 === 1
      if (quote < 0) {
        escaped = isEscaped
        return bytes.length
      }
      at = quote + 1
      if (isEscaped) continue
      inString = false
      return at
    }
  }
  const open = (): void => {
    depth += 1
    values += 1
    if (depth > MAX_DEPTH) throw new HttpError(400, `the body: JSON nested at most ${MAX_DEPTH} deep was expected`)
  }
  return {
    push: bytes => {
      for (let at = 0; at < bytes.length; ) {
        if (inString) {
          at = endOfString(bytes, at)
          continue
        }
        const byte = bytes[at]
        at += 1
        if (byte === QUOTE) inString = true
        else if (byte === ARRAY || byte === OBJECT) open()
        else if (byte === END_OF_ARRAY || byte === END_OF_OBJECT) depth -= 1
        else if (byte === COMMA) values += 1
      }
      if (values > MAX_VALUES) throw new HttpError(400, `the body: JSON of at most ${MAX_VALUES} values was expected`)
    },
  }
}
