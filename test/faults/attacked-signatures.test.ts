/**
 * Messages that were changed after they were signed or sealed, sent to a running server with a real DNS server behind
 * it, while an honest client's mail is delivered.
 */
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { resolver } from '../../src/dns/index.ts'
import { dmarc, recommended } from '../../src/filters/index.ts'
import { message, recordOf, rsa, signature } from '../facts/dkim/signer.ts'
import { dnsServer } from '../support/dns-server.ts'
import { guardedServer } from '../support/guarded-server.ts'
import type { RawClient } from '../support/raw-client.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const records = {
  'sel._domainkey.example.org': { TXT: [[recordOf(rsa.publicKey)]] },
  'sel._domainkey.evil.example': { TXT: [[recordOf(rsa.publicKey)]] },
  's._domainkey.lists.example': { TXT: [[recordOf(publicKey)]] },
  '_dmarc.example.org': { TXT: [['v=DMARC1; p=reject']] },
  'example.org': { TXT: [['v=spf1 -all']], MX: [{ priority: 1, exchange: 'mx.example.org' }] },
  'mx.example.org': { A: ['127.0.0.1'] },
  'client.example.org': { A: ['127.0.0.1'] },
  'evil.example': { TXT: [['v=spf1 ip4:127.0.0.1 -all']], MX: [{ priority: 1, exchange: 'mx.evil.example' }] },
  '1.0.0.127.in-addr.arpa': { PTR: ['client.example.org'] },
} as const

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
const body = 'Shall we?\r\n'
const h = fields.map(field => field.slice(0, field.indexOf(':'))).join(':')
const own = signature({ fields, body, tags: { h } })
const honest = message([own, ...fields], body)
const over = (all: readonly string[]) =>
  signature({ fields: all, body, tags: { d: 'evil.example', h: `${h}:Subject:Reply-To:Content-Type:To` } })

const REPORT = 'mx.lists.example; spf=pass smtp.mailfrom=example.org; dmarc=pass header.from=example.org'
async function sealed(bytes: Buffer): Promise<Buffer> {
  const { sealMessage } = await import('mailauth/lib/arc/index.js')
  const options = { signingDomain: 'lists.example', selector: 's', privateKey: pem, authResults: REPORT } as const
  return Buffer.concat([await sealMessage(bytes, { ...options, cv: 'none', i: 1 }), bytes])
}

/** @returns the reply to the message */
async function send(client: RawClient, bytes: Buffer): Promise<string> {
  for (const line of ['MAIL FROM:<eve@evil.example>', 'RCPT TO:<bob@example.net>', 'DATA']) await client.say(line)
  return await client.say(`${bytes.toString('latin1').replace(/\r\n\./g, '\r\n..')}.`)
}

async function setting() {
  const dns = await dnsServer(records)
  const filters = [
    ...recommended({ domains: ['example.net'], dmarc: false, rateLimit: false }),
    dmarc({ sealers: ['lists.example'] }),
  ]
  const host = await guardedServer({ filters, gateway: { dns: resolver({ servers: [dns.address] }) } })
  const close = async () => {
    await host[Symbol.asyncDispose]()
    await dns.close()
  }
  return { host, [Symbol.asyncDispose]: close }
}

const ADDED = ['Subject: Pills', 'Reply-To: eve@evil.example', 'Content-Type: text/html', 'To: all@example.net']

test('A08 a stranger signs over what it added to signed messages, while honest mail is delivered', async () => {
  await using running = await setting()
  const { host } = running
  const [attacker, client] = [await host.greeted(), await host.greeted()]
  for (const added of ADDED) {
    const all = [added, own, ...fields]
    const strangers = [1, 3].map(count =>
      message([...Array.from({ length: count }, () => over([added, ...fields])), ...all], body),
    )
    for (const attack of [message(all, body), ...strangers]) {
      const [reply, other] = await Promise.all([send(attacker, attack), send(client, honest)])
      expect([reply, other].map(said => said.slice(0, 3))).toEqual([expect.stringMatching(/^(?:250|550)$/), '250'])
    }
  }
  const inbox = host.delivered.filter(({ postern }) => !postern.quarantine)
  expect(inbox).toHaveLength(ADDED.length * 3)
  for (const { message: text } of inbox) expect(text).not.toMatch(/Pills|eve@evil\.example>?\r\nTo|text\/html|all@/)
})

test('A13 a field that was added behind a sealer is not saved by the seal, while honest mail is delivered', async () => {
  await using running = await setting()
  const { host } = running
  const [attacker, client] = [await host.greeted(), await host.greeted()]
  // The list changed the body, so that its seal alone authenticates the author.
  const list = await sealed(message([own, ...fields], `${body}-- \r\nThe list\r\n`))
  expect(await send(client, list)).toMatch(/^250 /)
  for (const added of ['Subject: Pills', 'Reply-To: eve@evil.example']) {
    const attack = Buffer.concat([Buffer.from(`${added}\r\n`), list])
    const [reply, other] = await Promise.all([send(attacker, attack), send(client, honest)])
    expect([reply.slice(0, 3), other.slice(0, 3)]).toEqual(['550', '250'])
  }
  expect(host.delivered.filter(({ postern }) => postern.quarantine)).toEqual([])
  expect(host.delivered).toHaveLength(3)
})
