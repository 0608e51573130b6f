/** How the body of a message is shaped: what the bounds need to know before anything dear reads it. */
import { isAscii } from 'node:buffer'
import { type Reading, reading } from '../core/fact.ts'

export interface Shape {
  /** Of the body. */
  readonly octets: number
  /** Line ends in the body. */
  readonly lines: number
  /** Octets of the longest line of the body, without its CRLF. */
  readonly longestLine: number
  /** There are octets beyond US-ASCII in the body. */
  readonly eightBit: boolean
  /** There is a NUL in the body. */
  readonly nul: boolean
  /** Lines of the body that begin with `--`, as every MIME boundary does (RFC 2046 §5.1.1). */
  readonly boundaryLines: number
}

const LF = '\n'
const DELIMITER = '\n--'

/** Found by native searches on the one pass: about a millisecond for four megabytes of ordinary lines. */
export const shape: Reading<Shape> = reading('shape', ({ header }) => {
  let toSkip = header.bodyOffset
  let octets = 0
  let lines = 0
  let longestLine = 0
  let length = 0
  let eightBit = false
  let nul = false
  let boundaryLines = 0
  /** The last octets before this chunk: a delimiter may be cut in two. The body begins a line. */
  let before = LF

  return {
    chunk: bytes => {
      if (toSkip >= bytes.length) {
        toSkip -= bytes.length
        return
      }
      const body = toSkip > 0 ? bytes.subarray(toSkip) : bytes
      toSkip = 0
      octets += body.length
      eightBit ||= !isAscii(body)
      nul ||= body.includes(0)

      const text = body.toString('latin1')
      let start = -length
      for (let lf = text.indexOf(LF); lf >= 0; lf = text.indexOf(LF, start)) {
        lines++
        longestLine = Math.max(longestLine, lf - 1 - start)
        start = lf + 1
      }
      length = text.length - start
      longestLine = Math.max(longestLine, length - (text.endsWith('\r') ? 1 : 0))

      boundaryLines += count(before + text.slice(0, 2), DELIMITER) + count(text, DELIMITER)
      before = (before + text.slice(-2)).slice(-2)
    },
    end: () => ({ octets, lines, longestLine, eightBit, nul, boundaryLines }),
  }
})

function count(text: string, wanted: string): number {
  let found = 0
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) found++
  return found
}
