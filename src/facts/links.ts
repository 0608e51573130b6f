/** `links`: the links of the message, each address as a browser reads it, with the text that the reader sees. */

import type { Reference } from '../html/reading.ts'
import { type Address, readAddress } from '../links/address.ts'
import { unwrap } from '../links/redirectors.ts'
import { addressesIn, shownUrl } from '../links/scan.ts'
import { isBeyond } from '../mime/part.ts'
import { type Fact, fact } from '../model/fact.ts'
import type { Message } from '../model/stage.ts'
import { parts } from './parts.ts'
import { sweep } from './sweep.ts'
import { type Text, type TextSection, text } from './text.ts'

/** One link: an address, and how the message shows it. */
export interface Link extends Address {
  /** Where it was found: an attribute, the style, a meta refresh, or text. */
  readonly from: Reference['from']
  /** The HTML element in lower case; '' for plain text. */
  readonly element: string
  /** The text that the reader sees. */
  readonly shown: string
  /** Where that text is an address itself: its host, and that host's organisational domain. */
  readonly shows?: { readonly host: string; readonly domain?: string }
  /** It is in a place where text is hidden. */
  readonly hidden: boolean
  /** The part; see `parts`. '' for the subject too. */
  readonly path: string
  /** The host that redirects to it, where it was unwrapped from another link. */
  readonly via?: string
}

/** The value of the fact `links`. */
export interface Links {
  /** In the order of the message. Equal links in the same part are listed once. */
  readonly all: readonly Link[]
  /** Every organisational domain and every IP address of http and https links, each once. */
  readonly domains: readonly string[]
  /** The message has more links than were read. */
  readonly cut: boolean
}

/** Links of one message, references that are examined, and nested redirectors. */
const [MAX_LINKS, MAX_REFERENCES, MAX_REDIRECTORS] = [1000, 5000, 5]

/**
 * From text, HTML and the subject. Nothing is fetched: redirectors are unwrapped only where their address contains the
 * target.
 *
 * @example
 * const { all } = await message.ask(links)
 * const deceptive = all.filter(({ shows, domain }) => shows !== undefined && shows.domain !== domain)
 */
export const links: Fact<Message, Links> = fact('links', 'message', async message => {
  const [seen, { defects }] = await Promise.all([message.ask(text), message.ask(parts)])
  const more = seen.cut || isBeyond(defects) ? (await message.ask(sweep)).links : []
  return linksOf(seen, message.header.get('subject') ?? '', more)
})

/** The links of any text, without a message. `others` are addresses outside of any section. */
export function linksOf(
  { sections, cut }: Pick<Text, 'sections' | 'cut'>,
  subject: string,
  others: readonly string[] = [],
): Links {
  const found = new Map<string, Link>()
  // Pages repeat the same picture and the same link a hundred times: each is read once.
  const seen = new Set<string>()
  let looked = 0
  let more = cut
  for (const { path, reference, base } of references(sections, subject, others)) {
    const { target, shown, from, element, hidden } = reference
    const same = `${path} ${from} ${element} ${hidden} ${shown} ${target}`
    if (seen.has(same)) continue
    seen.add(same)
    if (found.size >= MAX_LINKS || ++looked > MAX_REFERENCES) {
      more = true
      break
    }
    for (const link of expand(reference, path, base)) {
      if (link === undefined) {
        more = true
        break
      }
      const key = `${link.from} ${link.url} ${link.shown} ${link.hidden} ${link.via ?? ''}`
      if (!found.has(key) && found.size < MAX_LINKS) found.set(key, link)
    }
  }
  const all = [...found.values()]
  const web = all.filter(({ scheme }) => scheme === 'http' || scheme === 'https')
  return { all, domains: [...new Set(web.flatMap(({ domain, ip }) => domain ?? ip ?? []))], cut: more }
}

interface Place {
  readonly path: string
  readonly reference: Reference
  readonly base: string | undefined
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

function* plain(source: string): Generator<Reference> {
  for (const { target } of addressesIn(source, MAX_REFERENCES)) yield asText(target)
}

const asText = (target: string): Reference => ({
  from: 'text',
  element: '',
  target,
  shown: target.slice(0, 256),
  hidden: false,
})

function* expand(
  { target, shown, from, element, hidden }: Reference,
  path: string,
  base: string | undefined,
): Generator<Link | undefined> {
  const claimed = shownUrl(shown)
  const claim = claimed === undefined || from === 'text' ? undefined : readAddress(claimed)
  const shows = claim && { host: claim.host, ...(claim.domain && { domain: claim.domain }) }
  let next: string | undefined = target
  let via: string | undefined
  for (let depth = 0; next !== undefined; depth++) {
    // A deeper redirector is not followed, and counts as a cut.
    if (depth > MAX_REDIRECTORS) return yield undefined
    const address = readAddress(next, base)
    if (!address) return
    yield { ...address, from, element, shown, ...(shows && { shows }), hidden, path, ...(via && { via }) }
    via = address.host
    next = unwrap(address.url)
  }
}
