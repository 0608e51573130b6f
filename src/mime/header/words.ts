/** Decodes encoded words (RFC 2047) as mail programs show them. */

import { decodeCharset } from '../decode/charsets.ts'
import { hexByte } from '../decode/hex.ts'
import { isUtf7 } from '../decode/utf7.ts'

const nothing = Buffer.alloc(0)

/** Longer labels are no charsets. */
const encodedWord = /=\?([^?\s]{1,64})\?([bq])\?([^?]*)\?=/gi

/**
 * The text with its encoded words decoded, linear in its length. A word in an unknown charset or encoding stays as it
 * is. Words that follow each other are decoded as one, since senders cut characters in half (RFC 2047 §5 forbids it,
 * many do).
 */
export function decodeWords(value: string): string {
  if (!value.includes('=?')) return value
  const out: string[] = []
  let run: Buffer[] = []
  let charset = ''
  let last = 0
  const flush = () => {
    if (run.length > 0) out.push(decodeCharset(Buffer.concat(run), charset) ?? '')
    run = []
  }
  for (const match of value.matchAll(encodedWord)) {
    const [word, label = '', encoding = '', payload = ''] = match
    // RFC 2231 §5: a language may follow the charset.
    const name = label.replace(/\*.*/s, '').toLowerCase()
    const between = value.slice(last, match.index)
    if (run.length === 0 || !isBlank(between)) {
      flush()
      out.push(between)
    } else if (name !== charset) flush()
    last = match.index + word.length
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(payload, 'base64') : fromQ(payload)
    if (!isUtf7(name) && decodeCharset(nothing, name) !== undefined) {
      charset = name
      run.push(bytes)
    } else out.push(word)
  }
  flush()
  out.push(value.slice(last))
  return out.join('')
}

/** RFC 2047 §4.2. */
function fromQ(payload: string): Buffer {
  const source = Buffer.from(payload.replaceAll('_', ' '), 'utf8')
  if (!source.includes(EQUALS)) return source
  let at = 0
  for (let i = 0; i < source.length; i++) {
    const byte = source[i] ?? 0
    const decoded = byte === EQUALS ? hexByte(source, i + 1) : -1
    source[at++] = decoded < 0 ? byte : decoded
    if (decoded >= 0) i += 2
  }
  return source.subarray(0, at)
}

const EQUALS = 61

function isBlank(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== 32 && text.charCodeAt(i) !== 9) return false
  return true
}
