/** How far somebody is trusted before his message was seen: what load control sorts by when there is too much to do. */
import { type Fact, fact } from '../model/fact.ts'
import { type Connection, chargeableAddress, type Transaction } from '../model/stage.ts'
import type { Get } from '../model/store.ts'
import { addressKey, mailboxOf } from '../net/path.ts'
import { rdns } from './rdns.ts'
import {
  accruals,
  clientOf,
  customerOf,
  type Identity,
  type Memory,
  organisation,
  standingsOf,
  usualMemory,
} from './reputation.ts'
import { spf } from './spf/spf.ts'

/** `known`: has a good record, or our users write to it. `bad`: has a bad record. */
export type Trust = 'known' | 'unknown' | 'bad'

// Ten good messages and no bad one; ten bad ones and no good one.
const KNOWN = -0.5
const BAD = 0.5
// Neighbours are good and bad: only a network that is bad throughout says something of a stranger in it.
const BAD_NETWORK = 0.9

/** The client by its address and network alone: one look into the store, and nothing is asked of DNS. */
export const addressTrust: Fact<Connection, Trust> = addressTrustBy(usualMemory)

/**
 * The client, before it has said anything. One look into the store for its address and network; only where they say
 * nothing is its name asked for in DNS, and looked at too. A store that cannot answer makes everybody unknown.
 *
 * @example
 * const lane = await connection.ask(trust)
 */
export const trust: Fact<Connection, Trust> = trustBy()

/** For rules of your own: the same for a memory of another length than `reputation` has by default. Make it once. */
export function trustBy(memory: Memory = usualMemory): Fact<Connection, Trust> {
  const byAddress = memory === usualMemory ? addressTrust : addressTrustBy(memory)
  return fact('trust', 'connect', async (connection): Promise<Trust> => {
    const known = await connection.ask(byAddress)
    if (known !== 'unknown' || connection.client !== 'unknown') return known
    const { organisation: name } = await connection.ask(rdns)
    return name === undefined ? 'unknown' : await look(connection, { identities: [`rdns:${name}`], marks: [], memory })
  })
}

function addressTrustBy(memory: Memory): Fact<Connection, Trust> {
  return fact('address-trust', 'connect', connection => {
    // Our own hosts and forwarders are known by the configuration.
    if (connection.client === 'trusted' || connection.client === 'forwarder') return 'known'
    const ip = chargeableAddress(connection)
    return ip === undefined
      ? 'unknown'
      : look(connection, { identities: clientOf({ ip }), marks: [clientMark(ip)], memory })
  })
}

/**
 * The client, and who it sends for as far as SPF proves that: a domain with a record, an address that our users have
 * written to. A forged reverse-path is worth nothing.
 */
export const senderTrust: Fact<Transaction, Trust> = fact('sender-trust', 'mail', async transaction => {
  const [client, sender] = await Promise.all([transaction.ask(trust), transaction.ask(spf)])
  if (client === 'bad' || sender.result !== 'pass' || sender.permissive) return client
  const found = await look(transaction, {
    identities: [`spf:${organisation(sender.domain)}`],
    marks: sender.identity === 'mailfrom' ? [addressMark(transaction.reversePath)] : [],
    memory: usualMemory,
  })
  return found === 'unknown' ? client : found
})

/** Where it stands that a client has carried mail of somebody our users write to. */
export const clientMark = (ip: string): string => `known:client:${customerOf(ip)}`

/** Where it stands that our users have written to an address. */
export const addressMark = (path: string): string => `known:address:${addressKey(mailboxOf(path))}`

interface Looked {
  /** The first speaks for itself; what follows is what is around it. */
  readonly identities: readonly Identity[]
  readonly marks: readonly string[]
  readonly memory: Memory
}

async function look(context: Connection, { identities, marks, memory }: Looked): Promise<Trust> {
  const records = identities.flatMap(identity => accruals(identity, memory))
  const gets = marks.map((key): Get => ({ op: 'get', key }))
  try {
    const { sums, isMarked } = await context.callExternal(`trust:${identities[0]}`, async () => {
      const answers = await context.store.run([...records, ...gets])
      return {
        sums: answers.slice(0, records.length) as readonly (readonly number[])[],
        isMarked: answers.slice(records.length).some(entry => entry !== undefined),
      }
    })
    const [own, around] = standingsOf(identities, sums, memory)
    // A record that is bad weighs more than any mark.
    if (own && own.tendency >= BAD) return 'bad'
    if (isMarked || (own && own.tendency <= KNOWN)) return 'known'
    return around && around.tendency >= BAD_NETWORK ? 'bad' : 'unknown'
  } catch {
    return 'unknown'
  }
}
