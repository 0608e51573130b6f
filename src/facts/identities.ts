/** `identities`: what is proven about a client and a message. Only these may be charged by reputation and limits. */
import { fact } from '../model/fact.ts'
import { chargeableAddress } from '../model/stage.ts'
import { networkOf } from '../net/address.ts'
import { dkim } from './dkim/dkim.ts'
import { dmarc } from './dmarc.ts'
import { rdns } from './rdns.ts'
import { spf } from './spf/spf.ts'

/** The identities that a connection proves. */
export interface Origin {
  /** The client's address. Absent, like the network, when the host does not know it. */
  readonly ip?: string
  /** The /24 of an IPv4 address or the /64 of an IPv6 address. */
  readonly network?: string
  /** The organisational domain of a confirmed reverse name of the client. */
  readonly rdns?: string
}

/** The identities that a message proves. Absent identities were not proven, for any reason. */
export interface Identities extends Origin {
  /** The domain of an SPF pass, unless the record passes half the Internet. */
  readonly spf?: string
  /** The domains whose signatures pass and cover the whole body, from the top. */
  readonly dkim: readonly string[]
  /** The author's domain of a DMARC pass, unless only such an SPF record aligns. */
  readonly author?: string
}

/** The identities of a client when it connects: none when its address is shared, such as that of a forwarder. */
export const origin = fact('origin', 'connect', async (connection): Promise<Origin> => {
  const ip = chargeableAddress(connection)
  if (ip === undefined) return {}
  const { organisation } = await connection.ask(rdns)
  return { ip, network: networkOf(ip), ...(organisation !== undefined && { rdns: organisation }) }
})

/**
 * The identities that may be charged for a message. A forged From is charged to the client only.
 *
 * @example
 * const { author, dkim, network } = await message.ask(facts.identities)
 * const account = author ?? dkim[0] ?? network // undefined: charge nothing
 */
export const identities = fact('identities', 'message', async (message): Promise<Identities> => {
  const [client, sender, signatures, policy] = await Promise.all([
    message.ask(origin),
    message.ask(spf),
    message.ask(dkim),
    message.ask(dmarc),
  ])
  const signers = signatures.signatures.filter(({ result, partial }) => result === 'pass' && !partial)
  return {
    ...client,
    ...(sender.result === 'pass' && !sender.permissive && { spf: sender.domain }),
    dkim: [...new Set(signers.map(({ domain }) => domain))],
    ...(policy.result === 'pass' && !policy.permissiveSpf && { author: policy.domain }),
  }
})
