/** Finds the end of the header section while the bytes of a message arrive. */

import type { HeaderEnd, HeaderFields, HeaderLimits } from '../../model/header.ts'
import { readHeader } from './fields.ts'

/** The header section, and what follows it. */
export interface HeaderSection {
  /** As sent, with the line end of its last field but without the empty line. */
  readonly section: Buffer
  /** The first bytes of the body, or, after `limit`, the rest of a section that was too large. */
  readonly rest: Buffer
  /** The line end of the empty line as sent: CRLF, a bare CR or a bare LF. Empty unless `end` is `empty-line`. */
  readonly separator: Buffer
  readonly end: HeaderEnd
}

const CR = 13
const LF = 10
const EMPTY = Buffer.alloc(0)

/**
 * Collects the header section within `limits.bytes`. Linear in the bytes pushed, however they are cut. The ordinary
 * section, which arrives in one chunk, is not copied.
 *
 * A bare CR or LF ends a line here as it does in {@link lineEnds}, so that both see the same empty line.
 */
export const headerCollector = (limits: HeaderLimits = {}): HeaderCollector => new HeaderCollector(limits)

export class HeaderCollector {
  readonly #maxBytes: number
  #held: Buffer = EMPTY
  #size = 0
  #searched = 0

  constructor({ bytes = 131_072 }: HeaderLimits) {
    this.#maxBytes = bytes
  }

  /** The section as soon as its end is seen. Nothing may be pushed after that. */
  push(chunk: Buffer): HeaderSection | undefined {
    if (chunk.length === 0) return undefined
    const bytes = this.#append(chunk)
    const found = emptyLine(bytes.subarray(0, this.#maxBytes + 1), this.#searched)
    if (found >= 0) {
      const first = bytes[found]
      // The LF that would belong to this CR may be in the next chunk.
      if (first === CR && found + 1 === this.#size) return undefined
      const after = found + (first === CR && bytes[found + 1] === LF ? 2 : 1)
      return endAtEmptyLine(bytes, found, after)
    }
    this.#searched = this.#size - 1
    return this.#size > this.#maxBytes ? endAtLimit(bytes, this.#maxBytes) : undefined
  }

  /** The section of a message that ends before an empty line. */
  end(): HeaderSection {
    const bytes = this.#held.subarray(0, this.#size)
    const found = emptyLine(bytes, this.#searched)
    return found >= 0
      ? endAtEmptyLine(bytes, found, this.#size)
      : { section: bytes, separator: EMPTY, rest: EMPTY, end: 'message' }
  }

  #append(chunk: Buffer): Buffer {
    if (this.#size === 0) this.#held = chunk
    else {
      if (this.#size + chunk.length > this.#held.length) {
        const grown = Buffer.allocUnsafe(Math.max(2 * this.#size, this.#size + chunk.length, 4096))
        this.#held.copy(grown, 0, 0, this.#size)
        this.#held = grown
      }
      chunk.copy(this.#held, this.#size)
    }
    this.#size += chunk.length
    return this.#held.subarray(0, this.#size)
  }
}

/** The fields of a whole message. */
export function headerOf(message: Buffer, limits: HeaderLimits = {}): HeaderFields {
  const collector = headerCollector(limits)
  const { section, end } = collector.push(message) ?? collector.end()
  return readHeader(section, { ...limits, end })
}

/** Where the line end of the first empty line is, or -1: at the very start, or where two line ends meet. */
function emptyLine(bytes: Buffer, from: number): number {
  if (from === 0 && (bytes[0] === CR || bytes[0] === LF)) return 0
  let found = -1
  for (const pair of ['\n\r', '\n\n', '\r\r']) {
    const at = (found < 0 ? bytes : bytes.subarray(0, found)).indexOf(pair, from, 'latin1')
    if (at >= 0) found = at + 1
  }
  return found
}

const endAtEmptyLine = (bytes: Buffer, found: number, after: number): HeaderSection => ({
  section: bytes.subarray(0, found),
  separator: bytes.subarray(found, after),
  rest: bytes.subarray(after),
  end: 'empty-line',
})

/** Never between CR and LF, since the two halves of one line end would become two line ends. */
function endAtLimit(bytes: Buffer, maxBytes: number): HeaderSection {
  const at = bytes[maxBytes - 1] === CR ? maxBytes - 1 : maxBytes
  return { section: bytes.subarray(0, at), separator: EMPTY, rest: bytes.subarray(at), end: 'limit' }
}
