/** Senders of the pictures, honest and hostile, with their DNS and their mail. */

import type { ZoneLiteral } from '../../src/testing/zone.ts'
import type { Letter } from '../../test/console/support/mail-gateway.ts'

interface Host {
  readonly domain: string
  readonly ip: string
  readonly spf?: string
  readonly dmarc?: string
  readonly isListed?: boolean
}

const HOSTS: readonly Host[] = [
  { domain: 'northwind-design.example', ip: '192.0.2.10', spf: '-all', dmarc: 'none' },
  { domain: 'garden-supplies.example', ip: '192.0.2.21', spf: '-all', dmarc: 'quarantine' },
  { domain: 'riverside-school.example', ip: '192.0.2.34', spf: '-all', dmarc: 'none' },
  { domain: 'huaxin-print.example', ip: '192.0.2.47', spf: '-all', dmarc: 'none' },
  { domain: 'forge.example', ip: '192.0.2.58', spf: '-all', dmarc: 'reject' },
  { domain: 'bluebird-travel.example', ip: '192.0.2.66', spf: '~all', dmarc: 'none' },
  { domain: 'citybank.example', ip: '192.0.2.80', spf: '-all', dmarc: 'reject' },
  { domain: 'parcel-track.example', ip: '198.51.100.66', spf: '~all', dmarc: 'quarantine', isListed: true },
  { domain: 'secure-mailbox.example', ip: '198.51.100.91', spf: '~all', isListed: true },
  { domain: 'invoices-portal.example', ip: '203.0.113.14', spf: '~all', dmarc: 'none' },
  { domain: 'prize-office.example', ip: '203.0.113.77', isListed: true },
]

const LIST = 'zen.dnsbl.example'
const reversed = (ip: string): string => ip.split('.').toReversed().join('.')

/** The DNS of all of them. */
export const ZONE: ZoneLiteral = Object.fromEntries([
  [`2.0.0.127.${LIST}`, { A: '127.0.0.2' }],
  ...HOSTS.flatMap(({ domain, ip, spf, dmarc, isListed }) => [
    [
      domain,
      { MX: { exchange: `mail.${domain}`, priority: 10 }, ...(spf && { TXT: `v=spf1 ip4:${spfOf(ip)} ${spf}` }) },
    ],
    [`mail.${domain}`, { A: ip }],
    [`${reversed(ip)}.in-addr.arpa`, { PTR: `mail.${domain}` }],
    ...(dmarc === undefined ? [] : [[`_dmarc.${domain}`, { TXT: `v=DMARC1; p=${dmarc}` }] as const]),
    ...(isListed ? [[`${reversed(ip)}.${LIST}`, { A: '127.0.0.2' }] as const] : []),
  ]),
])

/** Listed hosts send in the name of domains that do not name them. */
function spfOf(ip: string): string {
  return ip.startsWith('192.0.2.') ? ip : '203.0.113.200'
}

interface Kind {
  /** How many of a hundred. */
  readonly weight: number
  readonly domain: string
  readonly from: string
  readonly subjects: readonly string[]
  readonly rest?: string
}

const html = (body: string): string => `MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body style="font-family: sans-serif; color: #222">${body}</body></html>
`

const attached = (text: string, name: string, type: string, content: string): string => `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=part

--part
Content-Type: text/plain; charset=utf-8

${text}
--part
Content-Type: ${type}; name="${name}"
Content-Disposition: attachment; filename="${name}"
Content-Transfer-Encoding: base64

${Buffer.from(content).toString('base64')}
--part--
`

export const PARCEL = html(`<h2 style="color: #b8860b">Parcel Service</h2>
<p>Dear customer,</p><p>your parcel <b>JD0146 0000 8812</b> could not be delivered because of an unpaid customs fee
of 1.99. Your account will be suspended within 24 hours.</p>
<p><a href="https://login.parcel-track.example/pay?id=8812">https://www.example.net/tracking</a></p>
<img src="https://pixel.parcel-track.example/open.gif" width="1" height="1">`)

const INVOICE = attached(
  'Please find our invoice attached and pay it today. Kind regards, Accounts',
  'invoice-2026-1147.pdf.exe',
  'application/pdf',
  `MZ${'\0'.repeat(400)}`,
)

const KINDS: readonly Kind[] = [
  {
    ...{ weight: 17, domain: 'northwind-design.example', from: 'Jo Smith <jo@northwind-design.example>' },
    subjects: ['Meeting on Thursday', 'Re: Drafts for the new leaflet', 'Colours for the front page', 'Photos'],
  },
  {
    ...{ weight: 14, domain: 'garden-supplies.example', from: 'Garden Supplies <news@garden-supplies.example>' },
    subjects: ['Spring bulbs: the last week', 'Your order 40118 is on its way', 'Opening hours in December'],
  },
  {
    ...{ weight: 9, domain: 'riverside-school.example', from: 'Riverside School <office@riverside-school.example>' },
    subjects: ['Parents’ evening on 8 December', 'Timetable for next week'].map(encoded),
  },
  {
    ...{ weight: 8, domain: 'huaxin-print.example', from: `${encoded('李梅')} <li.mei@huaxin-print.example>` },
    subjects: ['印刷报价', '会议纪要：周四', '样品已寄出'].map(encoded),
  },
  {
    ...{ weight: 12, domain: 'forge.example', from: 'Forge <notifications@forge.example>' },
    subjects: ['[site] Build 812 passed', '[site] Review requested: footer', '[site] Build 813 failed'],
  },
  {
    ...{ weight: 5, domain: 'bluebird-travel.example', from: 'Bluebird Travel <booking@bluebird-travel.example>' },
    subjects: ['Your booking BB-2291', 'Check in for Saturday'],
  },
  {
    ...{ weight: 4, domain: 'citybank.example', from: 'City Bank <service@citybank.example>' },
    subjects: ['Your statement for November', 'A new sign-in to your account'],
  },
  {
    ...{ weight: 11, domain: 'parcel-track.example', from: 'Parcel Service <no-reply@parcel-track.example>' },
    ...{ subjects: ['Your parcel could not be delivered', 'Final notice: customs fee unpaid'], rest: PARCEL },
  },
  {
    ...{ weight: 6, domain: 'secure-mailbox.example', from: 'Mailbox Support <support@secure-mailbox.example>' },
    subjects: ['You have (1) new voice message', 'Your mailbox is almost full'],
    rest: html('<p>Dear user,</p><p>verify your password within 24 hours or your account will be closed.</p>'),
  },
  {
    ...{ weight: 6, domain: 'invoices-portal.example', from: 'Accounts <accounts@invoices-portal.example>' },
    ...{ subjects: ['Invoice 2026-1147', 'Overdue invoice 2026-1098'], rest: INVOICE },
  },
  {
    ...{ weight: 5, domain: 'prize-office.example', from: 'Prize Office <winner@prize-office.example>' },
    subjects: ['CONGRATULATIONS!!! You have won 1,000,000', 'Claim your prize NOW'],
    rest: '\nDear winner, you have won. Send your bank details within 24 hours to claim 1,000,000 USD now!!!\n',
  },
  {
    ...{ weight: 3, domain: 'bluebird-travel.example', from: 'City Bank <service@citybank.example>' },
    ...{ subjects: ['Confirm your account'], rest: html('<p>Dear customer, confirm your password now.</p>') },
  },
]

const PEOPLE = ['ann', 'bob', 'claire', 'dmitri', 'accounts', 'press']

function encoded(text: string): string {
  return `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`
}

/** The same letters in each run. */
export class Letters {
  #state = 7

  next(): Letter {
    const kind = this.#kind()
    const host = HOSTS.find(({ domain }) => domain === kind.domain)
    const name = this.#one(PEOPLE)
    const isAbroad = kind.domain === 'prize-office.example' && this.#share() < 0.4
    return {
      ...{ ip: host?.ip ?? '192.0.2.1', helo: `mail.${kind.domain}`, from: kind.from },
      reversePath: kind.domain === 'parcel-track.example' ? `bounce@${kind.domain}` : address(kind.from, kind.domain),
      recipients: [isAbroad ? 'ann@elsewhere.example' : `${name}@example.${this.#share() < 0.85 ? 'com' : 'org'}`],
      subject: this.#one(kind.subjects),
      ...(kind.rest !== undefined && { rest: kind.rest }),
    }
  }

  /** From 0 to 1. */
  share(): number {
    return this.#share()
  }

  #share(): number {
    this.#state = (this.#state * 1_103_515_245 + 12_345) % 2_147_483_648
    return this.#state / 2_147_483_648
  }

  #one<T>(values: readonly T[]): T {
    return values[Math.floor(this.#share() * values.length)] as T
  }

  #kind(): Kind {
    let left = this.#share() * KINDS.reduce((sum, { weight }) => sum + weight, 0)
    for (const kind of KINDS) {
      left -= kind.weight
      if (left < 0) return kind
    }
    return KINDS[0] as Kind
  }
}

const address = (from: string, domain: string): string => `${/<([^@>]*)@/.exec(from)?.[1] ?? 'info'}@${domain}`
