/**
 * How a message of a collection is presented to a gateway: as its sender sent it, without what the receiver and the
 * collector added, and in the session that the receiver recorded.
 */
import { organisationalDomain } from '../src/dns/organisation.ts'
import type { Resolver } from '../src/model/resolver.ts'
import { zone } from '../src/testing/zone.ts'
import { addressIn, domainIn, type Field, fieldsOf, mended, textOf } from './fields.ts'
import type { Labelled } from './mail.ts'
import { type Hop, isLocal, readHop } from './received.ts'
import { type Recorded, recordedIn } from './recorded.ts'
import { OURS, withoutRedactions } from './redactions.ts'
import { type Client, recordedDns, signed, zoneOf } from './session-zone.ts'

/** `route`: the client and DNS as recorded. `content`: an honest client, and a DNS that knows nothing else. */
export type World = 'route' | 'content'

export interface Presented {
  readonly bytes: Buffer
  readonly ip: string
  readonly helo: string
  readonly sender: string
  readonly recipient: string
  /** When it was received. */
  readonly at: number
  readonly dns: Resolver
}

const HONEST: Client = { ip: '192.0.2.1', helo: 'mail.example.net', name: 'mail.example.net' }
const ALONE = zone({ 'mail.example.net': { A: HONEST.ip }, '1.2.0.192.in-addr.arpa': { PTR: 'mail.example.net' } })

export async function present(message: Labelled, world: World): Promise<Presented> {
  const collected = message.bytes.toString('latin1')
  const raw = fieldsOf(DAMAGED.has(message.corpus) ? mended(collected) : collected)
  const place = borderOf(message, raw.fields)
  const border = place === undefined ? undefined : readHop(raw.fields[place]?.value ?? '')
  const atList = border !== undefined && LIST_SERVERS.test(border.by)
  const received = recordedBy(raw.fields, place, atList)
  const fields = withoutRedactions(whole(message, raw), message.bytes, received?.author)
  const above = fields.slice(0, (place ?? -1) + 1)
  const sent = sentFields(fields, place, border, atList)
  const author = addressIn(sent.find(({ name }) => name === 'from')?.value)
  const recorded = isTemplate(message) ? proven(author) : received
  const sender = senderOf(message, atList ? [] : [...above, ...fields.slice(-20)], author, recorded)
  const addressee = recipientOf(border, above, sent)
  const recipient = isReport(message) ? OURS : addressee
  const text = `${textOf(sent)}\r\n${raw.body.replaceAll(/phish(?:ing)?@pot/gi, OURS)}`
  const bytes = Buffer.from(
    ourOwn(message, text.replaceAll(/phishing%40pot/gi, 'bob%40example.org'), addressee),
    'latin1',
  )
  const session = { sender, recipient, at: (border?.at ?? dateOf(sent) ?? Date.UTC(2020, 0, 1)) + 2000 }
  if (world === 'content') return { ...session, bytes, ip: HONEST.ip, helo: HONEST.helo, dns: ALONE }
  const client = clientOf(message, border)
  const facts = { client, sender, author, recorded, bytes, at: session.at }
  return { ...session, bytes: await signed(facts), ip: client.ip, helo: client.helo, dns: recordedDns(zoneOf(facts)) }
}

/** Sets whose header sections were damaged when they were collected. */
const DAMAGED: ReadonlySet<string> = new Set(['parcels', 'trec06p'])

/**
 * TREC removed the authors of some lists, and stored the Chinese bodies decoded, with the fields of their encoding. The
 * parcel notices were cut to a few fields.
 */
function whole({ corpus }: Labelled, { fields, body }: ReturnType<typeof fieldsOf>): readonly Field[] {
  if (corpus === 'trec06p' && fields.every(({ name }) => name !== 'from'))
    return [...fields, { name: 'from', value: '[removed]', raw: 'From: [removed]\r\n' }]
  if (corpus === 'parcels') {
    const cut = { date: 'Fri, 10 Jan 2020 10:00:00 +0000', 'message-id': '<[removed]>' }
    const missing = Object.entries(cut).filter(([lost]) => fields.every(({ name }) => name !== lost))
    return [...fields, ...missing.map(([name, value]) => ({ name, value, raw: `${name}: ${value}\r\n` }))]
  }
  if (corpus !== 'trec06c-head' || !/[^\s\w+/=]/.test(body)) return fields
  return fields.filter(({ name, value }) => name !== 'content-transfer-encoding' || !/base64/i.test(value))
}

/** Bounces and reports answer our own mail, so the recipient's domain is ours. */
const isReport = ({ corpus }: Labelled): boolean => corpus === 'dsn' || corpus === 'reports'

function ourOwn(message: Labelled, text: string, addressee: string): string {
  const domain = domainIn(addressee)
  return isReport(message) && domain?.includes('.') ? text.replaceAll(domain, 'example.org') : text
}

/** Sets whose hosts and addresses are made up or were replaced, so that the route is no evidence. */
const MADE_UP: ReadonlySet<string> = new Set(['dsn', 'parcels', 'reports', 'wrapped', 'written'])

/** Mail whose signatures were removed or invented, though its senders sign. */
const isTemplate = ({ corpus, spam }: Labelled): boolean =>
  corpus === 'parcels' || corpus === 'wrapped' || (corpus === 'written' && !spam)

const proven = (author: string | undefined): Recorded => ({
  spf: 'pass',
  dkim: [{ result: 'pass', domain: domainIn(author) ?? '' }],
  dmarc: 'pass',
  policy: 'none',
})

function clientOf({ corpus }: Labelled, border: Hop | undefined): Client {
  if (MADE_UP.has(corpus) || border?.ip === undefined || isLocal(border.ip)) return HONEST
  return { ip: border.ip, helo: border.helo ?? `[${border.ip}]`, name: border.name }
}

/** Where receivers of these collections take mail from other organisations. */
const RECEIVERS =
  /mail\.protection\.outlook\.com$|^mailin\d*i?\.protonmail\.ch$|^mail\d*i?\.protonmail\.ch$|^mx\.google\.com$/
/** Where list servers take mail from authors. */
const LIST_SERVERS = /^vger\.kernel\.org$|^smtp\.subspace\.kernel\.org$|\.smtp\.seeweb\.it$|^gmr-mx\.google\.com$/

/** The index of the Received field that the receiving organisation wrote when the message came from outside. */
function borderOf({ corpus, bytes }: Labelled, fields: readonly Field[]): number | undefined {
  const hops = fields.flatMap(({ name, value }, place) => {
    const hop = name === 'received' ? readHop(value) : undefined
    return hop ? { place, hop, value } : []
  })
  const external = hops.filter(
    ({ hop, value }) => hop.ip !== undefined && !isLocal(hop.ip) && !/fetchmail|POP3/.test(value),
  )
  if (corpus === 'lists' || corpus === 'lists-spam') {
    const atList = external.find(({ hop }) => LIST_SERVERS.test(hop.by))
    const author = fields.find(({ name }) => name === 'from')?.value ?? ''
    // Half of the lists' honest mail is seen as its authors sent it, the rest as the lists did.
    const direct = corpus === 'lists-spam' || (bytes.length & 1) === 0
    if (atList && direct && !/lists?\.|googlegroups|vger/.test(author)) return atList.place
  }
  const forwarded = fields.some(({ name, value }) => name === 'return-path' && value.includes('+caf_='))
  const own = external.filter(({ hop }) => RECEIVERS.test(hop.by))
  const chosen = forwarded ? own.find(({ hop }) => hop.by === 'mx.google.com') : own[0]
  return (chosen ?? external.find(({ hop }) => organisationOf(hop.helo) !== organisationOf(hop.by)) ?? external[0])
    ?.place
}

const organisationOf = (name: string | undefined): string | undefined =>
  name === undefined ? undefined : (organisationalDomain(name) ?? name)

function recordedBy(fields: readonly Field[], place: number | undefined, atList: boolean): Recorded | undefined {
  if (place === undefined) return recordedIn(fields.slice(0, 8))
  // A list's results stand below the fields that its archive added.
  return recordedIn(atList ? fields.slice(Math.max(0, place - 12), place + 4) : fields.slice(0, place + 4))
}

/** Fields that receivers and collectors write. */
const ADDED =
  /^(?:x-ms-|x-incoming|x-eop|x-sid-|x-sender-ip|x-microsoft-antispam|x-message-(?:info|delivery|flag)|x-forefront|x-exchange-|x-spam-|x-virus-|x-scanned|xchecker|xlevel|xstatus|authentication-results|arc-|received-spf|return-path|delivered-to|x-original-to|x-delivered-to|envelope-to|x-uidl|x-account-key|x-mozilla-|x-keywords|status$|x-status$|x-evolution|x-pm-|x-gmail-|x-gm-|x-received|x-google-|x-apparently-to|x-attached|old-return-path|x-simplelogin|x-rspamd|x-proton|x-forwarded-|lines$|content-length|bcc$|x-yoursite|x-mimecast|x-ironport|x-barracuda|x-ymail)/
/** Fields that lists write. */
const LISTED =
  /^(?:list-|mailing-list|precedence|x-mailing-list|x-beenthere|x-mailman|errors-to|sender|x-original-|x-google-group|x-spam-checked|x-gm-)/

function sentFields(
  fields: readonly Field[],
  place: number | undefined,
  border: Hop | undefined,
  atList: boolean,
): readonly Field[] {
  const counted = fields.findLastIndex(({ name }) => name === 'x-incomingheadercount')
  return fields.flatMap((field, index) => {
    const { name, value } = field
    if (place !== undefined && index <= place) return []
    if (ADDED.test(name) || (atList && LISTED.test(name))) return []
    if (atList && name === 'dkim-signature' && /d=googlegroups\.com/.test(value)) return []
    if (name === 'message-id' && isReceivers(value, index, counted, border)) return []
    if (atList && name === 'subject') {
      const bare = value.replace(/\[(?:LTP|dm-devel)\] ?/, '')
      return { ...field, value: bare, raw: field.raw.replace(/\[(?:LTP|dm-devel)\] ?/, '') }
    }
    return field
  })
}

/** A receiver adds a Message-ID where there is none. */
function isReceivers(value: string, index: number, counted: number, border: Hop | undefined): boolean {
  const host = /@([^@<>\s]+)>?$/.exec(value.trim())?.[1]?.toLowerCase()
  if (counted >= 0 && index > counted && /outlook\.com|protection/i.test(value)) return true
  return host !== undefined && (host === border?.by || /^(?:[a-z0-9-]+\.)?eop-|\.mail\.protection\.outlook/.test(host))
}

/** The reverse-path. */
function senderOf(
  { corpus }: Labelled,
  fields: readonly Field[],
  author: string | undefined,
  recorded: Recorded | undefined,
): string {
  const path = fields.find(({ name }) => name === 'return-path')?.value
  if (path !== undefined && /^<\s*>$/.test(path)) return ''
  const address = addressIn(path)
  if (corpus === 'dsn' && address === undefined) return ''
  if (address !== undefined && !address.includes('[') && domainIn(address)?.includes('.')) return bounded(address)
  const domain = recorded?.spfDomain
  if (domain !== undefined && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(domain) && domain !== domainIn(author))
    return `bounce@${domain}`
  return bounded(author) || 'sender@example.net'
}

const bounded = (address: string | undefined): string =>
  address !== undefined && /^[\w.!#$%&'*+/=?^`{|}~-]{1,120}@(?:[\w-]+\.)+[a-z][\w-]+$/i.test(address) ? address : ''

function recipientOf(border: Hop | undefined, above: readonly Field[], sent: readonly Field[]): string {
  const field = (list: readonly Field[], wanted: string) => addressIn(list.find(({ name }) => name === wanted)?.value)
  const found = border?.to ?? field(above, 'x-original-to') ?? field(above, 'delivered-to') ?? field(sent, 'to')
  return /\[|pot$|^$/.test(found ?? '') ? OURS : bounded(found) || OURS
}

function dateOf(fields: readonly Field[]): number | undefined {
  const at = Date.parse(fields.find(({ name }) => name === 'date')?.value.replace(/\([^)]*\)\s*$/, '') ?? '')
  return Number.isFinite(at) ? at : undefined
}
