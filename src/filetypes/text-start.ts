/** The first letters of a file, whichever way they are encoded, for the kinds that are known by their text. */
import { decodeCharset, detectWideEncoding } from '../mime/decode/charsets.ts'

/** Bytes, and characters, in which such a text must begin. */
export const START_LENGTH = 4096

const isBlank = (byte = 0): boolean => byte === 32 || (byte >= 9 && byte <= 13)

/** From the first letter on: blanks before a page make it no less a page. Bytes of no wide encoding stay Latin-1. */
export function textStart(bytes: Buffer): string {
  const wide = detectWideEncoding(bytes)
  if (wide) return (decodeCharset(bytes.subarray(0, START_LENGTH), wide) ?? '').replace(/^\ufeff/, '').trimStart()
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < bytes.length && isBlank(bytes[at])) at++
  return bytes.toString('latin1', at, at + START_LENGTH)
}
