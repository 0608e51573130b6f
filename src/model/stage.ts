/** The stages of an SMTP dialogue, and what is known at each: every stage knows all that the ones before it knew. */
import type { Readable } from 'node:stream'
import type { BodyShape } from './body-shape.ts'
import type { HeaderFields } from './header.ts'
import type { LoadMeter } from './load.ts'
import type { Resolver } from './resolver.ts'
import type { CallExternal, Clock, Notify } from './services.ts'
import type { Store } from './store.ts'

/** The TLS of the connection (RFC 3207). */
export interface Tls {
  /** `TLSv1.3` */
  readonly protocol: string
  /** `TLS_AES_256_GCM_SHA384` */
  readonly cipher?: string
}

/**
 * How the configuration knows a client. `trusted`: from `trustedNetworks`. `forwarder`: from `forwarders`. `proxy`: it
 * connects for clients that it has not named yet. `hidden`: a private address behind which are many clients. `unknown`:
 * every other client.
 */
export type ClientKind = 'unknown' | 'trusted' | 'forwarder' | 'proxy' | 'hidden'

/** A question about a `C`, with the answer `T`. Make one with {@link fact}. */
export interface Fact<in C, out T> {
  /** For messages of errors. */
  readonly name: string
  /** The first stage at which it can be asked for, and the scope in which it is remembered. */
  readonly stage: Stage
  /** Finds the answer. */
  readonly find: (known: C) => T | Promise<T>
}

/** A client has connected and has sent nothing yet. */
export interface Connection {
  /**
   * The client's address in its canonical form; IPv4 is never written as IPv6. Undefined where the host does not know
   * it:
   * then no filter judges an address, and no limit counts one.
   */
  readonly ip: string | undefined
  /** How the configuration knows the client. Limits and reputation count only the address of an `unknown` one. */
  readonly client: ClientKind
  /** The reference that stands in every reply and every event of this session. */
  readonly ref: string
  /** The client spoke before it was greeted (RFC 5321 §4.3.1 forbids that); false where the host cannot tell. */
  readonly spokeEarly: boolean
  /** Looks names up, within the budget of this session. */
  readonly dns: Resolver
  /** Tells the time. Filters use no other clock, so that tests and replays can set it. */
  readonly clock: Clock
  /** Calls something else outside (a scanner, a directory, a store), so that `record` can write the answer down. */
  readonly callExternal: CallExternal
  /** What is counted and remembered beyond this session. */
  readonly store: Store
  /** Tells the operator what belongs to no session. */
  readonly notify: Notify
  /** How loaded this process is. */
  readonly load: LoadMeter
  /**
   * Aborts when the answer no longer matters: the stage is decided, the deadline has passed, or the client has left.
   */
  readonly signal: AbortSignal
  /** Finds a fact, once for its scope: later calls get the same answer. */
  ask<T>(fact: Fact<this, T>): Promise<T>
}

/**
 * The address that limits and reputation may count. The address of a proxy, of our own networks, of a forwarder, or
 * of a host that hides many clients belongs to no single client.
 */
export const chargeableAddress = ({ ip, client }: Pick<Connection, 'ip' | 'client'>): string | undefined =>
  client === 'unknown' ? ip : undefined

/** The client has sent HELO, EHLO or LHLO. */
export interface Greeting extends Connection {
  /** As the client wrote it: opaque, any bytes but NUL, CR and LF. Undefined where the host does not know it. */
  readonly helo: string | undefined
  /** Absent without TLS, or where the host does not say. */
  readonly tls?: Tls
}

/** MAIL FROM has begun a transaction. The null reverse-path is ''. */
export interface Transaction extends Greeting {
  /** The address without its angle brackets, as the client wrote it. */
  readonly reversePath: string
  /** The user who has authenticated (RFC 4954). */
  readonly user?: string
  /** The client has requested SMTPUTF8 (RFC 6531). */
  readonly utf8: boolean
}

/** One RCPT TO. The decision of this stage is for this recipient alone. */
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
  /** The header section, split into fields. */
  readonly header: HeaderFields
}

/** The whole message has arrived. */
export interface Message extends Header {
  /** Bytes, with every line end as CRLF. */
  readonly size: number
  /** A fresh stream from the first byte, or from byte `start`, as often as you like. Ends with the transaction. */
  open(start?: number): Readable
  /**
   * Fills `target` with the bytes from `start` on, at half the cost of a stream. Absent in tests; throws or rejects
   * where `open` does, and where the message has fewer bytes.
   */
  copyTo?(target: Uint8Array, start?: number): void | Promise<void>
  /**
   * Counted while the body arrived; absent in tests and for feedback. Ask for the fact `shape`, which counts if need
   * be.
   */
  readonly counted?: BodyShape
}

/** What filters and facts know at each stage. */
export interface Stages {
  /** A client has connected. */
  connect: Connection
  /** HELO, EHLO or LHLO. */
  helo: Greeting
  /** MAIL FROM. */
  mail: Transaction
  /** RCPT TO. */
  rcpt: Recipient
  /** The header section has arrived. */
  header: Header
  /** The message has arrived. */
  message: Message
}

/** A step of the SMTP dialogue. */
export type Stage = keyof Stages

/** All stages in the order of the dialogue. */
export const stages = ['connect', 'helo', 'mail', 'rcpt', 'header', 'message'] as const satisfies readonly Stage[]
