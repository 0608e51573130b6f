/** UTF-7 (RFC 2152), which the Encoding Standard forbids and some mail programs still read: HTML tags hide in it. */

const NAMES: ReadonlySet<string> = new Set(['utf-7', 'utf7', 'unicode-1-1-utf-7', 'csunicode11utf7'])

export const isUtf7 = (charset: string): boolean => NAMES.has(charset)

/** Linear. Text that is not UTF-7 stays unchanged. */
export const decodeUtf7 = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(/\+([A-Za-z0-9+/]*)-?/g, (_, base64: string) => (base64 === '' ? '+' : utf16(base64)))

function utf16(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  return bytes
    .subarray(0, bytes.length & ~1)
    .swap16()
    .toString('utf16le')
}
