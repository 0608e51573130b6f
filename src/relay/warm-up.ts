/**
 * Judges a built-in message before the first client comes, so that what the configuration needs is loaded and partly
 * compiled. Nothing of it is seen: it has its own filters, answers of DNS from here, counts in memory, and no events.
 */
import { Readable } from 'node:stream'
import { postern } from '../engine/gateway.ts'
import { jsonLine } from '../log/json-line.ts'
import type { LoadMeter } from '../model/load.ts'
import type { Answer, Records, RecordType, Resolver } from '../model/resolver.ts'
import { memoryStore } from '../store/index.ts'
import type { RelayOptions } from './config/options.ts'
import type { FilterConfig } from './config/types.ts'
import { loadSealing } from './delivery/sealing.ts'
import { relayFilters } from './filters.ts'
import { KeptFilters } from './kept-filters.ts'

/** RFC 5737 and RFC 2606: no client has this address, and no sender this domain. */
const CLIENT = '192.0.2.10'
const SENDER = 'sender.example'
const MAIL_HOST = `mail.${SENDER}`

/** Later the first client waits no longer for it. Nothing in it waits for anything outside. */
const TIMEOUT_MS = 5_000

/**
 * Loads what the first message would load. Never rejects: what fails here fails again with a message, and is reported
 * there.
 */
export async function warmUp(options: RelayOptions): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, TIMEOUT_MS)
  await Promise.race([Promise.allSettled([judgeOnce(options), loadSealing(options.routes)]), late.promise])
  clearTimeout(timer)
}

async function judgeOnce(options: RelayOptions): Promise<void> {
  const domains = [...new Set(options.routes.flatMap(route => route.domains ?? []))]
  const gateway = postern({
    filters: relayFilters({
      options: withoutEffects(options),
      delivery: { domains, isKnown: async () => true },
      scanner: [],
      kept: new KeptFilters(),
    }),
    name: options.authservId,
    // Whatever the filters find, the next stage comes.
    mode: 'shadow',
    dns,
    store: memoryStore(),
    load: idle,
    notify: () => undefined,
    events: event => void jsonLine(event),
  })
  const session = gateway.open({ ip: CLIENT })
  try {
    await session.connect()
    await session.helo(MAIL_HOST)
    await session.mail(`news@${SENDER}`)
    await session.rcpt(`postmaster@${(domains[0] ?? options.authservId).replace(/^\./, '')}`)
    await session.data(Readable.from([Buffer.from(MESSAGE)]))
  } finally {
    session.close()
    await gateway.close()
  }
}

/** What asks a service, reads files, or is the operator's own, stays out. */
function withoutEffects({ filters, lists: _files, ...rest }: RelayOptions): RelayOptions {
  const plain = withoutFunctions(filters) as FilterConfig
  const { classify } = plain
  return { ...rest, ownFilters: [], filters: { ...plain, clamav: false, ...(classify && { classify: {} }) } }
}

/** Options may have functions of the operator, which ask a directory or count in Redis. */
function withoutFunctions(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(one => typeof one !== 'function').map(withoutFunctions)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  const kept = Object.entries(value).filter(([, one]) => typeof one !== 'function')
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutFunctions(one)]))
}

/** As of a process that does nothing else. */
const idle: LoadMeter = {
  level: 'green',
  overflowing: false,
  now: () => ({ value: 0, level: 'green', since: 0, parts: {}, slowdown: 1 }),
  reportOverflow: () => undefined,
  adjust: () => undefined,
  hasDescriptor: () => true,
  hasBudget: () => true,
  report: () => undefined,
  recordLatency: () => undefined,
}

/** What the names of the message lead to: its checks go on to their end. */
const RECORDS: Readonly<Record<string, Partial<{ readonly [T in RecordType]: Records[T] }>>> = {
  [SENDER]: {
    MX: { exchange: MAIL_HOST, priority: 10 },
    A: CLIENT,
    TXT: [`v=spf1 mx include:_spf.${SENDER} -all`],
  },
  [`_spf.${SENDER}`]: { TXT: ['v=spf1 ip4:192.0.2.128/25 ~all'] },
  [MAIL_HOST]: { A: CLIENT, TXT: ['v=spf1 a -all'] },
  '10.2.0.192.in-addr.arpa': { PTR: MAIL_HOST },
  [`_dmarc.${SENDER}`]: { TXT: ['v=DMARC1; p=none'] },
  [`news._domainkey.${SENDER}`]: {
    TXT: ['v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='],
  },
}

const dns: Resolver = {
  resolve: async (name, type) => recordOf(name, type),
}

function recordOf<T extends RecordType>(name: string, type: T): Answer<Records[T]> {
  const found = RECORDS[name.toLowerCase().replace(/\.$/, '')]
  if (found === undefined) return { kind: 'nxdomain' }
  const record = found[type]
  return record === undefined ? { kind: 'nodata' } : { kind: 'answer', records: [record as Records[T]] }
}

/** A zip file without entries: reading it needs the reader of archives. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]).toString('base64')

/** With a signature, HTML, links, a charset other than UTF-8 and an attachment. The signature is not right. */
const MESSAGE = [
  `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=${SENDER}; s=news;`,
  ' h=from:to:subject:date; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;',
  ` b=${'A'.repeat(86)}==`,
  `Received: from client.${SENDER} ([192.0.2.20]) by ${MAIL_HOST}; Mon, 30 Nov 2026 09:59:58 +0000`,
  `From: "News" <news@${SENDER}>`,
  'To: <postmaster@recipient.example>',
  'Subject: =?iso-8859-1?Q?Gr=FC=DFe_zum_Wochenende?=',
  'Date: Mon, 30 Nov 2026 10:00:00 +0000',
  `Message-ID: <warm-up@${SENDER}>`,
  `List-Unsubscribe: <https://www.${SENDER}/leave>`,
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="outer"',
  '',
  '--outer',
  'Content-Type: multipart/alternative; boundary="inner"',
  '',
  '--inner',
  'Content-Type: text/plain; charset=iso-8859-1',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  `Guten Tag, die Gr=FC=DFe stehen unter https://www.${SENDER}/news und gelten bis Montag.`,
  'Hello, please read the invoice of this month and call us when something is not clear.',
  '',
  '--inner',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<html><head><style>p { color: #333 }</style></head><body><p>Hello, please read the <b>invoice</b> of this month',
  `&amp; call us.</p><a href="https://www.${SENDER}/news?id=1">www.${SENDER}</a><img src="cid:logo"></body></html>`,
  '',
  '--inner--',
  '',
  '--outer',
  'Content-Type: application/zip; name="invoice.zip"',
  'Content-Disposition: attachment; filename="invoice.zip"',
  'Content-Transfer-Encoding: base64',
  '',
  EMPTY_ZIP,
  '',
  '--outer--',
  '',
].join('\r\n')
