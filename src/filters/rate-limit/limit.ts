/** What a limit is, the key that it charges, and its cost at each stage. */

import { author } from '../../facts/author.ts'
import { identities } from '../../facts/identities.ts'
import { rdns } from '../../facts/rdns.ts'
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

/** The key that an event is charged to; undefined: to none. It may ask facts, so that the key is proven. */
export type KeyOf<C> = (context: C) => string | undefined | Promise<string | undefined>

/** The window of a limit. */
export interface Window {
  /** The length of the window, which begins with its first event: `'1m'`, `'25d'`. */
  readonly within: Duration
  /**
   * The name of the limit in reasons and in a shared store.
   * @default what, per and within; for a function, the index of the limit
   */
  readonly name?: string
}

/** The window and the number of a limit. */
export interface Count extends Window {
  /** How many are allowed in a window; further ones are deferred. */
  readonly limit: number
}

/**
 * A limit. A client whose address the host does not know is charged to no `ip` and no `network`. `domain` is the one of
 * the reverse-path, which anybody can forge, so keep such windows short; the null reverse-path is not charged.
 *
 * `failures` are refusals by any filter. They are charged to the author where DMARC proves one, else to the client.
 * Over the limit, an author is deferred at MAIL; a client without a confirmed name is disconnected; from any other
 * client, only messages for which neither SPF, DKIM nor DMARC authenticates the sender are deferred. So honest mail
 * passes from a server that many share.
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
       * Bytes of whole messages. The message that exceeds the limit is deferred, and so is each transaction until the
       * window ends.
       */
      readonly limit: Size
    })

/** How a client is counted: by address, or by network. */
export type Client = 'ip' | 'network'

/** Prefix lengths of networks whose clients are counted together. */
export interface Prefixes {
  /** Bits of an IPv4 address. @default 24 */
  readonly v4?: number
  /** Bits of an IPv6 address. @default 64 */
  readonly v6?: number
}

/** A charge of `cost` to the key of a context. A cost of 0 only reads the count. */
export interface Charge<in C> {
  readonly keyOf: KeyOf<C>
  readonly cost: (context: C) => number
  /** Asked when the key is over its limit: whether this context may pass all the same. */
  readonly exempt?: (context: C) => Promise<boolean>
  /** Over the limit, the client is disconnected. */
  readonly closes?: boolean
}

/** What a limit does at each stage. */
export interface Charges {
  readonly connect?: Charge<Connection>
  /** Reads the count early, so that later stages need no round trip to the store. */
  readonly ahead?: Charge<Connection>
  readonly mail?: readonly Charge<Transaction>[]
  readonly rcpt?: Charge<Recipient>
  readonly header?: Charge<Header>
  readonly message?: Charge<Message>
  /** After a refusal. */
  readonly refused?: Charge<Connection>
}

/** At which stages each kind of limit reads and counts. */
export function charges(limit: Limit, prefixes: Prefixes): Charges {
  switch (limit.what) {
    case 'connections':
      return { connect: { keyOf: client(limit.per, prefixes), cost: one, closes: true } }
    case 'failures': {
      const keyOf = client(limit.per, prefixes)
      if (typeof limit.per === 'function')
        return {
          connect: { keyOf, cost: none, closes: true },
          mail: [{ keyOf, cost: none, closes: true }],
          refused: { keyOf, cost: one },
        }
      return {
        connect: { keyOf, cost: none, exempt: hasConfirmedName, closes: true },
        mail: [{ keyOf: claimedAuthor, cost: none }],
        message: { keyOf, cost: none, exempt: isVouchedFor },
        refused: { keyOf: authorOr(keyOf), cost: one },
      }
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

const CLIENT: readonly string[] = ['ip', 'network']
const SENDER: readonly string[] = [...CLIENT, 'domain']

/** The keys that each kind may be charged to. */
export const chargeable: Readonly<Record<Limit['what'], readonly string[]>> = {
  connections: CLIENT,
  failures: CLIENT,
  transactions: SENDER,
  recipients: [...SENDER, 'recipient'],
  messages: SENDER,
  bytes: SENDER,
}

/** Undefined for an authenticated user, who may use any client. */
const addressOf = (context: Connection): string | undefined =>
  'user' in context && context.user !== undefined ? undefined : chargeableAddress(context)

/**
 * Refusals are charged to the author that DMARC proves. SPF alone proves no more than the server: a mailbox provider or
 * a forwarder sends the mail of many under its own reverse-path. A whole domain is not charged for one of its users.
 */
function authorOr(client: KeyOf<Connection>): KeyOf<Connection> {
  return async context => {
    if ('user' in context && context.user !== undefined) return undefined
    if (!('open' in context)) return client(context)
    // The client may have left before its author is known.
    return (await provenAuthor(context as Message).catch(() => undefined)) ?? client(context)
  }
}

async function provenAuthor(message: Message): Promise<string | undefined> {
  const [proven, from] = await Promise.all([message.ask(identities), message.ask(author)])
  return proven.author !== undefined && from.kind === 'clear' ? authorKey(from.address) : undefined
}

/** Only proven refusals are counted for an author, so that a client that claims the address may be deferred. */
const claimedAuthor: KeyOf<Transaction> = ({ ip, user, reversePath }) =>
  ip === undefined || user !== undefined || reversePath === '' ? undefined : authorKey(reversePath)

const authorKey = (address: string): string => `author:${addressKey(mailboxOf(address))}`

const hasConfirmedName = async (connection: Connection): Promise<boolean> =>
  (await connection.ask(rdns)).confirmed.length > 0

const isVouchedFor = async (message: Message): Promise<boolean> => {
  const { author: proven, dkim, spf } = await message.ask(identities)
  return proven !== undefined || dkim.length > 0 || spf !== undefined
}

/** The client's address is known at `connect`. */
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
