/** Turns every line end of a message into CRLF and counts what it finds: SMTP smuggling hides in line ends. */

import { isAscii } from 'node:buffer'
import type { BodyShape } from '../../model/body-shape.ts'

const NUL = 0
const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const DASH = 45
const DOT = 46

/** The content of a line so far, without white space and NUL. */
const BLANK = 0
const SINGLE_DOT = 1
const OTHER = 2

const EMPTY = Buffer.alloc(0)

/**
 * @example
 * const lines = lineEnds()
 * for await (const chunk of source) target.write(lines.push(chunk))
 * target.end(lines.end())
 */
export const lineEnds = (): LineEnds => new LineEnds()

/** A normaliser for one message. The counts stand for everything that was pushed so far. */
export class LineEnds {
  bareCr = 0
  bareLf = 0
  nul = 0
  /** Bytes, without the line end. */
  longestLine = 0
  /**
   * Some server would take a line for the end of the data, though it is not `<CRLF>.<CRLF>`: a single dot with a bare
   * CR or LF on either side, or with a NUL beside it that servers strip (CVE-2023-51764, -51765, -51766).
   */
  endOfDataLookAlike = false
  /** The last byte was a CR. It is passed on already, because it comes first either way. */
  #afterCr = false
  /** The four that follow describe the line that is not yet complete. */
  #length = 0
  #content = BLANK
  #hasNul = false
  #startsAfterCrlf = true
  /** How many of its first two bytes are dashes. */
  #dashes = 0
  /** The counts of the body alone. */
  #longestInBody = 0
  #nulBeforeBody = 0
  #bytes = 0
  #lines = 0
  #boundaryLines = 0
  #eightBit = false

  /** The same bytes with every line end as CRLF. A chunk that needs no change is returned as it is, without a copy. */
  push(chunk: Buffer): Buffer {
    const out = chunk.length === 0 || this.#passThrough(chunk) ? chunk : this.#normalize(chunk)
    this.#bytes += out.length
    this.#eightBit ||= !isAscii(chunk)
    return out
  }

  /** The bytes that are still missing at the end of the message: the LF after a last bare CR, or nothing. */
  end(): Buffer {
    if (!this.#afterCr) return EMPTY
    this.#afterCr = false
    this.bareCr++
    this.#bytes++
    this.#endLine(false)
    return Buffer.from('\n')
  }

  /** Starts the counts of the body: the header section and the empty line were pushed. */
  beginBody(): void {
    this.#nulBeforeBody = this.nul
    this.#longestInBody = 0
    this.#length = 0
    this.#dashes = 0
    // The second half of an unfinished line end does not belong to the body.
    this.#bytes = this.#afterCr ? -1 : 0
    this.#lines = this.#afterCr ? -1 : 0
    this.#boundaryLines = 0
    this.#eightBit = false
  }

  /** The shape of what was pushed since `beginBody`. */
  body(): BodyShape {
    return {
      bytes: this.#bytes,
      lines: this.#lines,
      longestLine: this.#longestInBody,
      eightBit: this.#eightBit,
      nul: this.nul > this.#nulBeforeBody,
      boundaryLines: this.#boundaryLines,
    }
  }

  /** The ordinary chunk, by native scans alone. False, with nothing changed, where that is not enough. */
  #passThrough(chunk: Buffer): boolean {
    const afterCr = this.#afterCr
    if (!this.#startsAfterCrlf || this.#hasNul || (afterCr && chunk[0] !== LF) || chunk.indexOf(NUL) >= 0) return false
    const text = chunk.toString('latin1')
    let start = 0
    let carried = this.#length
    let widest = 0
    let ended = 0
    let delimiters = 0
    let dashes = afterCr ? 0 : this.#dashes
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
      if (dashes < 2 && text.charCodeAt(start) === DASH && leadingDashes(text, start, cr, carried, dashes) === 2) {
        delimiters++
      }
      ended++
      dashes = 0
      carried = 0
      start = lf + 1
      cr = text.indexOf('\r', start)
    }
    if (cr >= 0 && cr !== text.length - 1) return false
    if (start > 0) this.#content = BLANK
    const tail = cr >= 0 ? cr : text.length
    this.#dashes = leadingDashes(text, start, tail, carried, dashes)
    if (this.#dashes === 2 && dashes < 2) delimiters++
    this.#lines += ended
    this.#boundaryLines += delimiters
    this.#length = carried + tail - start
    this.#measure(Math.max(widest, this.#length))
    let content = this.#content
    for (let i = start; i < tail && content !== OTHER; i++) content = after(content, chunk[i])
    this.#content = content
    this.#afterCr = cr >= 0
    return true
  }

  /** Byte by byte, where bytes have to be inserted. */
  #normalize(chunk: Buffer): Buffer {
    let out: Buffer | undefined
    let at = 0
    const copyUpTo = (i: number): Buffer => {
      const copy = Buffer.allocUnsafe(2 * chunk.length + 1)
      chunk.copy(copy, 0, 0, i)
      at = i
      return copy
    }
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? NUL
      if (this.#afterCr) {
        this.#afterCr = false
        this.#endLine(byte === LF)
        if (byte === LF) {
          if (out) out[at++] = LF
          continue
        }
        this.bareCr++
        out ??= copyUpTo(i)
        out[at++] = LF
      }
      if (byte === LF) {
        this.bareLf++
        out ??= copyUpTo(i)
        out[at++] = CR
        this.#endLine(false)
      } else if (byte === CR) this.#afterCr = true
      else this.#addToLine(byte)
      if (out) out[at++] = byte
    }
    this.#measure(this.#length)
    return out ? out.subarray(0, at) : chunk
  }

  #addToLine(byte: number): void {
    if (byte === DASH && this.#dashes === this.#length && this.#length < 2) {
      this.#dashes++
      if (this.#dashes === 2) this.#boundaryLines++
    }
    this.#length++
    if (byte === NUL) {
      this.nul++
      this.#hasNul = true
    }
    if (this.#content !== OTHER) this.#content = after(this.#content, byte)
  }

  #endLine(isCrlf: boolean): void {
    if (this.#content === SINGLE_DOT && (this.#hasNul || !isCrlf || !this.#startsAfterCrlf)) {
      this.endOfDataLookAlike = true
    }
    this.#measure(this.#length)
    this.#lines++
    this.#length = 0
    this.#dashes = 0
    this.#content = BLANK
    this.#hasNul = false
    this.#startsAfterCrlf = isCrlf
  }

  #measure(width: number): void {
    if (width > this.#longestInBody) this.#longestInBody = width
    if (width > this.longestLine) this.longestLine = width
  }
}

/** How many of the first two bytes of a line are dashes. `carried` bytes of it came before, `begun` of them dashes. */
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
