/** What a limit is, whom it charges, and what it costs at each stage. */

import { identities } from '../../facts/identities.ts'
import { organisation } from '../../facts/reputation.ts'
import { spf } from '../../facts/spf/spf.ts'
import {
  type Connection,
  chargeableAddress,
  type Header,
  type Message,
  type Recipient,
  type Transaction,
} from '../../model/stage.ts'
import type { Duration, Size } from '../../model/units.ts'
import { networkOf } from '../../net/address.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'

/** Whom an event is charged to. Undefined: to nobody. It may ask facts, so that what is charged is proven. */
export type KeyOf<C> = (context: C) => string | undefined | Promise<string | undefined>

interface Window {
  /** How long the first event counts, and with it all that follow: `'1m'`, `'25d'`. */
  readonly within: Duration
  /**
   * Tells limits apart in reasons and in a store that is shared.
   * @default what, per and within; the place of one that is per function
   */
  readonly name?: string
}

interface Count extends Window {
  /** So many; the next is told to come back later. */
  readonly limit: number
}

/**
 * A limit. A client whose address the host does not know is charged to no `ip` and no `network`. `domain` is that of the reverse-path, which anybody can forge: keep such windows short; the null
 * reverse-path is charged to nobody. `failures` are refusals by any filter, charged to the domain that SPF or DKIM proves,
 * else to the client: too many close the door to connections and transactions.
 */
export type Limit =
  | (Count & { readonly what: 'connections' | 'failures'; readonly per: Client | KeyOf<Connection> })
  | (Count & { readonly what: 'transactions'; readonly per: Client | 'domain' | KeyOf<Transaction> })
  | (Count & { readonly what: 'recipients'; readonly per: Client | 'domain' | 'recipient' | KeyOf<Recipient> })
  | (Count & { readonly what: 'messages'; readonly per: Client | 'domain' | KeyOf<Header> })
  | (Window & {
      readonly what: 'bytes'
      readonly per: Client | 'domain' | KeyOf<Transaction>
      /**
       * Bytes of whole messages. The one that exceeds it is deferred, and so is each transaction until the window
       * ends.
       */
      readonly limit: Size
    })

type Client = 'ip' | 'network'

/** Prefix lengths in which clients are counted together. */
export interface Prefixes {
  readonly v4?: number
  readonly v6?: number
}

/** A charge of `cost` to the key of a context. A cost of 0 only looks. */
export interface Charge<in C> {
  readonly keyOf: KeyOf<C>
  readonly cost: (context: C) => number
}

/** What a limit does at each stage. */
export interface Charges {
  readonly connect?: Charge<Connection>
  /** A look that saves later stages their own, where the store is far. */
  readonly ahead?: Charge<Connection>
  readonly mail?: readonly Charge<Transaction>[]
  readonly rcpt?: Charge<Recipient>
  readonly header?: Charge<Header>
  readonly message?: Charge<Message>
  /** After a refusal. */
  readonly refused?: Charge<Connection>
}

/** Where each kind of limit looks and counts. */
export function charges(limit: Limit, prefixes: Prefixes): Charges {
  switch (limit.what) {
    case 'connections':
      return { connect: { keyOf: client(limit.per, prefixes), cost: one } }
    case 'failures': {
      const keyOf = client(limit.per, prefixes)
      if (typeof limit.per === 'function')
        return { connect: { keyOf, cost: none }, mail: [{ keyOf, cost: none }], refused: { keyOf, cost: one } }
      const mail = [keyOf, claimed].map(keyOf => ({ keyOf, cost: none }))
      return { connect: { keyOf, cost: none }, mail, refused: { keyOf: culprit(keyOf), cost: one } }
    }
    case 'transactions':
      return { ...ahead(limit.per, prefixes), mail: [{ keyOf: sender(limit.per, prefixes), cost: one }] }
    case 'recipients':
      return {
        ...ahead(limit.per, prefixes),
        rcpt: { keyOf: limit.per === 'recipient' ? receiver : sender(limit.per, prefixes), cost: one },
      }
    case 'messages':
      return { ...ahead(limit.per, prefixes), header: { keyOf: sender(limit.per, prefixes), cost: one } }
    case 'bytes': {
      const keyOf = sender(limit.per, prefixes)
      return {
        ...ahead(limit.per, prefixes),
        mail: [{ keyOf, cost: none }],
        message: { keyOf, cost: ({ size }) => size },
      }
    }
    default:
      throw limit satisfies never
  }
}

/** What each kind may be charged to, by name. */
export const chargeable: Readonly<Record<Limit['what'], readonly string[]>> = {
  connections: ['ip', 'network'],
  failures: ['ip', 'network'],
  transactions: ['ip', 'network', 'domain'],
  recipients: ['ip', 'network', 'domain', 'recipient'],
  messages: ['ip', 'network', 'domain'],
  bytes: ['ip', 'network', 'domain'],
}

/** A user who has authenticated is known by name, wherever the client is. */
const addressOf = (context: Connection): string | undefined =>
  'user' in context && context.user !== undefined ? undefined : chargeableAddress(context)

/** Refusals are charged to the domain that caused them where one is proven, so that its neighbours at an address go on. */
function culprit(address: KeyOf<Connection>): KeyOf<Connection> {
  return async context => {
    if ('user' in context && context.user !== undefined) return undefined
    const domain = await provenDomain(context).catch(() => undefined)
    return domain === undefined ? address(context) : `domain:${organisation(domain)}`
  }
}

async function provenDomain(context: Connection): Promise<string | undefined> {
  if ('open' in context) {
    const { author, dkim, spf: sender } = await (context as Message).ask(identities)
    return author ?? dkim[0] ?? sender
  }
  if (!('reversePath' in context)) return undefined
  const { result, identity, permissive, domain } = await (context as Transaction).ask(spf)
  return result === 'pass' && identity === 'mailfrom' && !permissive ? domain : undefined
}

/** Only proven refusals are counted for a domain, so that whoever claims it may be told. */
const claimed: KeyOf<Transaction> = ({ ip, user, reversePath }) => {
  const { domain } = mailboxOf(reversePath)
  return ip === undefined || user !== undefined || domain === '' ? undefined : `domain:${organisation(domain)}`
}

/** Who the client is, is known before it has said anything. */
const ahead = (per: unknown, prefixes: Prefixes): Pick<Charges, 'ahead'> =>
  per === 'ip' || per === 'network' ? { ahead: { keyOf: client(per, prefixes), cost: none } } : {}

const one = () => 1
const none = () => 0

function client<C extends Connection>(per: Client | KeyOf<C>, prefixes: Prefixes): KeyOf<C> {
  if (typeof per === 'function') return per
  return per === 'ip'
    ? addressOf
    : context => {
        const ip = addressOf(context)
        return ip === undefined ? undefined : networkOf(ip, prefixes)
      }
}

function sender<C extends Transaction>(per: Client | 'domain' | KeyOf<C>, prefixes: Prefixes): KeyOf<C> {
  return per === 'domain' ? ({ reversePath }) => mailboxOf(reversePath).domain || undefined : client(per, prefixes)
}

const receiver: KeyOf<Recipient> = ({ forwardPath }) => addressKey(mailboxOf(forwardPath))
