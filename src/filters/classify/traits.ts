/**
 * The traits of a message beside its text, as features of the classifier: the rules that fired, what is proven about
 * the sender, the domains of author and links, and the structure of header, MIME and HTML.
 */
import { isAddedOnArrival } from '../../classify/features.ts'
import type { Author } from '../../facts/author.ts'
import type { Identities } from '../../facts/identities.ts'
import type { Link } from '../../facts/link.ts'
import type { Text } from '../../facts/text.ts'
import { fold } from '../../links/fold.ts'
import type { Part } from '../../mime/part.ts'
import type { Finding } from '../../model/finding.ts'
import type { HeaderFields } from '../../model/header.ts'

/** Where traits come from. What is not known of a message is left out. */
export interface TraitSources {
  /** What other filters have found; undefined for a message that no session has brought. */
  readonly findings?: readonly Finding[] | undefined
  /** What is proven about the client and the sender. */
  readonly proven?: Identities | undefined
  readonly author: Author
  readonly header: HeaderFields
  readonly parts: readonly Part[]
  readonly links: readonly Link[]
  readonly text: Text
}

/** Traits of one message, and characters of one of them. */
const [MAX_TRAITS, MAX_LENGTH] = [320, 96]
/** Of each kind, the first so many. */
const [MAX_FINDINGS, MAX_FIELDS, MAX_PARTS, MAX_LINKS, MAX_TAGS, MAX_HIDDEN_WORDS] = [60, 40, 12, 30, 80, 24]
/** Characters of HTML in which tags are looked for, and of hidden text in which words are. */
const [MAX_HTML, MAX_HIDDEN] = [8_192, 1_024]

/** Characters and words of a subject or a display name. */
const [MAX_TITLE, MAX_TITLE_WORDS] = [200, 16]

/** Findings of filters that follow the classifier, or that say nothing about the message. */
const OTHERS = /^(?:classify|opinion|greylist|rate-limit|load|admission)\b/

/** Each trait once, as words that an operator can read. */
export function traitsOf(sources: TraitSources): readonly string[] {
  const traits = new Set<string>()
  for (const trait of allTraits(sources)) {
    if (traits.size === MAX_TRAITS) break
    traits.add(trait.slice(0, MAX_LENGTH))
  }
  return [...traits]
}

function* allTraits(sources: TraitSources): Generator<string> {
  yield* rules(sources)
  yield* proofs(sources)
  yield* senders(sources)
  yield* words(sources)
  yield* targets(sources)
  yield* fieldOrder(sources)
  yield* mimeShape(sources)
  yield* htmlShape(sources)
  yield* hiddenText(sources)
}

function* rules({ findings = [] }: TraitSources): Generator<string> {
  for (const { rule } of findings.slice(-MAX_FINDINGS)) {
    if (rule !== undefined && !OTHERS.test(rule)) yield `rule ${rule}`
  }
}

function* proofs({ proven }: TraitSources): Generator<string> {
  if (proven === undefined) return
  yield `author ${proven.author === undefined ? 'unproven' : 'proven'}`
  yield `spf ${proven.spf === undefined ? 'proves nothing' : 'passes'}`
  yield `dkim ${proven.dkim.length === 0 ? 'proves nothing' : 'passes'}`
  if (proven.author !== undefined) yield `proven author ${proven.author}`
  for (const domain of proven.dkim.slice(0, 3)) yield `signed by ${domain}`
  if (proven.rdns !== undefined) yield `client of ${proven.rdns}`
}

function* senders({ author, header }: TraitSources): Generator<string> {
  if (author.kind === 'unclear') yield `author ${author.trouble}`
  else {
    yield `author at ${author.domain}`
    yield `author under .${lastLabel(author.domain)}`
    yield `author named like ${shapeOf(author.local)}`
    if (author.display === '') yield 'author without a name'
  }
  const domain = author.kind === 'clear' ? author.domain : ''
  const reply = domainIn(header.get('reply-to'))
  if (reply !== undefined) yield reply === domain ? 'replies to the author' : `replies to ${reply}`
  const id = header.get('message-id')
  if (id === undefined) return yield 'no Message-ID'
  const [local = '', host = ''] = id.replace(/^<|>$/g, '').split('@')
  yield `Message-ID like ${shapeOf(local)}`
  yield isWithin(host, domain) ? 'Message-ID of the author' : `Message-ID of ${host.toLowerCase()}`
}

/** Subject and display name as they read: look-alike letters, styles and invisible characters change nothing. */
function* words({ header, author }: TraitSources): Generator<string> {
  for (const word of wordsOf(header.get('subject') ?? '')) yield `subject ${word}`
  if (author.kind === 'clear') for (const word of wordsOf(author.display)) yield `name ${word}`
}

function* targets({ author, links }: TraitSources): Generator<string> {
  const own = author.kind === 'clear' ? author.domain : ''
  const web = links.filter(({ scheme }) => scheme === 'http' || scheme === 'https')
  yield `links ${magnitude(web.length)}`
  let ofAuthor = 0
  for (const { host, domain = host, scheme, via } of web.slice(0, MAX_LINKS)) {
    if (domain !== '' && (isWithin(own, domain) || isWithin(host, own))) ofAuthor += 1
    yield `link to ${domain}`
    if (host !== domain) yield `link to host ${host}`
    yield `link under .${lastLabel(host)}`
    if (via !== undefined) yield `link by way of ${via}`
    if (scheme === 'http') yield 'link without TLS'
  }
  const looked = Math.min(web.length, MAX_LINKS)
  if (looked > 0) yield `links to the author: ${ofAuthor === 0 ? 'none' : ofAuthor === looked ? 'all' : 'some'}`
}

function* fieldOrder({ header }: TraitSources): Generator<string> {
  let before = 'start'
  let left = MAX_FIELDS
  for (const field of header) {
    const { name, key } = field
    if (key === 'received' || isAddedOnArrival(field)) continue
    if (left-- === 0) return
    yield `field ${name}`
    yield `fields ${before}, ${key}`
    before = key
  }
  yield `fields ${before}, end`
}

function* mimeShape({ header, parts }: TraitSources): Generator<string> {
  const shown = parts.slice(0, MAX_PARTS)
  yield `parts ${shown.map(({ path, contentType }) => `${path.split('.').length}:${contentType}`).join(' ')}`
  for (const { contentType, charset = 'none', encoding, disposition, filenames } of shown) {
    yield `part ${contentType} ${charset} ${encoding}`
    if (disposition === undefined) continue
    const extension = /\.([a-z0-9]{1,8})$/i.exec(filenames[0] ?? '')?.[1]?.toLowerCase() ?? 'none'
    yield `part ${disposition} .${extension}`
  }
  const boundary = /boundary\s*=\s*"?([^";]{1,70})/i.exec(header.get('content-type') ?? '')?.[1]
  if (boundary !== undefined) yield `boundary like ${shapeOf(boundary)}`
}

/** The tags of the first HTML part: three at a time. */
function* htmlShape({ parts }: TraitSources): Generator<string> {
  const html = parts.find(({ contentType, text }) => contentType === 'text/html' && text !== undefined)
  if (html === undefined) return
  let [one, two] = ['', '']
  let left = MAX_TAGS
  for (const [, tag = ''] of (html.text ?? '').slice(0, MAX_HTML).matchAll(/<(\/?[a-z][a-z0-9]{0,9})/gi)) {
    if (left-- === 0) return
    const three = tag.toLowerCase()
    yield `tags ${one} ${two} ${three}`
    one = two
    two = three
  }
}

function* hiddenText({ text }: TraitSources): Generator<string> {
  yield `text of ${magnitude(text.visible.length)} characters`
  if (text.hidden === '') return
  yield `hidden text of ${magnitude(text.hidden.length)} characters`
  const words = text.hidden.slice(0, MAX_HIDDEN).match(/[\p{L}\p{N}]{3,20}/gu) ?? []
  for (const word of words.slice(0, MAX_HIDDEN_WORDS)) yield `hidden ${word.toLowerCase()}`
}

const lastLabel = (domain: string): string => domain.slice(domain.lastIndexOf('.') + 1)

/** `name` is `domain`, or below it. */
const isWithin = (name: string, domain: string): boolean =>
  domain !== '' && (name === domain || name.endsWith(`.${domain}`))

const domainIn = (field: string | undefined): string | undefined =>
  field === undefined ? undefined : /@([a-z0-9.-]{1,253})/i.exec(field.slice(0, 998))?.[1]?.toLowerCase()

const wordsOf = (text: string): readonly string[] =>
  (fold(text.slice(0, MAX_TITLE)).match(/[\p{L}\p{N}]{2,24}/gu) ?? []).slice(0, MAX_TITLE_WORDS)

/** 0, or the power of two below the number. */
const magnitude = (count: number): number => (count === 0 ? 0 : 2 ** Math.floor(Math.log2(count)))

/** What made a name, without what differs from message to message: `9` for digits, `h` and `H` for hexadecimals. */
const shapeOf = (name: string): string =>
  name
    .slice(0, 80)
    .replace(/[0-9a-f]{8,}|[0-9A-F]{8,}|[0-9]+|[a-z]+|[A-Z]+/g, run =>
      /^[0-9]+$/.test(run) ? '9' : /[0-9]/.test(run) ? (run === run.toLowerCase() ? 'h' : 'H') : run < 'a' ? 'A' : 'a',
    )
    .slice(0, 40)
