/** How URLs contain other URLs: as text, in percent-encoding, in base64, in hexadecimal. */

/** Tells whether a text begins as a web address. */
export const isHttp = (text: string): boolean => /^https?:/i.test(text)

/** Layers of percent-encoding that are taken off. */
const MAX_LAYERS = 4

/** Undoes percent-encoding, also where it was applied several times; the text itself where it is malformed. */
export function decoded(text: string): string {
  let inner = text
  for (let layer = 0; layer < MAX_LAYERS && inner.includes('%'); layer++) {
    try {
      const next = decodeURIComponent(inner)
      if (next === inner) break
      inner = next
    } catch {
      return inner
    }
  }
  return inner
}

/** The URL that a value is, in any of the encodings; undefined where it is none. */
export function encodedUrl(value: string): string | undefined {
  const plain = value.startsWith('%') || /^https?%/i.test(value) ? decoded(value) : value
  // Browsers read `https:name`, `//name` and `/\name` as addresses of that name.
  if (isHttp(plain) || /^[/\\]{2}[^/\\]/.test(plain)) return innerDecoded(plain)
  if (BASE64_URL.test(plain)) return fromBase64(plain)
  return HEX_URL.test(plain) ? fromHex(plain) : undefined
}

/** `https:%2F%2Fname`, and what was encoded twice. */
const innerDecoded = (text: string): string => (/^https?:(?:%|[^/\\])/i.test(text) ? decoded(text) : text)

/** `http` or `www.` in base64. */
const BASE64_URL = /^(?:aHR0c|SFRUU|d3d3L)/
/** `http` in hexadecimal. */
const HEX_URL = /^68747470(?:[\da-f]{2}){5}/i

/** Tells whether a value is a URL in base64 or in hexadecimal, if it is one. */
export const isEncoded = (value: string): boolean => BASE64_URL.test(value) || HEX_URL.test(value)

const fromBase64 = (text: string): string | undefined => asUrl(Buffer.from(text, 'base64url').toString('utf8'))

const fromHex = (text: string): string | undefined =>
  asUrl(Buffer.from(/^[\da-f]*/i.exec(text)?.[0] ?? '', 'hex').toString('utf8'))

/** The address at the beginning of a text that was decoded; what follows it belongs to the redirector. */
function asUrl(text: string): string | undefined {
  const [start = ''] = text.split(/[\s\0-\x1f\ufffd|"'<>]/, 1)
  if (/^www\./i.test(start)) return `http://${start}`
  return /^https?:\/\//i.test(start) ? start : undefined
}

/** A target that redirectors complete: `example.com/path`, `//example.com/path`. */
export function withScheme(text: string): string | undefined {
  if (isHttp(text)) return text
  const name = text.replace(/^[/\\]{1,3}/, '')
  return HOST.test(name) ? `https://${name}` : undefined
}

/** A host name with a dot, or an address. */
const HOST =
  /^[a-z0-9\u0080-\uffff][a-z0-9\u0080-\uffff-]{0,62}(?:\.[a-z0-9\u0080-\uffff-]{1,63}){1,10}(?::\d{1,5})?(?:[/?#]|$)/i
