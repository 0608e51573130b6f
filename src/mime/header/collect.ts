/** Finds the end of the header section while the bytes of a message go by. */

import type { HeaderEnd, HeaderFields, HeaderLimits } from '../../model/header.ts'
import { readHeader } from './fields.ts'

/** The header section, cut off from what follows it. */
export interface HeaderSection {
  /** As sent, with the line end of its last field but without the empty line. */
  readonly section: Buffer
  /** What came after: the first bytes of the body, or, after `limit`, the rest of what was too large. */
  readonly rest: Buffer
  /** The line end of the empty line as sent: CRLF, a bare CR or a bare LF. Nothing unless `end` is `empty-line`. */
  readonly separator: Buffer
  readonly end: HeaderEnd
}

export interface HeaderCollector {
  /** The section as soon as its end is seen. Do not push again after that. */
  push(chunk: Buffer): HeaderSection | undefined
  /** The message is over and no end was seen. */
  end(): HeaderSection
}

const CR = 13
const LF = 10
const EMPTY = Buffer.alloc(0)

/**
 * Collects the header section within `limits.bytes`. Linear in the bytes pushed, however they are cut; the ordinary
 * section that arrives in one chunk is not copied.
 *
 * A bare CR or LF ends a line here as it does in {@link lineEnds}, so that both see the same empty line.
 */
export function headerCollector(limits: HeaderLimits = {}): HeaderCollector {
  const { bytes: maxBytes = 131_072 } = limits
  let held: Buffer = EMPTY
  let size = 0
  let searched = 0

  const append = (chunk: Buffer): Buffer => {
    if (size === 0) held = chunk
    else {
      if (size + chunk.length > held.length) {
        const grown = Buffer.allocUnsafe(Math.max(2 * size, size + chunk.length, 4096))
        held.copy(grown, 0, 0, size)
        held = grown
      }
      chunk.copy(held, size)
    }
    size += chunk.length
    return held.subarray(0, size)
  }

  return {
    push: chunk => {
      if (chunk.length === 0) return undefined
      const bytes = append(chunk)
      const found = emptyLine(bytes.subarray(0, maxBytes + 1), searched)
      if (found >= 0) {
        const first = bytes[found]
        // The LF that would belong to this CR may be in the next chunk.
        if (first === CR && found + 1 === size) return undefined
        const after = found + (first === CR && bytes[found + 1] === LF ? 2 : 1)
        return endAtEmptyLine(bytes, found, after)
      }
      searched = size - 1
      return size > maxBytes ? endAtLimit(bytes, maxBytes) : undefined
    },
    end: () => {
      const bytes = held.subarray(0, size)
      const found = emptyLine(bytes, searched)
      return found >= 0
        ? endAtEmptyLine(bytes, found, size)
        : { section: bytes, separator: EMPTY, rest: EMPTY, end: 'message' }
    },
  }
}

/** The fields of a whole message that is at hand. */
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

/** Never between CR and LF: the two halves of a line end would become two line ends. */
function endAtLimit(bytes: Buffer, maxBytes: number): HeaderSection {
  const at = bytes[maxBytes - 1] === CR ? maxBytes - 1 : maxBytes
  return { section: bytes.subarray(0, at), separator: EMPTY, rest: bytes.subarray(at), end: 'limit' }
}
