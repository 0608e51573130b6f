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

/** Takes a trait. */
type Add = (trait: string) => void

/** Each trait once, as words that an operator can read. */
export function traitsOf(sources: TraitSources): readonly string[] {
  const traits = new Set<string>()
  const add: Add = trait => {
    if (traits.size < MAX_TRAITS) traits.add(trait.length > MAX_LENGTH ? trait.slice(0, MAX_LENGTH) : trait)
  }
  for (const collect of COLLECTORS) collect(sources, add)
  return [...traits]
}

function rules({ findings = [] }: TraitSources, add: Add): void {
  for (const { rule } of findings.slice(-MAX_FINDINGS)) {
    if (rule !== undefined && !OTHERS.test(rule)) add(`rule ${rule}`)
  }
}

function proofs({ proven }: TraitSources, add: Add): void {
  if (proven === undefined) return
  add(`author ${proven.author === undefined ? 'unproven' : 'proven'}`)
  add(`spf ${proven.spf === undefined ? 'proves nothing' : 'passes'}`)
  add(`dkim ${proven.dkim.length === 0 ? 'proves nothing' : 'passes'}`)
  if (proven.author !== undefined) add(`proven author ${proven.author}`)
  for (const domain of proven.dkim.slice(0, 3)) add(`signed by ${domain}`)
  if (proven.rdns !== undefined) add(`client of ${proven.rdns}`)
}

function senders({ author, header }: TraitSources, add: Add): void {
  if (author.kind === 'unclear') add(`author ${author.trouble}`)
  else {
    add(`author at ${author.domain}`)
    add(`author under .${lastLabel(author.domain)}`)
    add(`author named like ${shapeOf(author.local)}`)
    if (author.display === '') add('author without a name')
  }
  const domain = author.kind === 'clear' ? author.domain : ''
  const reply = domainIn(header.get('reply-to'))
  if (reply !== undefined) add(reply === domain ? 'replies to the author' : `replies to ${reply}`)
  const id = header.get('message-id')
  if (id === undefined) {
    add('no Message-ID')
    return
  }
  const [local = '', host = ''] = id.replace(/^<|>$/g, '').split('@')
  add(`Message-ID like ${shapeOf(local)}`)
  add(isWithin(host, domain) ? 'Message-ID of the author' : `Message-ID of ${host.toLowerCase()}`)
}

/** Subject and display name as they read: look-alike letters, styles and invisible characters change nothing. */
function words({ header, author }: TraitSources, add: Add): void {
  for (const word of wordsOf(header.get('subject') ?? '')) add(`subject ${word}`)
  if (author.kind === 'clear') for (const word of wordsOf(author.display)) add(`name ${word}`)
}

function targets({ author, links }: TraitSources, add: Add): void {
  const own = author.kind === 'clear' ? author.domain : ''
  const web = links.filter(({ scheme }) => scheme === 'http' || scheme === 'https')
  add(`links ${magnitude(web.length)}`)
  let ofAuthor = 0
  for (const { host, domain = host, scheme, via } of web.slice(0, MAX_LINKS)) {
    if (domain !== '' && (isWithin(own, domain) || isWithin(host, own))) ofAuthor += 1
    add(`link to ${domain}`)
    if (host !== domain) add(`link to host ${host}`)
    add(`link under .${lastLabel(host)}`)
    if (via !== undefined) add(`link by way of ${via}`)
    if (scheme === 'http') add('link without TLS')
  }
  const looked = Math.min(web.length, MAX_LINKS)
  if (looked > 0) add(`links to the author: ${ofAuthor === 0 ? 'none' : ofAuthor === looked ? 'all' : 'some'}`)
}

function fieldOrder({ header }: TraitSources, add: Add): void {
  let before = 'start'
  let left = MAX_FIELDS
  for (const field of header) {
    const { name, key } = field
    if (key === 'received' || isAddedOnArrival(field)) continue
    if (left-- === 0) return
    add(`field ${name}`)
    add(`fields ${before}, ${key}`)
    before = key
  }
  add(`fields ${before}, end`)
}

function mimeShape({ header, parts }: TraitSources, add: Add): void {
  const shown = parts.slice(0, MAX_PARTS)
  add(`parts ${shown.map(({ path, contentType }) => `${path.split('.').length}:${contentType}`).join(' ')}`)
  for (const { contentType, charset = 'none', encoding, disposition, filenames } of shown) {
    add(`part ${contentType} ${charset} ${encoding}`)
    if (disposition === undefined) continue
    const extension = /\.([a-z0-9]{1,8})$/i.exec(filenames[0] ?? '')?.[1]?.toLowerCase() ?? 'none'
    add(`part ${disposition} .${extension}`)
  }
  const boundary = /boundary\s*=\s*"?([^";]{1,70})/i.exec(header.get('content-type') ?? '')?.[1]
  if (boundary !== undefined) add(`boundary like ${shapeOf(boundary)}`)
}

/** The tags of the first HTML part: three at a time. */
function htmlShape({ parts }: TraitSources, add: Add): void {
  const html = parts.find(({ contentType, text }) => contentType === 'text/html' && text !== undefined)
  if (html === undefined) return
  let [one, two] = ['', '']
  let left = MAX_TAGS
  for (const [, tag = ''] of (html.text ?? '').slice(0, MAX_HTML).matchAll(/<(\/?[a-z][a-z0-9]{0,9})/gi)) {
    if (left-- === 0) return
    const three = tag.toLowerCase()
    add(`tags ${one} ${two} ${three}`)
    one = two
    two = three
  }
}

function hiddenText({ text }: TraitSources, add: Add): void {
  add(`text of ${magnitude(text.visible.length)} characters`)
  if (text.hidden === '') return
  add(`hidden text of ${magnitude(text.hidden.length)} characters`)
  const words = text.hidden.slice(0, MAX_HIDDEN).match(/[\p{L}\p{N}]{3,20}/gu) ?? []
  for (const word of words.slice(0, MAX_HIDDEN_WORDS)) add(`hidden ${word.toLowerCase()}`)
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

/** In the order of the traits: the first of them are kept where a message has too many. */
const COLLECTORS = [rules, proofs, senders, words, targets, fieldOrder, mimeShape, htmlShape, hiddenText]
