/** How far a client or sender is trusted before its message arrives. Load control gives priority by it. */
import { organisationOf } from '../dns/organisation.ts'
import { type Fact, fact } from '../model/fact.ts'
import { type Connection, chargeableAddress, type Transaction } from '../model/stage.ts'
import { addressKey, mailboxOf } from '../net/path.ts'
import { FIRST_SEEN, firstSeenMark } from './first-seen.ts'
import { rdns } from './rdns.ts'
import { recordsBy, type StoredRecords } from './records.ts'
import {
  clientIdentities,
  customerNetwork,
  defaultMemory,
  type Identity,
  type Memory,
  standingsOf,
} from './reputation.ts'
import { spf } from './spf/spf.ts'

/** `known`: it has a good record, or our users write to it. `bad`: it has a bad record. */
export type Trust = 'known' | 'unknown' | 'bad'

// Ten good messages and no bad one; ten bad ones and no good one.
const KNOWN = -0.5
const BAD = 0.5
// A network has good and bad clients: only a very bad network is evidence against an unknown client in it.
const BAD_NETWORK = 0.9

/** The trust in a client by its address and network only: one read from the store, no DNS. */
export const addressTrust: Fact<Connection, Trust> = addressTrustBy(defaultMemory)

/**
 * The trust in a client when it connects. One read from the store for its address and network. Only when they have no
 * record is its name looked up in DNS and read too. When the store fails, every client is unknown.
 *
 * @example
 * const level = await connection.ask(facts.trust)
 */
export const trust: Fact<Connection, Trust> = trustBy()

/** The fact `trust` for other half-lives than the defaults of `reputation`. Create it once. */
export function trustBy(memory: Memory = defaultMemory): Fact<Connection, Trust> {
  const byAddress = memory === defaultMemory ? addressTrust : addressTrustBy(memory)
  return fact('trust', 'connect', async (connection): Promise<Trust> => {
    const known = await connection.ask(byAddress)
    if (known !== 'unknown' || connection.client !== 'unknown') return known
    const { organisation: name } = await connection.ask(rdns)
    return name === undefined
      ? 'unknown'
      : await readTrust(connection, {
          records: await connection.ask(recordsBy(memory).ofClient),
          identities: [`rdns:${name}`],
          marks: [],
          memory,
        })
  })
}

function addressTrustBy(memory: Memory): Fact<Connection, Trust> {
  const { ofClient } = recordsBy(memory)
  return fact('address-trust', 'connect', async (connection): Promise<Trust> => {
    // The configuration names our own hosts and forwarders.
    if (connection.client === 'trusted' || connection.client === 'forwarder') return 'known'
    const ip = chargeableAddress(connection)
    return ip === undefined
      ? 'unknown'
      : await readTrust(connection, {
          records: await connection.ask(ofClient),
          identities: clientIdentities({ ip }),
          marks: [clientMark(ip)],
          memory,
        })
  })
}

/**
 * The trust in the client and, if SPF proves it, in the sender: a domain with a record, or an address that our users
 * have written to. A forged reverse-path earns no trust.
 */
export const senderTrust: Fact<Transaction, Trust> = fact('sender-trust', 'mail', async transaction => {
  const [client, sender] = await Promise.all([transaction.ask(trust), transaction.ask(spf)])
  if (client === 'bad' || sender.result !== 'pass' || sender.permissive) return client
  const organisation = organisationOf(sender.domain)
  const found = await readTrust(transaction, {
    records: await transaction.ask(recordsBy().ofSenders),
    identities: [`spf:${organisation}`],
    // Most messages are signed and written by the domain that SPF proves: then their records cost no round trip later.
    ahead: transaction.store.later === undefined ? [] : [`author:${organisation}`, `dkim:${organisation}`],
    marks: sender.identity === 'mailfrom' ? [addressMark(transaction.reversePath)] : [],
    marksAhead: transaction.store.later === undefined ? [] : [FIRST_SEEN, firstSeenMark(organisation)],
    memory: defaultMemory,
  })
  return found === 'unknown' ? client : found
})

/** The store key that marks a client as having sent mail of a correspondent of our users. */
export const clientMark = (ip: string): string => `known:client:${customerNetwork(ip)}`

/** The store key that marks an address to which our users have written. */
export const addressMark = (path: string): string => `known:address:${addressKey(mailboxOf(path))}`

interface TrustQuery {
  readonly records: StoredRecords
  /** The identity itself, then perhaps the network around it. */
  readonly identities: readonly Identity[]
  /** Identities whose records are read in the same round trip, as they are likely to be asked for. @default none */
  readonly ahead?: readonly Identity[]
  readonly marks: readonly string[]
  /** Marks that are read in the same round trip. @default none */
  readonly marksAhead?: readonly string[]
  readonly memory: Memory
}

async function readTrust(context: Connection, query: TrustQuery): Promise<Trust> {
  const { records, identities, ahead = [], marks, marksAhead = [], memory } = query
  try {
    const { sums, isMarked } = await context.callExternal(`trust:${identities[0]}`, async () => {
      const read = await records.read([...identities, ...ahead], [...marks, ...marksAhead])
      const isMarked = read.marks.slice(0, marks.length).includes(true)
      return { sums: read.sums.slice(0, 2 * identities.length), isMarked }
    })
    const [itself, around] = standingsOf(identities, sums, memory)
    // A bad record outweighs every mark.
    if (itself && itself.tendency >= BAD) return 'bad'
    if (isMarked || (itself && itself.tendency <= KNOWN)) return 'known'
    return around && around.tendency >= BAD_NETWORK ? 'bad' : 'unknown'
  } catch {
    return 'unknown'
  }
}
