/**
 * Canonicalizes a body while its bytes arrive (RFC 6376 §3.4.3, §3.4.4). Bytes that need no change are passed on as
 * large views. Native scans find bytes that may need one, and only those are folded one by one. Linear for all input.
 */
import type { Canonicalization } from './signature.ts'

export interface Canonicalizer {
  /** Takes the next bytes of the body, cut anywhere. Line ends are CRLF; any other CR or LF is content. */
  write(chunk: Buffer): void
  end(): void
}

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32

const CRLF = Buffer.from('\r\n')
const LINES = Buffer.alloc(4096, CRLF)

// After a byte to change, so many bytes are folded one by one before the scans start again; more where changes are
// close.
const NARROW = 32
const WIDE = 1024
// After a space, so many bytes are examined one by one: between words, a native scan for the next space would stop at
// once.
const WORDS = 256
// Shorter views are cheaper to copy than to hash alone.
const SHORT = 512
// Shared by all canonicalizers: it is empty whenever `write` and `end` return.
const out = Buffer.allocUnsafeSlow(16_384)

/** A canonicalizer that passes the canonical bytes to `sink`. The buffers that `sink` gets may be reused. */
export const canonicalizer = (how: Canonicalization, sink: (bytes: Buffer) => void): Canonicalizer =>
  new BodyCanonicalizer(how === 'relaxed', sink)

class BodyCanonicalizer implements Canonicalizer {
  readonly #relaxed: boolean
  readonly #sink: (bytes: Buffer) => void
  // Held back until content follows: line ends, then white space, then half a line end.
  #lines = 0
  #space = false
  #cr = false
  #hasContent = false
  /** Bytes in `out`. */
  #used = 0

  constructor(relaxed: boolean, sink: (bytes: Buffer) => void) {
    this.#relaxed = relaxed
    this.#sink = sink
  }

  write(chunk: Buffer): void {
    const start = this.#hold(chunk, 0)
    if (start === chunk.length) return
    this.#release()
    const end = contentEnd(chunk, start, this.#relaxed)
    if (this.#relaxed) this.#relax(chunk.subarray(0, end), start)
    else if (end > start) this.#pass(chunk.subarray(start, end))
    this.#hold(chunk, end)
    this.#flush()
  }

  end(): void {
    // Half a line end is content. White space before the end of the body is dropped, although no line end follows it.
    if (this.#cr) this.#release()
    // An empty body is one line end if simple, nothing if relaxed; all others end with exactly one.
    if (this.#hasContent || !this.#relaxed) this.#pass(CRLF)
    this.#flush()
  }

  #flush(): void {
    if (this.#used > 0) this.#sink(out.subarray(0, this.#used))
    this.#used = 0
  }

  #pass(view: Buffer): void {
    this.#hasContent = true
    if (view.length > SHORT || this.#used + view.length > out.length) this.#flush()
    if (view.length > SHORT) {
      this.#sink(view)
      return
    }
    out.set(view, this.#used)
    this.#used += view.length
  }

  /** Holds back line ends and white space. @returns where content begins, or the end of the chunk */
  #hold(chunk: Buffer, from: number): number {
    let at = from
    if (this.#cr && chunk[at] !== LF) return at
    if (this.#cr) {
      this.#cr = false
      this.#space = false
      this.#lines += 1
      at += 1
    }
    for (;;) {
      const white = this.#relaxed ? afterSpace(chunk, at) : at
      if (white > at) this.#space = true
      at = white
      while (chunk[at] === CR && chunk[at + 1] === LF) at += 2
      if (at === white) break
      this.#space = false
      this.#lines += (at - white) / 2
    }
    if (chunk[at] !== CR || at + 1 < chunk.length) return at
    this.#cr = true
    return at + 1
  }

  /** Passes on what was held back, because content follows. */
  #release(): void {
    this.#hasContent = true
    for (; this.#lines > 0; this.#lines -= Math.min(this.#lines, LINES.length / 2))
      this.#pass(LINES.subarray(0, 2 * this.#lines))
    if (this.#used + 2 > out.length) this.#flush()
    if (this.#space) out[this.#used++] = SPACE
    if (this.#cr) out[this.#used++] = CR
    this.#space = false
    this.#cr = false
  }

  /** Passes on content from `from` to the end of `part`, which does not end in white space. */
  #relax(part: Buffer, from: number): void {
    let tab = -1
    let next = -1
    let window = NARROW
    for (let at = from; at < part.length; ) {
      if (tab < at) tab = orInfinity(part.indexOf(TAB, at))
      const stop = Math.min(tab, part.length)
      let change = at
      for (;;) {
        if (next < change) next = orInfinity(part.indexOf(SPACE, change))
        change = unevenSpace(part, Math.min(next, stop), Math.min(next + WORDS, stop))
        if (change < next + WORDS || change >= stop) break
      }
      if (change > at) this.#pass(part.subarray(at, change))
      window = change - at > NARROW ? NARROW : Math.min(2 * window, WIDE)
      at = change < part.length ? this.#fold(part, change, window) : change
    }
  }

  /** @returns where the folding ended: after `window` bytes, and not within white space */
  #fold(part: Buffer, from: number, window: number): number {
    if (this.#used + window + 1 > out.length) this.#flush()
    const until = from + window
    let to = this.#used
    let at = from
    let isWhite = false
    for (; at < part.length; at += 1) {
      const byte = part[at] ?? 0
      if (byte === SPACE || byte === TAB) {
        isWhite = true
        continue
      }
      if (isWhite && (byte !== CR || part[at + 1] !== LF)) out[to++] = SPACE
      isWhite = false
      if (at >= until) break
      out[to++] = byte
    }
    this.#hasContent = true
    this.#used = to
    return at
  }
}

const orInfinity = (index: number): number => (index < 0 ? Number.POSITIVE_INFINITY : index)

function afterSpace(chunk: Buffer, from: number): number {
  let at = from
  while (chunk[at] === SPACE || chunk[at] === TAB) at += 1
  return at
}

/** The first space before another space, a tab or a CR; else `until`. */
function unevenSpace(part: Buffer, from: number, until: number): number {
  for (let at = from; at < until; at += 1) {
    if (part[at] !== SPACE) continue
    const next = part[at + 1]
    if (next === SPACE || next === CR || next === TAB) return at
  }
  return until
}

/** Where the line ends, white space and half a line end at the end of the chunk begin. */
function contentEnd(chunk: Buffer, from: number, relaxed: boolean): number {
  let end = chunk[chunk.length - 1] === CR ? chunk.length - 1 : chunk.length
  while (end > from) {
    const byte = chunk[end - 1]
    if (relaxed && (byte === SPACE || byte === TAB)) end -= 1
    else if (byte === LF && chunk[end - 2] === CR && end - 2 >= from) end -= 2
    else break
  }
  return Math.max(end, from)
}
