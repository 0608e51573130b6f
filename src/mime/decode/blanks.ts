/** White space and invisible characters, which must not push visible text out of the part that is examined. */

/** White space of Unicode, control characters, and letters without a glyph. */
const BLANK = '\\s\\0-\\x1f\\x7f\\x85\\u115f\\u1160\\u2800\\u3164\\uffa0'
/** Zero-width characters: joiners, direction marks, variation selectors, tags. */
const ZERO_WIDTH =
  '\\u00ad\\u034f\\u061c\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}'

const runs = new RegExp(`[${BLANK}${ZERO_WIDTH}]{2,}|[${ZERO_WIDTH}]`, 'gu')
const asciiRuns = /[\s\0-\x1f\x7f]{2,}/g
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
  if (!hasLongRun(start)) return start
  let out = ''
  for (let at = 0; at < text.length && out.length < limit; at += CHUNK) {
    out += collapseWhitespace(text.slice(at, at + CHUNK))
    // A run may continue from the chunk before.
    if (at > 0) out = collapseWhitespace(out)
  }
  return out.slice(0, limit)
}

/** A run of as many characters of white space is long. */
const LONG_RUN = 16

/**
 * Whether a long run is in the text. A run of 16 has a character at one of the places 15, 31, 47 …, so that all others
 * are passed over (25 KB: 5 µs, where a pattern takes 90).
 */
export function hasLongRun(text: string): boolean {
  for (let at = LONG_RUN - 1; at < text.length; at += LONG_RUN) {
    if (!isInvisibleAt(text, at)) continue
    let start = at
    while (start > 0 && isInvisibleAt(text, start - 1)) start--
    let stop = at + 1
    while (stop < text.length && isInvisibleAt(text, stop)) stop++
    // A pair of surrogates is one character.
    if (stop - start >= LONG_RUN && Array.from(text.slice(start, stop)).length >= LONG_RUN) return true
    at = stop - 1
  }
  return false
}

/** Whether the unit is white space, an invisible character, or one half of a tag (U+E0000 to U+E0FFF). */
function isInvisibleAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 0x80) return code <= 32 || code === 0x7f
  if (code >= 0xd800 && code < 0xe000) {
    return isTag(code, text.charCodeAt(at + 1)) || isTag(text.charCodeAt(at - 1), code)
  }
  return code < 0x2000 ? LOW_INVISIBLE.has(code) : isHighInvisible(code)
}

const isTag = (high: number, low: number): boolean => high >= 0xdb40 && high <= 0xdb43 && low >= 0xdc00 && low <= 0xdfff

const LOW_INVISIBLE: ReadonlySet<number> = new Set([
  ...[0x85, 0xa0, 0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x1680, 0x17b4, 0x17b5],
  ...[0x180b, 0x180c, 0x180d, 0x180e, 0x180f],
])

const isHighInvisible = (code: number): boolean =>
  code <= 0x200f ||
  (code >= 0x2028 && code <= 0x202f) ||
  (code >= 0x205f && code <= 0x206f) ||
  code === 0x2800 ||
  code === 0x3000 ||
  code === 0x3164 ||
  (code >= 0xfe00 && code <= 0xfe0f) ||
  code === 0xfeff ||
  code === 0xffa0 ||
  (code >= 0xfff9 && code <= 0xfffb)

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
