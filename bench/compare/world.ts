/** Who sends the mail that the servers are compared by, and what DNS says of them. */
import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import type { ZoneLiteral } from '../../src/testing/zone.ts'
import { recordOf } from '../../test/facts/dkim/signer.ts'
import { type Kind, textOf } from './messages.ts'

/** Each organisation has one mail server, so no client comes near a rate limit that honest clients stay below. */
const SENDERS = 60
/** Further organisations, whose names no server has asked for yet. */
const FRESH_SENDERS = 60

export interface Sender {
  readonly index: number
  readonly domain: string
  readonly ip: string
  readonly helo: string
}

export const recipient = 'bob@example.org'

/** Addresses of the range for benchmarks (RFC 2544), each in a network that no other has. */
const senderAt = (index: number): Sender => {
  const domain = `organisation${index}.example`
  return { index, domain, ip: `198.18.${index}.10`, helo: `mx.${domain}` }
}

export const senders: readonly Sender[] = Array.from({ length: SENDERS }, (_, index) => senderAt(index))
export const freshSenders: readonly Sender[] = Array.from({ length: FRESH_SENDERS }, (_, index) =>
  senderAt(SENDERS + index),
)

const key = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** MX, a confirmed reverse name, SPF behind an include, a DMARC policy and a key for each. */
export function zoneOfSenders(): ZoneLiteral {
  const record = recordOf(key.publicKey)
  return Object.fromEntries(
    [...senders, ...freshSenders].flatMap(({ domain, ip, helo }) => [
      [domain, { A: ip, MX: [{ exchange: helo, priority: 10 }], TXT: [`v=spf1 include:_spf.${domain} -all`] }],
      [`_spf.${domain}`, { TXT: [`v=spf1 ip4:${ip} ~all`] }],
      [helo, { A: ip, TXT: [`v=spf1 ip4:${ip} -all`] }],
      [`${ip.split('.').toReversed().join('.')}.in-addr.arpa`, { PTR: helo }],
      [`_dmarc.${domain}`, { TXT: ['v=DMARC1; p=reject'] }],
      [`s1._domainkey.${domain}`, { TXT: [record] }],
    ]),
  )
}

/** The signed message with the end of its data, ready to be sent. */
export async function signedMessage(sender: Sender, kind: Kind): Promise<Buffer> {
  const text = textOf(kind, sender.domain, sender.index)
  const privateKey = key.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const signer = { signingDomain: sender.domain, selector: 's1', privateKey }
  const { signatures } = await dkimSign(text, { ...signer, signatureData: [signer] })
  return Buffer.from(`${signatures}${text.replace(/^\./gm, '..')}.\r\n`)
}
