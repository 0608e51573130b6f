/** Reads the links of texts and pages, and unwraps redirectors. */
import type { Reference } from '../html/reading.ts'
import { readAddress } from '../links/address.ts'
import { unwrap } from '../links/redirectors.ts'
import { addressesIn, shownUrl } from '../links/scan.ts'
import type { Link, Links } from './link.ts'
import type { Text, TextSection } from './text.ts'

/** Links of one message, references that are examined, and nested redirectors. */
const [MAX_LINKS, MAX_REFERENCES, MAX_REDIRECTORS] = [1000, 5000, 5]

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
