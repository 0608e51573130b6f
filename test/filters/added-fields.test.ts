/** Fields that were added to a message after its author's domain had signed it, seen from the client's side. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { recommended } from '../../src/filters/index.ts'
import { postern } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'
import { message, recordOf, rsa, signature } from '../facts/dkim/signer.ts'

const fields = [
  'From: ann@example.org',
  'To: bob@example.net',
  'Subject: Lunch',
  'Date: Mon, 23 Nov 2026 09:00:00 +0000',
  'Message-ID: <1@example.org>',
  'Reply-To: ann@example.org',
  'MIME-Version: 1.0',
  'Content-Type: text/plain',
]
const h = 'From:To:Subject:Date:Message-ID:Reply-To:MIME-Version:Content-Type'
const body = 'Shall we?\r\n'
const dns = zone({
  'sel._domainkey.example.org': { TXT: [recordOf(rsa.publicKey)] },
  'sel._domainkey.evil.example': { TXT: [recordOf(rsa.publicKey)] },
  'sel._domainkey.mail.example.org': { TXT: [recordOf(rsa.publicKey)] },
  '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject'] },
  'example.org': { MX: { exchange: 'mx.example.org', priority: 1 } },
  'evil.example': { MX: { exchange: 'mx.evil.example', priority: 1 }, TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'mail.evil.example': { A: '192.0.2.1', TXT: ['v=spf1 a -all'] },
  '1.2.0.192.in-addr.arpa': { PTR: 'mail.evil.example' },
})

async function send(bytes: Buffer) {
  const filters = recommended({ domains: ['example.net'] })
  const session = postern({ name: 'mx.example.net', dns, filters }).open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mail.evil.example')
  await session.mail('eve@evil.example')
  await session.rcpt('bob@example.net')
  const outcome = await session.data(Readable.from([bytes]))
  session.close()
  return { ...outcome, rules: outcome.findings.map(({ rule }) => rule) }
}

const own = signature({ fields, body, tags: { h } })
/** A signature over all that is there, twice over. */
const over = (all: readonly string[], d: string) =>
  signature({ fields: all, body, tags: { d, h: `${h}:Subject:Reply-To:Content-Type:To` } })

test('what was signed and not changed is accepted without points of DKIM', async () => {
  expect(await send(message([own, ...fields], body))).toMatchObject({ verdict: 'accept', score: 0 })
})

const attacks = [
  'Subject: Pills',
  'Reply-To: eve@evil.example',
  'Content-Type: text/html',
  'To: all@example.net',
].flatMap(added => [
  [added, 'nobody else', [added, own, ...fields]] as const,
  [added, 'a stranger', [over([added, ...fields], 'evil.example'), added, own, ...fields]] as const,
  [
    added,
    'three strangers',
    [...Array(3).fill(over([added, ...fields], 'evil.example')), added, own, ...fields],
  ] as const,
])
test.for(attacks)('A08 %s on top of what the author signed is quarantined, signed over by %s', async ([, , all]) => {
  const { rules, verdict, score } = await send(message(all, body))
  expect(rules).toEqual(expect.arrayContaining(['dkim/added-field', 'header-form/repeated']))
  expect(verdict).toBe('quarantine')
  expect(score).toBeGreaterThanOrEqual(6)
})

test('A08 a second From on top of what the author signed is never delivered, whatever domain signs it over', async () => {
  const all = ['From: eve@evil.example', own, ...fields]
  for (const signatures of [[], [over(all, 'evil.example')]]) {
    expect((await send(message([...signatures, ...all], body))).verdict).not.toBe('accept')
  }
})

test('A08 a field that the author left out is scored, and a signature of the author heals it where a stranger’s does not', async () => {
  const bare = fields.filter(field => !field.startsWith('Reply-To') && !field.startsWith('Content-Type'))
  const first = signature({ fields: bare, body })
  const added = 'Content-Type: text/html'
  const signedBy = async (d: string) => {
    const { rules } = await send(message([over([added, ...bare], d), added, first, ...bare], body))
    return rules.includes('dkim/uncovered')
  }
  expect([await signedBy('evil.example'), await signedBy('mail.example.org')]).toEqual([true, false])
})

test('A07 text appended after l= is not healed by a stranger who signs all of it', async () => {
  const longer = `${body}Buy pills.\r\n`
  const part = signature({ fields, body, tags: { h, l: String(body.length) } })
  const whole = signature({ fields, body: longer, tags: { d: 'evil.example', h } })
  expect((await send(message([whole, part, ...fields], longer))).rules).toContain('dkim/partial')
})
