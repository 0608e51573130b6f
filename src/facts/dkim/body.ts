/**
 * Canonicalizes a body while its bytes go by (RFC 6376 §3.4.3, §3.4.4). What needs no change is passed on as it is, in
 * large views; native scans find what may, and only that is folded byte by byte. Linear in the bytes, whatever they are.
 */
import type { Canonicalization } from './signature.ts'

export interface Canonicalizer {
  /** The next bytes of the body, cut anywhere. Line ends are CRLF; any other CR or LF is content. */
  readonly write: (chunk: Buffer) => void
  readonly end: () => void
}

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32

const CRLF = Buffer.from('\r\n')
const LINES = Buffer.alloc(4096, CRLF)

// After a hit so many bytes are folded by hand before the scans are asked again; more and more where hit follows hit.
const NARROW = 32
const WIDE = 1024
// After a space so many bytes are looked at by hand: where words are, a native scan for the next space finds it at once.
const WORDS = 256
// Shorter views are cheaper copied than hashed alone.
const SHORT = 512
// Shared by all: it is empty whenever `write` and `end` return.
const out = Buffer.allocUnsafeSlow(16_384)

export function canonicalizer(how: Canonicalization, sink: (bytes: Buffer) => void): Canonicalizer {
  const relaxed = how === 'relaxed'
  // What was seen last and is content only if content follows: line ends, then white space, then half a line end.
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
    if (view.length > SHORT || used + view.length > out.length) flush()
    if (view.length > SHORT) return sink(view)
    out.set(view, used)
    used += view.length
  }

  /** Holds back line ends and white space. @returns where content begins, or the end of the chunk */
  const hold = (chunk: Buffer, from: number): number => {
    let at = from
    if (cr && chunk[at] !== LF) return at
    if (cr) {
      cr = false
      space = false
      lines += 1
      at += 1
    }
    for (;;) {
      const white = relaxed ? afterSpace(chunk, at) : at
      if (white > at) space = true
      at = white
      while (chunk[at] === CR && chunk[at + 1] === LF) at += 2
      if (at === white) break
      space = false
      lines += (at - white) / 2
    }
    if (chunk[at] !== CR || at + 1 < chunk.length) return at
    cr = true
    return at + 1
  }

  /** What was held back is content after all, because content follows. */
  const settle = () => {
    written = true
    for (; lines > 0; lines -= Math.min(lines, LINES.length / 2)) pass(LINES.subarray(0, 2 * lines))
    if (used + 2 > out.length) flush()
    if (space) out[used++] = SPACE
    if (cr) out[used++] = CR
    space = false
    cr = false
  }

  /** Content from `from` to the end of `part`, which does not end in white space. */
  const relax = (part: Buffer, from: number) => {
    let tab = -1
    let next = -1
    let window = NARROW
    for (let at = from; at < part.length; ) {
      if (tab < at) tab = found(part.indexOf(TAB, at))
      const stop = Math.min(tab, part.length)
      let hit = at
      for (;;) {
        if (next < hit) next = found(part.indexOf(SPACE, hit))
        hit = unevenSpace(part, Math.min(next, stop), Math.min(next + WORDS, stop))
        if (hit < next + WORDS || hit >= stop) break
      }
      if (hit > at) pass(part.subarray(at, hit))
      window = hit - at > NARROW ? NARROW : Math.min(2 * window, WIDE)
      at = hit < part.length ? fold(part, hit, window) : hit
    }
  }

  /** @returns where the folding ended: after `window` bytes, and not within white space */
  const fold = (part: Buffer, from: number, window: number): number => {
    if (used + window + 1 > out.length) flush()
    const until = from + window
    let to = used
    let at = from
    let white = false
    for (; at < part.length; at += 1) {
      const octet = part[at] ?? 0
      if (octet === SPACE || octet === TAB) {
        white = true
        continue
      }
      if (white && (octet !== CR || part[at + 1] !== LF)) out[to++] = SPACE
      white = false
      if (at >= until) break
      out[to++] = octet
    }
    written = true
    used = to
    return at
  }

  return {
    write: chunk => {
      const start = hold(chunk, 0)
      if (start === chunk.length) return
      settle()
      const end = contentEnd(chunk, start, relaxed)
      if (relaxed) relax(chunk.subarray(0, end), start)
      else if (end > start) pass(chunk.subarray(start, end))
      hold(chunk, end)
      flush()
    },
    end: () => {
      // Half a line end is none. White space before the end of the body is at the end of a line, though none ends it.
      if (cr) settle()
      // An empty body is one line end if simple, nothing if relaxed; all others end with exactly one.
      if (written || !relaxed) pass(CRLF)
      flush()
    },
  }
}

const found = (at: number): number => (at < 0 ? Number.POSITIVE_INFINITY : at)

function afterSpace(chunk: Buffer, from: number): number {
  let at = from
  while (chunk[at] === SPACE || chunk[at] === TAB) at += 1
  return at
}

/** The first space that another one, a tab or a CR follows; else `until`. */
function unevenSpace(part: Buffer, from: number, until: number): number {
  for (let at = from; at < until; at += 1) {
    if (part[at] !== SPACE) continue
    const next = part[at + 1]
    if (next === SPACE || next === CR || next === TAB) return at
  }
  return until
}

/** Where the line ends, the white space and the half line end begin that are all there is after it. */
function contentEnd(chunk: Buffer, from: number, relaxed: boolean): number {
  let end = chunk[chunk.length - 1] === CR ? chunk.length - 1 : chunk.length
  while (end > from) {
    const octet = chunk[end - 1]
    if (relaxed && (octet === SPACE || octet === TAB)) end -= 1
    else if (octet === LF && chunk[end - 2] === CR && end - 2 >= from) end -= 2
    else break
  }
  return Math.max(end, from)
}
