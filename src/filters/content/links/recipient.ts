/** Finds the recipient’s address in URLs: plain, or in a form that hides it from readers. */

import type { Link } from '../../../facts/links.ts'
import { nodeCrypto } from '../../../model/lazy.ts'
import type { MessageView } from '../../rules/view.ts'

/** How a URL contains an address. */
interface Trace {
  readonly link: Link
  /** In the query, where unsubscribe pages of honest senders have it; else in the path or after the `#`. */
  readonly inQuery: boolean
  readonly how: string
}

/** Addresses that are searched for, and links that are searched. */
const MAX_ADDRESSES = 5
export const MAX_LINKS = 200
/** An address that is shorter, such as `a@b.c`, may occur by chance. */
const MIN_LENGTH = 6

/** The first link with the recipient’s address that is not the author’s, by where the address is. */
export function recipientTraces(seen: MessageView): readonly Trace[] {
  const known = traces.get(seen)
  if (known !== undefined) return known
  const found = findTraces(seen)
  traces.set(seen, found)
  return found
}

const traces = new WeakMap<MessageView, readonly Trace[]>()

function findTraces({ message, to, from, clicks }: MessageView): readonly Trace[] {
  // Mail filters write the address into the links that they rewrite.
  const away = clicks
    .slice(0, MAX_LINKS)
    .filter(({ domain, redirects }) => domain !== from?.organisation && redirects !== 'protection')
  if (away.length === 0) return []
  const addresses = [...message.forwardPaths, ...to.map(({ local, domain }) => `${local}@${domain}`)]
    .map(path => path.toLowerCase())
    .filter(path => path.length >= MIN_LENGTH && path.includes('@'))
  const needles = [...new Set(addresses)].slice(0, MAX_ADDRESSES).map(address => new Needles(address))
  return away.flatMap(link => {
    const digest = digestIn(link.url)
    return needles.flatMap(needle => needle.findIn(link, digest) ?? [])
  })
}

/** The forms of one address. */
class Needles {
  readonly #plain: string
  readonly #hex: string
  readonly #base64: readonly string[]
  #hashes: readonly string[] | undefined

  constructor(address: string) {
    this.#plain = address
    this.#hex = Buffer.from(address).toString('hex')
    this.#base64 = [...new Set([0, 1, 2].flatMap(offset => base64At(address, offset)))]
  }

  /** @param digest the first hash of the URL */
  findIn(link: Link, digest: Digest | undefined): Trace | undefined {
    const { url } = link
    const query = url.indexOf('?')
    const hash = url.indexOf('#')
    const trace = (at: number, how: string): Trace => ({
      link,
      inQuery: query >= 0 && at > query && !(hash >= 0 && at > hash),
      how,
    })
    const isEscaped = url.includes(HEX_AT)
    if (isEscaped || url.includes('@')) {
      const plain = isEscaped ? url.replaceAll('%40', '@').toLowerCase() : url.toLowerCase()
      const plainAt = plain.indexOf(this.#plain)
      if (plainAt >= 0 && this.#isAlone(plain, plainAt)) return trace(plainAt, 'plain')
      const hexAt = isEscaped ? plain.indexOf(this.#hex) : -1
      if (hexAt >= 0) return trace(hexAt, 'in hexadecimal')
    }
    for (const form of this.#base64) {
      const at = url.indexOf(form)
      if (at >= 0) return trace(at, 'in base64')
    }
    return digest && this.#digests().includes(digest.text) ? trace(digest.at, 'as a hash') : undefined
  }

  /** Not a part of a longer address or name, such as the Message-ID of an archived message. */
  #isAlone(url: string, at: number): boolean {
    const end = at + this.#plain.length
    return !/[\w.+-]/.test(url[at - 1] ?? '') && !/[\w-]|\.\w/.test(url.slice(end, end + 2))
  }

  #digests(): readonly string[] {
    this.#hashes ??= ['md5', 'sha1', 'sha256'].map(name =>
      nodeCrypto().createHash(name).update(this.#plain).digest('hex'),
    )
    return this.#hashes
  }
}

interface Digest {
  readonly at: number
  /** In lower case. */
  readonly text: string
}

/** Hexadecimal digits of a hash: MD5, SHA-1, SHA-256. */
const [MIN_DIGEST, MAX_DIGEST] = [32, 64]

/**
 * The first hash of a URL: a run of as many hexadecimal digits. One digit in 32 is looked at where there is none.
 *
 * @internal
 */
export function digestIn(url: string): Digest | undefined {
  for (let at = MIN_DIGEST - 1; at < url.length; at += MIN_DIGEST) {
    if (!isHex(url.charCodeAt(at))) continue
    let [start, end] = [at, at + 1]
    while (start > 0 && isHex(url.charCodeAt(start - 1))) start--
    while (end < url.length && isHex(url.charCodeAt(end))) end++
    const length = end - start
    if (length >= MIN_DIGEST && length <= MAX_DIGEST) return { at: start, text: url.slice(start, end).toLowerCase() }
    // A longer run is passed over at once.
    while (at + MIN_DIGEST < end) at += MIN_DIGEST
  }
  return undefined
}

const isHex = (code: number): boolean => (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102)

/** The address that a URL has in hexadecimal, whose ever it is: no honest sender writes one so. */
export function hexAddress(url: string): string | undefined {
  if (!url.includes(HEX_AT)) return undefined
  for (const [run] of url.matchAll(HEX_RUN)) {
    const text = Buffer.from(run, 'hex').toString('latin1')
    if (ADDRESS.test(text)) return text
  }
  return undefined
}

/** `@` in hexadecimal. */
const HEX_AT = '40'

/** Bytes of printable characters, `@` (40) among them, no part of a longer number. */
const HEX_RUN = /(?<![\da-f])(?:[2-7][\da-f]){10,128}(?![\da-f])/gi
const ADDRESS = /^[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}$/

/** The characters of both kinds of base64 that depend on the address alone, behind `offset` bytes of other text. */
function base64At(address: string, offset: number): readonly string[] {
  const bytes = Buffer.from(`${'\0'.repeat(offset)}${address}`)
  const start = offset === 0 ? 0 : offset + 1
  const stop = Math.floor((bytes.length * 8) / 6)
  return (['base64', 'base64url'] as const).map(kind => bytes.toString(kind).slice(start, stop))
}
