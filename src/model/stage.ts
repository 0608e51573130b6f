/** The stages of an SMTP dialogue, and what is known at each: every stage knows all that the ones before it knew. */
import type { Readable } from 'node:stream'
import type { BodyShape } from './body-shape.ts'
import type { Fact } from './fact.ts'
import type { HeaderFields } from './header.ts'
import type { LoadMeter } from './load.ts'
import type { Resolver } from './resolver.ts'
import type { CallExternal, Clock, Notify } from './services.ts'
import type { Store } from './store.ts'

/** What is known of the TLS under the connection. */
export interface Tls {
  /** `TLSv1.3` */
  readonly protocol: string
  /** `TLS_AES_256_GCM_SHA384` */
  readonly cipher?: string
}

/**
 * How a client is known before it says anything. `trusted`: from `trustedNetworks`. `forwarder`: one of `forwarders`.
 * `proxy`: it speaks for clients that it has not named yet. `hidden`: a private address that hides many clients.
 * `unknown`: anybody else.
 */
export type ClientKind = 'unknown' | 'trusted' | 'forwarder' | 'proxy' | 'hidden'

/** A client has connected. Nothing has been said yet. */
export interface Connection {
  /**
   * The client's address in its canonical form; IPv4 is never written as IPv6. Undefined where the host does not know it:
   * then no filter judges an address, and nothing is charged to one.
   */
  readonly ip: string | undefined
  /** How the client is known beforehand. Only an `unknown` one has an address that may be charged. */
  readonly client: ClientKind
  /** The reference that stands in every reply and on every log line of this session. */
  readonly ref: string
  /** The client spoke before it was greeted (RFC 5321 §4.3.1 forbids that); false where the host cannot tell. */
  readonly spokeEarly: boolean
  readonly dns: Resolver
  readonly clock: Clock
  /** Asks something else outside (a scanner, a directory, a store), so that `record` can write the answer down. */
  readonly callExternal: CallExternal
  /** What is counted and remembered beyond this session. */
  readonly store: Store
  readonly notify: Notify
  /** How loaded this process is. */
  readonly load: LoadMeter
  /** Aborts once the answer no longer matters: decided, out of time, or the client has left. */
  readonly signal: AbortSignal
  /** Finds a fact out, once. Whoever asks next gets the same answer. */
  ask<T>(fact: Fact<this, T>): Promise<T>
}

/**
 * The address that limits and records may be charged to. That of a proxy, of our own networks, of a forwarder or of a host
 * that hides many clients is nobody's own.
 */
export const chargeableAddress = ({ ip, client }: Pick<Connection, 'ip' | 'client'>): string | undefined =>
  client === 'unknown' ? ip : undefined

/** HELO, EHLO or LHLO was said. */
export interface Greeting extends Connection {
  /** As the client wrote it: opaque, any bytes but NUL, CR and LF. Undefined where the host does not know it. */
  readonly helo: string | undefined
  readonly tls?: Tls
}

/** MAIL FROM has begun a transaction. The null reverse-path is ''. */
export interface Transaction extends Greeting {
  /** The address without its angle brackets, as the client wrote it. */
  readonly reversePath: string
  /** Who has authenticated (RFC 4954). */
  readonly user?: string
  /** SMTPUTF8 was asked for (RFC 6531). */
  readonly utf8: boolean
}

/** One RCPT TO. What is decided here concerns this recipient alone. */
export interface Recipient extends Transaction {
  /** The address without its angle brackets, as the client wrote it. */
  readonly forwardPath: string
  /** How many recipients of this transaction were accepted before this one. */
  readonly accepted: number
}

/** The header section is complete. The body may still be arriving. */
export interface Header extends Transaction {
  /** The recipients that were not refused. */
  readonly forwardPaths: readonly string[]
  readonly header: HeaderFields
}

/** The whole message is here. */
export interface Message extends Header {
  /** Bytes, with every line end as CRLF. */
  readonly size: number
  /** A fresh stream from the first byte, or from byte `start`, as often as you like. Ends with the transaction. */
  open(start?: number): Readable
  /** What was counted while the body arrived; absent where nothing has counted it. Ask the fact `shape`. */
  readonly counted?: BodyShape
}

/** What is known at each stage. */
export interface Stages {
  connect: Connection
  helo: Greeting
  mail: Transaction
  rcpt: Recipient
  header: Header
  message: Message
}

export type Stage = keyof Stages

/** In the order of the dialogue. */
export const stages = ['connect', 'helo', 'mail', 'rcpt', 'header', 'message'] as const satisfies readonly Stage[]
