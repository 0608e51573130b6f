/** What is proven about a client and a message: the only names that reputation and limits may be charged to. */
import { fact } from '../model/fact.ts'
import { chargeableAddress } from '../model/stage.ts'
import { networkOf } from '../net/address.ts'
import { dkim } from './dkim/dkim.ts'
import { dmarc } from './dmarc.ts'
import { rdns } from './rdns.ts'
import { spf } from './spf/spf.ts'

/** What a connection proves. */
export interface Origin {
  /** Absent, as is the network, where the host does not know it. */
  readonly ip?: string
  /** /24 or /64. */
  readonly network?: string
  /** The organisational domain of a reverse name that leads back to the client. */
  readonly rdns?: string
}

/** What a message proves. What is absent was not proven, for whatever reason. */
export interface Identities extends Origin {
  /** The domain for which SPF lets the client send; not where it lets half the Internet send. */
  readonly spf?: string
  /** The domains whose signatures hold and cover the whole body, from the top. */
  readonly dkim: readonly string[]
  /** The author's domain, where DMARC passes, and not by such an SPF alone. */
  readonly author?: string
}

/** Who the client is, before it has said anything: nothing where its address is not its own. */
export const origin = fact('origin', 'connect', async (connection): Promise<Origin> => {
  const ip = chargeableAddress(connection)
  if (ip === undefined) return {}
  const { organisation } = await connection.ask(rdns)
  return { ip, network: networkOf(ip), ...(organisation !== undefined && { rdns: organisation }) }
})

/**
 * Who may be blamed or praised for a message. A forged From is nobody's fault but the client's.
 *
 * @example
 * const { author, dkim, network } = await message.ask(identities)
 * const account = author ?? dkim[0] ?? network // undefined: charge nobody
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
