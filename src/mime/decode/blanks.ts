/** White space and invisible characters, which must not push visible text out of the part that is examined. */

/** White space of Unicode, control characters, and letters without a glyph. */
const BLANK = '\\s\\0-\\x1f\\x7f\\x85\\u115f\\u1160\\u2800\\u3164\\uffa0'
/** Zero-width characters: joiners, direction marks, variation selectors, tags. */
const ZERO_WIDTH =
  '\\u00ad\\u034f\\u061c\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}'

const runs = new RegExp(`[${BLANK}${ZERO_WIDTH}]{2,}|[${ZERO_WIDTH}]`, 'gu')
const asciiRuns = /[\s\0-\x1f\x7f]{2,}/g
const longRun = new RegExp(`[${BLANK}${ZERO_WIDTH}]{16}`, 'u')
const invisible = new RegExp(`[${BLANK}${ZERO_WIDTH}]`, 'u')
const invisibleBlock = new RegExp(`^[${BLANK}${ZERO_WIDTH}]*$`, 'u')
const blank = new RegExp(`[${BLANK}]`, 'u')

/** Each run of white space becomes one blank or one line end, and zero-width characters go. Linear. */
export function collapseWhitespace(text: string): string {
  if (isAscii(text)) return text.replace(asciiRuns, run => (run.includes('\n') ? '\n' : ' '))
  return text.replace(runs, run => (run.includes('\n') ? '\n' : blank.test(run.replaceAll('\ufeff', '')) ? ' ' : ''))
}

/**
 * The first `limit` characters that a reader sees, whatever stands before and between them. A text without a long run
 * of white space is only cut.
 */
export function visibleStart(text: string, limit: number): string {
  const start = text.slice(0, limit)
  if (!(isAscii(start) ? /[\s\0-\x1f\x7f]{16}/ : longRun).test(start)) return start
  let out = ''
  for (let at = 0; at < text.length && out.length < limit; at += CHUNK) {
    out += collapseWhitespace(text.slice(at, at + CHUNK))
    // A run may continue from the chunk before.
    if (at > 0) out = collapseWhitespace(out)
  }
  return out.slice(0, limit)
}

/** The last characters that a reader sees. */
export function visibleEnd(text: string, limit: number): string {
  let stop = text.length
  // A pattern for each character of a megabyte would hold the event loop.
  while (stop > BLOCK) {
    const start = stop - BLOCK - (isLowSurrogate(text[stop - BLOCK]) ? 1 : 0)
    if (!invisibleBlock.test(text.slice(start, stop))) break
    stop = start
  }
  for (let width = 1; stop > 0; stop -= width) {
    width = isLowSurrogate(text[stop - 1]) ? 2 : 1
    if (!invisible.test(text.slice(Math.max(0, stop - width), stop))) break
  }
  return text.slice(Math.max(0, stop - limit), stop)
}

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)

const isLowSurrogate = (unit = ''): boolean => /[\udc00-\udfff]/.test(unit)

const CHUNK = 262_144
/** Characters of white space that are passed over at once. */
const BLOCK = 1_024

/** Of a run of ASCII blanks KEPT bytes are kept; RUN bytes make a run. */
const [KEPT, RUN] = [4, 64]

/** The same for bytes of an unknown format: long runs of blanks are cut. */
export function collapseBlankBytes(bytes: Buffer): Buffer {
  let out: Buffer | undefined
  let to = 0
  let from = 0
  for (let at = 0; at < bytes.length; ) {
    let stop = at
    while (isBlank(bytes[stop])) stop++
    if (stop - at >= RUN) {
      out ??= Buffer.allocUnsafe(bytes.length)
      to += bytes.copy(out, to, from, at + KEPT)
      from = stop
    }
    at = stop + 1
  }
  if (out === undefined) return bytes
  to += bytes.copy(out, to, from)
  return out.subarray(0, to)
}

const isBlank = (byte = 0): boolean => byte === 32 || (byte >= 9 && byte <= 13)
