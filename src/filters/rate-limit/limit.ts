/** What a limit is, whom it charges, and what it costs at each stage. */
import type { Connection, Header, Message, Recipient, Transaction } from '../../core/stage.ts'
import type { Duration, Size } from '../../core/units.ts'
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
 * reverse-path is charged to nobody. `failures` are refusals by any filter: too many close the door to connections and
 * transactions.
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
       * Octets of whole messages. The one that exceeds it is deferred, and so is each transaction until the window
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
  readonly mail?: Charge<Transaction>
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
      return { connect: { keyOf, cost: none }, mail: { keyOf, cost: none }, refused: { keyOf, cost: one } }
    }
    case 'transactions':
      return { mail: { keyOf: sender(limit.per, prefixes), cost: one } }
    case 'recipients':
      return { rcpt: { keyOf: limit.per === 'recipient' ? receiver : sender(limit.per, prefixes), cost: one } }
    case 'messages':
      return { header: { keyOf: sender(limit.per, prefixes), cost: one } }
    case 'bytes': {
      const keyOf = sender(limit.per, prefixes)
      return { mail: { keyOf, cost: none }, message: { keyOf, cost: ({ size }) => size } }
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

const one = () => 1
const none = () => 0

function client<C extends Connection>(per: Client | KeyOf<C>, prefixes: Prefixes): KeyOf<C> {
  if (typeof per === 'function') return per
  return per === 'ip' ? ({ ip }) => ip : ({ ip }) => (ip === undefined ? undefined : networkOf(ip, prefixes))
}

function sender<C extends Transaction>(per: Client | 'domain' | KeyOf<C>, prefixes: Prefixes): KeyOf<C> {
  return per === 'domain' ? ({ reversePath }) => mailboxOf(reversePath).domain || undefined : client(per, prefixes)
}

const receiver: KeyOf<Recipient> = ({ forwardPath }) => addressKey(mailboxOf(forwardPath))
