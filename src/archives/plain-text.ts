/** Texts of small files: their letters, and the addresses and shares of other hosts in them. */

import { addressesIn } from '../links/scan.ts'
import { decodeCharset, detectWideEncoding } from '../mime/decode/charsets.ts'
import type { Inspection, Notes } from './inspection.ts'

/** Characters of a small file that are read. */
const MAX_TEXT = 2_097_152
/** Addresses that are looked for in one text. */
const MAX_ADDRESSES = 1000
/** Shares that are listed of one text. */
const MAX_SHARES = 50

/** UTF-8 or UTF-16, with or without a mark. What exceeds the limit is noted. */
export function textOf(bytes: Buffer, notes: Notes): string {
  if (bytes.length > MAX_TEXT) notes.beyond('it is longer than the limit')
  const part = bytes.subarray(0, MAX_TEXT)
  const wide = detectWideEncoding(part)
  return (wide ? (decodeCharset(part, wide) ?? '') : part.toString('utf8')).replace(/^\ufeff/, '')
}

/** Notes the web addresses in a text that a person reads. */
export function noteAddresses(text: string, notes: Notes): void {
  for (const { target } of addressesIn(text, MAX_ADDRESSES)) notes.link(target, { shown: target })
}

/** Addresses in the text of a document that are kept: an honest list of members has hundreds. */
const MAX_SHOWN_ADDRESSES = 200
/** Links that a document may have before those that its text only shows are left out. */
const MAX_LINKS_BEFORE = 500

/** Notes the addresses that the text of a document shows, which viewers make links of, or people copy. */
export function noteShownAddresses({ text = '', links }: Pick<Inspection, 'text' | 'links'>, notes: Notes): void {
  if (links.length > MAX_LINKS_BEFORE || !/:\/\/|www/i.test(text)) return
  const known = new Set(links.map(({ url }) => url))
  for (const { target, at } of addressesIn(text, MAX_SHOWN_ADDRESSES))
    if (!known.has(target) && /^(?:[a-z]{3,5}:\/\/|www\.)/i.test(text.slice(at, at + 9))) notes.link(target)
}

/** `\\host\share`, `//host/share` or `file://host/share`: to open it sends the name and password hash of the user. */
const SHARE =
  /(?<![\\/\w]|(?<!\w)[a-z]:)(?:file:(?:\/\/|\\\\)(?!localhost\b|\/)|\\\\(?![?.]\\))([\w.-]{1,253}(?:@[\w@]{1,20})?)[\\/]/gi

/** The host of a path to a share, or undefined for a path of the own machine. */
export const shareHost = (path: string): string | undefined =>
  /^\s*"?(?:file:(?:\/\/|\\\\)(?!localhost\b|\/)|(?:\\\\|\/\/)(?![?.][\\/]))([\w.-]{1,253}(?:@[\w@]{1,20})?)[\\/]/i.exec(
    path.slice(0, 400),
  )?.[1]

/** The hosts of the shares that a text names, each once. */
export function sharesIn(text: string): readonly string[] {
  const hosts = new Set<string>()
  for (const [, host = ''] of text.matchAll(SHARE)) {
    hosts.add(host.toLowerCase())
    if (hosts.size === MAX_SHARES) break
  }
  return [...hosts]
}
