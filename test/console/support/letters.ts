/** Letters of honest and of hostile senders, and the DNS of both. */
import type { Filter } from '../../../src/model/filter.ts'
import type { ZoneLiteral } from '../../../src/testing/zone.ts'
import type { Letter } from './mail-gateway.ts'

/** Their domains; `*.zen.dnsbl.example` lists one address. */
export const ZONE: ZoneLiteral = {
  'partner.example': {
    ...{ MX: { exchange: 'mail.partner.example', priority: 10 }, TXT: 'v=spf1 ip4:192.0.2.10 -all' },
  },
  '_dmarc.partner.example': { TXT: 'v=DMARC1; p=none' },
  'mail.partner.example': { A: '192.0.2.10' },
  '10.2.0.192.in-addr.arpa': { PTR: 'mail.partner.example' },
  'parcel-track.example': {
    ...{ MX: { exchange: 'mx.parcel-track.example', priority: 10 }, TXT: 'v=spf1 ip4:203.0.113.9 ~all' },
  },
  '_dmarc.parcel-track.example': { TXT: 'v=DMARC1; p=quarantine' },
  'mx.parcel-track.example': { A: '198.51.100.66' },
  '66.100.51.198.in-addr.arpa': { PTR: 'mx.parcel-track.example' },
  '2.0.0.127.zen.dnsbl.example': { A: '127.0.0.2' },
  '66.100.51.198.zen.dnsbl.example': { A: '127.0.0.2' },
}

/** An honest letter. */
export const honest = (more: Partial<Letter> = {}): Letter => ({
  ...{ ip: '192.0.2.10', helo: 'mail.partner.example', reversePath: 'jo@partner.example' },
  ...{ recipients: ['ann@example.com'], from: 'Jo Smith <jo@partner.example>', subject: 'Meeting on Thursday' },
  ...more,
})

/** Mail of a phisher, from a listed address. */
export const hostile = (more: Partial<Letter> = {}): Letter => ({
  ...{ ip: '198.51.100.66', helo: 'mx.parcel-track.example', reversePath: 'bounce@parcel-track.example' },
  ...{ recipients: ['ann@example.com'], from: 'Parcel Service <no-reply@parcel-track.example>' },
  subject: 'Your parcel could not be delivered',
  rest: HTML,
  ...more,
})

const HTML = `MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><p style="color:#003366">Dear customer,</p>
<p>your parcel could not be delivered because of an unpaid fee of <b>1.99</b>.</p>
<p><a href="https://login.parcel-track.example/pay?id=8812">www.bank.example</a></p>
<img src="https://pixel.parcel-track.example/open.gif" width="1" height="1">
</body></html>
`

/** A rule of the operator: mail with this word in its subject is held. */
export const holdsWord = (word: string): Filter => ({
  name: 'invoice-check',
  message: ({ header }) =>
    header.all('subject').some(({ value }) => value.includes(word))
      ? { rule: 'unknown-invoice', points: 8, reason: `An invoice of a sender that has never sent one: ${word}` }
      : undefined,
})
