/** Reads the links of texts and pages, and unwraps redirectors. */
import type { Reference } from '../html/reading.ts'
import { type Address, readAddress } from '../links/address.ts'
import { isShortener } from '../links/hosting.ts'
import { type Unwrapped, unwrap } from '../links/redirectors.ts'
import { addressesIn, type FoundUrl, shownUrl } from '../links/scan.ts'
import type { Code } from './code.ts'
import type { DocumentContent } from './documents.ts'
import type { Link, Links } from './link.ts'
import { isCalendar, type Text, type TextSection } from './text.ts'

/** Links of one message and as many of its documents, references that are examined of each, and nested redirectors. */
const [MAX_LINKS, MAX_REFERENCES, MAX_REDIRECTORS] = [1000, 5000, 5]

/** The links of any text, without a message. `others` are addresses outside of any section. */
export function linksOf(
  { sections, cut }: Pick<Text, 'sections' | 'cut'>,
  subject: string,
  others: readonly string[] = [],
  documents: readonly Pick<DocumentContent, 'path' | 'links'>[] = [],
  codes: readonly Pick<Code, 'path' | 'text'>[] = [],
  shortLinks: Targets = {},
): Links {
  const reader = new LinkReader(shortLinks)
  const isWhole = reader.readAll(references(unread(sections, documents), subject, others))
  const isScanned = reader.readAll(scanned(codes))
  const more = !reader.readAll(linksIn(documents, reader.all)) || !isWhole || !isScanned || cut
  const { all } = reader
  const domains = new Set<string>()
  for (const { scheme, domain, ip } of all) {
    const owner = scheme === 'http' || scheme === 'https' ? (domain ?? ip) : undefined
    if (owner !== undefined) domains.add(owner)
  }
  return { all, domains: [...domains], cut: more }
}

/** What short links lead to, by URL. */
type Targets = Readonly<Record<string, string>>

/** The URLs of links to public shorteners, each once; at most 20. */
export const shortLinksIn = (links: readonly Link[]): readonly string[] =>
  [...new Set(links.filter(link => isWeb(link) && isShortener(link)).map(({ url }) => url))].slice(0, MAX_SHORT_LINKS)

const isWeb = ({ scheme }: Link): boolean => scheme === 'http' || scheme === 'https'
const MAX_SHORT_LINKS = 20

class LinkReader {
  readonly all: Link[] = []
  readonly #shortLinks: Targets
  // Pages repeat the same picture and the same link a hundred times: each is read once.
  readonly #places = new DistinctSet<Place>(
    ({ reference }) => reference.target,
    ({ path, origin, reference: { from, element, hidden, shown } }) =>
      `${path} ${origin ?? from} ${element} ${hidden} ${shown}`,
  )
  readonly #links = new DistinctSet<Link>(
    ({ url }) => url,
    ({ from, shown, hidden, via }) => `${from} ${shown} ${hidden} ${via ?? ''}`,
  )
  readonly #addresses = new AddressReader()

  constructor(shortLinks: Targets) {
    this.#shortLinks = shortLinks
  }

  /** Adds the links of these places, as far as the limits go. Returns false where not all were read. */
  readAll(places: Iterable<Place>): boolean {
    const limit = this.all.length + MAX_LINKS
    let looked = 0
    let isWhole = true
    for (const place of places) {
      if (!this.#places.add(place)) continue
      if (this.all.length >= limit || ++looked > MAX_REFERENCES) return false
      if (!this.#add(place, limit)) isWhole = false
    }
    return isWhole
  }

  /** Adds the link and those that it redirects to. Returns false where a redirector is too deep to be followed. */
  #add({ reference, path, base, origin }: Place, limit: number): boolean {
    const { target, shown, element, hidden } = reference
    const from: Link['from'] = origin ?? reference.from
    const shows = from === 'text' && shown === target.slice(0, 256) ? undefined : this.#claim(shown)
    const place = { from, element, shown, ...(shows && { shows }), hidden, path }
    let next: string | undefined = target
    let before: Pick<Link, 'via' | 'viaKind'> | undefined
    for (let depth = 0; next !== undefined; depth++) {
      if (depth > MAX_REDIRECTORS) return false
      const address = this.#addresses.read(next, base)
      if (!address) return true
      const inner = unwrap(address) ?? this.#targetOf(address.url)
      const link: Link = { ...address, ...place, ...before, ...(inner && { redirects: inner.kind ?? 'other' }) }
      if (this.all.length < limit && this.#links.add(link)) this.all.push(link)
      before = { via: address.host || `${address.scheme}:`, ...(inner?.kind && { viaKind: inner.kind }) }
      next = inner?.target
    }
    return true
  }

  #targetOf(url: string): Unwrapped | undefined {
    const target = Object.hasOwn(this.#shortLinks, url) ? this.#shortLinks[url] : undefined
    return target === undefined ? undefined : { target, kind: 'shortener' }
  }

  /** The host of the address that the text of a link is. */
  #claim(shown: string): Link['shows'] {
    const claimed = shownUrl(shown)
    const claim = claimed === undefined ? undefined : this.#addresses.read(claimed, undefined)
    return claim && { host: claim.host, ...(claim.domain && { domain: claim.domain }) }
  }
}

/** Reads an address once, though pictures and texts refer to it. */
class AddressReader {
  readonly #read = new Map<string, Address | undefined>()

  read(target: string, base: string | undefined): Address | undefined {
    if (base !== undefined) return readAddress(target, base)
    const known = this.#read.get(target)
    if (known !== undefined || this.#read.has(target)) return known
    const address = readAddress(target)
    this.#read.set(target, address)
    return address
  }
}

/** A set of values by a name that most have alone, and by a key that is made only where they share it. */
class DistinctSet<T extends object> {
  readonly #name: (value: T) => string
  readonly #key: (value: T) => string
  readonly #values = new Map<string, T | Set<string>>()

  constructor(name: (value: T) => string, key: (value: T) => string) {
    this.#name = name
    this.#key = key
  }

  /** Returns whether the value is new. */
  add(value: T): boolean {
    const name = this.#name(value)
    const known = this.#values.get(name)
    if (known === undefined) {
      this.#values.set(name, value)
      return true
    }
    const keys = known instanceof Set ? known : new Set([this.#key(known)])
    if (keys !== known) this.#values.set(name, keys)
    const count = keys.size
    return keys.add(this.#key(value)).size > count
  }
}

interface Place {
  readonly path: string
  readonly reference: Reference
  readonly base: string | undefined
  /** Absent in texts and pages of the message itself. */
  readonly origin?: 'document' | 'code'
}

/** Without calendars and cards that are read as documents: as a text their HTML is no HTML. */
function unread(
  sections: readonly TextSection[],
  documents: readonly Pick<DocumentContent, 'path' | 'links'>[],
): readonly TextSection[] {
  if (documents.length === 0) return sections
  const read = new Set(documents.map(({ path }) => path))
  return sections.filter(({ path, visible }) => !read.has(path) || !isCalendar(visible))
}

function* references(sections: readonly TextSection[], subject: string, others: readonly string[]): Generator<Place> {
  for (const reference of plain(subject)) yield place('', reference)
  for (const { path, html, visible } of sections) {
    const base = html?.references.find(({ from }) => from === 'base')?.target
    for (const reference of html?.references ?? []) yield { path, reference, base }
    for (const reference of plain(visible)) yield place(path, reference)
    for (const reference of plain(html?.hiddenText ?? '')) yield place(path, { ...reference, hidden: true })
    // A page that is built by its script has its addresses there.
    for (const reference of plain(html?.script ?? '')) {
      yield place(path, { ...reference, from: 'other', element: 'script', hidden: true })
    }
  }
  for (const target of others) yield place('', asText(target))
}

const place = (path: string, reference: Reference): Place => ({ path, reference, base: undefined })

/** Links of documents. They come after those of the message, and have a limit of the same size. */
function* linksIn(
  documents: readonly Pick<DocumentContent, 'path' | 'links'>[],
  listed: readonly Link[],
): Generator<Place> {
  if (documents.length === 0) return
  // An attached page is a text of the message, too.
  const known = new Set(listed.map(({ path, url }) => `${path} ${url}`))
  for (const { path, links } of documents) {
    for (const { url, shown = '', kind } of links) {
      if (known.has(`${path} ${URL.parse(url)?.href}`)) continue
      const [from, element] = kind === 'form' ? (['action', 'form'] as const) : (['href', 'a'] as const)
      yield { ...place(path, { from, element, target: url, shown, hidden: false }), origin: 'document' }
    }
  }
}

/** Scanning programs open a text that is an address, and offer the addresses in a card. */
function* scanned(codes: readonly Pick<Code, 'path' | 'text'>[]): Generator<Place> {
  for (const { path, text } of codes) {
    for (const { target } of addressesIn(text, MAX_REFERENCES)) {
      yield { ...place(path, { ...asText(target), from: 'href', shown: '' }), origin: 'code' }
    }
  }
}

function* plain(written: string): Generator<Reference> {
  // Fullwidth letters, digits and marks are read as what they look like.
  const source = WIDE.test(written) ? written.replace(WIDE_ADDRESS, address => address.normalize('NFKC')) : written
  let before: FoundUrl | undefined
  for (const found of addressesIn(source, MAX_REFERENCES)) {
    // Mail programs write a link in plain text as what it shows, and its target in angle brackets behind that.
    const isTarget = before && BRACKET.test(source.slice(before.at + before.length, found.at))
    yield { ...asText(found.target), ...(isTarget && { shown: before?.target.slice(0, 256) ?? '' }) }
    before = found
  }
}

/** Letters, digits, colons, full stops and slashes of full width, and the one dot leader. */
const WIDE = /[\uff0e-\uff1a\uff21-\uff3a\uff41-\uff5a\u2024]/
const WIDE_ADDRESS = /[\uff0e-\uff1a\uff21-\uff3a\uff41-\uff5a\u2024]+/g

const BRACKET = /^\s{0,3}<$/

const asText = (target: string): Reference => ({
  from: 'text',
  element: '',
  target,
  shown: target.slice(0, 256),
  hidden: false,
})
