/** Looks at JSON while it arrives: what is nested too deep or made of too many values is refused before it is parsed. */
import { WebError } from '../shared/web/request.ts'

/** A call of Stalwart is five deep. */
const MAX_DEPTH = 32
/** Each header field of a message is two texts. */
const MAX_VALUES = 200_000

export interface JsonGuard {
  /** Takes the next bytes, in linear time. @throws WebError */
  push(bytes: Uint8Array): void
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [ARRAY, END_OF_ARRAY, OBJECT, END_OF_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

export function jsonGuard(): JsonGuard {
  let depth = 0
  let values = 0
  let inText = false
  /** The last byte of the piece before was a backslash that escapes the first one of this. */
  let escaped = false

  /** Where the text ends that `bytes` is inside of at `from`: behind its quote. */
  const endOfText = (bytes: Uint8Array, from: number): number => {
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
      inText = false
      return at
    }
  }
  const open = (): void => {
    depth += 1
    values += 1
    if (depth > MAX_DEPTH) throw new WebError(400, `the body: JSON nested at most ${MAX_DEPTH} deep was expected`)
  }
  return {
    push: bytes => {
      for (let at = 0; at < bytes.length; ) {
        if (inText) {
          at = endOfText(bytes, at)
          continue
        }
        const byte = bytes[at]
        at += 1
        if (byte === QUOTE) inText = true
        else if (byte === ARRAY || byte === OBJECT) open()
        else if (byte === END_OF_ARRAY || byte === END_OF_OBJECT) depth -= 1
        else if (byte === COMMA) values += 1
      }
      if (values > MAX_VALUES) throw new WebError(400, `the body: JSON of at most ${MAX_VALUES} values was expected`)
    },
  }
}
