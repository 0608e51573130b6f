/**
 * Canonicalizes a body while its bytes go by (RFC 6376 §3.4.3, §3.4.4). What needs no change is passed on as it is, in
 * large views; native scans find what does, and only that is folded octet by octet. Linear in the octets, whatever they are.
 */
import type { Canonicalization } from './signature.ts'

export interface Canonicalizer {
  /** The next octets of the body, cut anywhere. Line ends are CRLF; any other CR or LF is content. */
  readonly write: (chunk: Buffer) => void
  readonly end: () => void
}

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32

const CRLF = Buffer.from('\r\n')
const LINES = Buffer.alloc(4096, CRLF)
const DOUBLE_SPACE = Buffer.from('  ')
const SPACE_CR = Buffer.from(' \r')

// After a hit this many octets are folded by hand before the native scans are asked again: text with one hit has more.
const WINDOW = 512
// Shorter views are cheaper copied than hashed alone.
const SHORT = 512
// Shared by all: it is empty whenever `write` and `end` return.
const out = Buffer.allocUnsafeSlow(16_384)

export function canonicalizer(how: Canonicalization, sink: (bytes: Buffer) => void): Canonicalizer {
  const relaxed = how === 'relaxed'
  // What was seen and is content only if content follows: empty lines, then white space, then a CR.
  let lines = 0
  let space = false
  let cr = false
  let written = false
  let used = 0

  const flush = () => {
    if (used > 0) sink(out.subarray(0, used))
    used = 0
  }

  const pass = (view: Buffer) => {
    written = true
    if (view.length > SHORT) {
      flush()
      sink(view)
      return
    }
    if (used + view.length > out.length) flush()
    out.set(view, used)
    used += view.length
  }

  /** What was held back is content after all. */
  const settle = () => {
    written = true
    while (lines > 0) {
      if (used + 4 > out.length) flush()
      if (lines === 1) {
        out[used] = CR
        out[used + 1] = LF
        used += 2
        break
      }
      const run = Math.min(2 * lines, LINES.length)
      pass(LINES.subarray(0, run))
      lines -= run / 2
    }
    lines = 0
    if (used + 4 > out.length) flush()
    if (space) out[used++] = SPACE
    if (cr) out[used++] = CR
    space = false
    cr = false
  }

  /** One octet after the other, until `until` is reached and nothing is held back. */
  const fold = (chunk: Buffer, from: number, until: number): number => {
    let at = from
    for (; at < chunk.length; at += 1) {
      const octet = chunk[at] ?? 0
      if (octet === LF && cr) {
        lines += 1
        space = false
        cr = false
      } else if (octet === CR) {
        if (cr) settle()
        cr = true
      } else if (relaxed && (octet === SPACE || octet === TAB)) {
        if (cr) settle()
        space = true
      } else {
        if (at >= until) break
        if (lines > 0 || space || cr) settle()
        else if (used + 4 > out.length) flush()
        out[used++] = octet
        written = true
      }
    }
    return at
  }

  /** From `from`, before which nothing is held back, to `end`, which follows an octet of content. */
  const scan = (chunk: Buffer, from: number, end: number) => {
    const part = chunk.subarray(0, end)
    let at = from
    let tab = -1
    let double = -1
    let trailing = -1
    while (at < end) {
      if (tab < at) tab = found(part.indexOf(TAB, at))
      if (double < at) double = found(part.indexOf(DOUBLE_SPACE, at))
      if (trailing < at) trailing = found(part.indexOf(SPACE_CR, at))
      const first = Math.min(tab, double, trailing, end)
      const hit = first === tab && first > at && part[first - 1] === SPACE ? first - 1 : first
      if (hit > at) pass(part.subarray(at, hit))
      at = hit < end ? fold(part, hit, hit + WINDOW) : end
      if (at < end && (lines > 0 || space || cr)) settle()
    }
  }

  return {
    write: chunk => {
      let at = 0
      if (lines > 0 || space || cr) {
        at = fold(chunk, 0, 0)
        if (at === chunk.length) return flush()
        settle()
      }
      const end = contentEnd(chunk, at, relaxed)
      if (relaxed) scan(chunk, at, end)
      else if (end > at) pass(chunk.subarray(at, end))
      fold(chunk, end, chunk.length)
      flush()
    },
    end: () => {
      if (cr) settle()
      // White space without a line end is at the end of a line none the less. An empty body is one line end if simple,
      // nothing if relaxed; all others end with exactly one.
      if (written || !relaxed) pass(CRLF)
      flush()
    },
  }
}

const found = (at: number): number => (at < 0 ? Number.POSITIVE_INFINITY : at)

/** Where the line ends and the white space begin that are all there is after it. */
function contentEnd(chunk: Buffer, from: number, relaxed: boolean): number {
  let end = chunk.length
  for (; end > from; end -= 1) {
    const octet = chunk[end - 1]
    if (octet !== LF && octet !== CR && (!relaxed || (octet !== SPACE && octet !== TAB))) break
  }
  return end
}
