/** What DNS says in the tests of examples: one sender's domain, honest and whole. */
import { type ZoneLiteral, zone } from '../../src/testing/zone.ts'

export const names: ZoneLiteral = {
  'example.org': { MX: [{ exchange: 'mx.example.org', priority: 10 }], TXT: ['v=spf1 ip4:192.0.2.7 -all'] },
  'mx.example.org': { A: '192.0.2.7' },
  '7.2.0.192.in-addr.arpa': { PTR: 'mx.example.org' },
}
export const dns = zone(names)

export const letter = [
  'From: Alice <alice@example.org>',
  'To: bob@example.net',
  'Subject: Hello',
  'Date: Mon, 23 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@example.org>',
  '',
  'Hello, Bob!',
  '',
].join('\r\n')
