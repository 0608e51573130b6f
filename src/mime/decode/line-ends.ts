/** Turns every line end of a message into CRLF as its bytes go by, and tells what it met: smuggling hides in line ends. */

import { isAscii } from 'node:buffer'
import type { BodyShape } from '../../model/body-shape.ts'

/** A normaliser for one message. The counts stand for all that was pushed so far. */
export interface LineEnds {
  /** The same bytes with every line end as CRLF: the very buffer that was pushed when nothing is to do. */
  push(chunk: Buffer): Buffer
  /** What is still owed when the message is over: the LF of a last bare CR, or nothing. */
  end(): Buffer
  readonly bareCr: number
  readonly bareLf: number
  readonly nul: number
  /** Bytes, without the line end. */
  readonly longestLine: number
  /**
   * A line that some server would take for the end of the data, though it is not `<CRLF>.<CRLF>`: a single dot with a bare
   * CR or LF on either side, or with a NUL beside it that servers strip (CVE-2023-51764, -51765, -51766).
   */
  readonly endOfDataLookAlike: boolean
  /** The header section and the empty line are over: what is pushed from now on is the body. */
  beginBody(): void
  /** Of what was pushed since then. */
  body(): BodyShape
}

const NUL = 0
const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const DASH = 45
const DOT = 46

/** What a line holds so far, white space and NUL aside. */
const BLANK = 0
const SINGLE_DOT = 1
const OTHER = 2

const nothing = Buffer.alloc(0)

/**
 * @example
 * const lines = lineEnds()
 * for await (const chunk of source) target.write(lines.push(chunk))
 * target.end(lines.end())
 */
export function lineEnds(): LineEnds {
  // Values and no getters, which would give each message a hidden class of its own for the collector to find.
  const met = { bareCr: 0, bareLf: 0, nul: 0, longestLine: 0, endOfDataLookAlike: false }
  /** The last byte was a CR: passed on already, for it comes first either way. */
  let afterCr = false
  /** Of the line that is not yet over. */
  let length = 0
  let content = BLANK
  let hasNul = false
  let wellBegun = true
  /** How many of its first two bytes are dashes, up to the first that is none. */
  let dashes = 0
  /** What is counted anew when the body begins. */
  let longest = 0
  let nulBefore = 0
  let bytes = 0
  let lines = 0
  let boundaryLines = 0
  let eightBit = false

  const widen = (width: number): void => {
    if (width > longest) longest = width
    if (width > met.longestLine) met.longestLine = width
  }

  const endLine = (well: boolean): void => {
    if (content === SINGLE_DOT && (hasNul || !well || !wellBegun)) met.endOfDataLookAlike = true
    widen(length)
    lines++
    length = 0
    dashes = 0
    content = BLANK
    hasNul = false
    wellBegun = well
  }

  /** The ordinary chunk, by native scans alone: false, and nothing is changed, when there is more to it. */
  const pass = (chunk: Buffer): boolean => {
    if (!wellBegun || hasNul || (afterCr && chunk[0] !== LF) || chunk.indexOf(NUL) >= 0) return false
    const text = chunk.toString('latin1')
    let start = 0
    let carried = length
    let widest = 0
    let ended = 0
    let delimiters = 0
    let begun = afterCr ? 0 : dashes
    if (afterCr) {
      start = 1
      carried = 0
      ended = 1
    }
    let cr = text.indexOf('\r', start)
    for (let lf = text.indexOf('\n', start); lf >= 0; lf = text.indexOf('\n', start)) {
      if (cr !== lf - 1 || cr < 0) return false
      const width = carried + cr - start
      if (width > widest) widest = width
      if (begun < 2 && text.charCodeAt(start) === DASH && leadingDashes(text, start, cr, carried, begun) === 2)
        delimiters++
      ended++
      begun = 0
      carried = 0
      start = lf + 1
      cr = text.indexOf('\r', start)
    }
    if (cr >= 0 && cr !== text.length - 1) return false
    if (start > 0) content = BLANK
    const tail = cr >= 0 ? cr : text.length
    const first = leadingDashes(text, start, tail, carried, begun)
    if (first === 2 && begun < 2) delimiters++
    dashes = first
    lines += ended
    boundaryLines += delimiters
    length = carried + tail - start
    widen(Math.max(widest, length))
    for (let i = start; i < tail && content !== OTHER; i++) content = after(content, chunk[i])
    afterCr = cr >= 0
    return true
  }

  /** Byte by byte, where bytes have to be put in. */
  const mend = (chunk: Buffer): Buffer => {
    let out: Buffer | undefined
    let at = 0
    const room = (i: number): Buffer => {
      const made = Buffer.allocUnsafe(2 * chunk.length + 1)
      chunk.copy(made, 0, 0, i)
      at = i
      return made
    }
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? NUL
      if (afterCr) {
        afterCr = false
        endLine(byte === LF)
        if (byte === LF) {
          if (out) out[at++] = LF
          continue
        }
        met.bareCr++
        out ??= room(i)
        out[at++] = LF
      }
      if (byte === LF) {
        met.bareLf++
        out ??= room(i)
        out[at++] = CR
        endLine(false)
      } else if (byte === CR) afterCr = true
      else {
        if (byte === DASH && dashes === length && length < 2) {
          dashes++
          if (dashes === 2) boundaryLines++
        }
        length++
        if (byte === NUL) {
          met.nul++
          hasNul = true
        }
        if (content !== OTHER) content = after(content, byte)
      }
      if (out) out[at++] = byte
    }
    widen(length)
    return out ? out.subarray(0, at) : chunk
  }

  return Object.assign(met, {
    push: (chunk: Buffer) => {
      const out = chunk.length === 0 || pass(chunk) ? chunk : mend(chunk)
      bytes += out.length
      eightBit ||= !isAscii(chunk)
      return out
    },
    end: () => {
      if (!afterCr) return nothing
      afterCr = false
      met.bareCr++
      bytes++
      endLine(false)
      return Buffer.from('\n')
    },
    beginBody: () => {
      nulBefore = met.nul
      longest = 0
      length = 0
      dashes = 0
      // The second half of a line end that is owed does not belong to the body.
      bytes = afterCr ? -1 : 0
      lines = afterCr ? -1 : 0
      boundaryLines = 0
      eightBit = false
    },
    body: () => ({ bytes, lines, longestLine: longest, eightBit, nul: met.nul > nulBefore, boundaryLines }),
  })
}

/** How many of the first two bytes of a line are dashes; `carried` of its bytes came before, `begun` of them dashes. */
function leadingDashes(text: string, start: number, stop: number, carried: number, begun: number): number {
  let found = begun
  for (let at = start; at < stop && carried + at - start < 2; at++) {
    if (text.charCodeAt(at) !== DASH || found !== carried + at - start) break
    found++
  }
  return found
}

function after(content: number, byte: number | undefined): number {
  if (byte === SPACE || byte === TAB || byte === NUL) return content
  return byte === DOT && content === BLANK ? SINGLE_DOT : OTHER
}
