/** What the delivery takes and gives: its options, its services, and what became of each recipient. */
import type { Reply } from '../../model/decision.ts'
import type { DeliveryReport } from '../../model/events.ts'
import type { LoadMeter } from '../../model/load.ts'
import type { Metric } from '../../model/metric.ts'
import type { Clock, Notify } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import type { Duration } from '../../model/units.ts'
import type { Redeliver } from '../../quarantine/index.ts'
import type { IncomingMessage } from '../../smtp/index.ts'
import type { Files } from './maildir.ts'
import type { HeldMail } from './quarantine-target.ts'
import type { ReportCopies } from './report-copies.ts'

/** Where mail is delivered. */
export interface DeliveryOptions {
  /** The most specific domain decides; a route to a Maildir without `domains` takes all others. */
  readonly routes: readonly RouteOptions[]
}

/** Where the mail of some domains goes, and who receives mail there. */
export interface RouteOptions {
  /**
   * `example.org`, or `.example.org` for all below it; required beside a next hop.
   * @default with a Maildir, every domain without a route
   */
  readonly domains?: readonly string[]
  /** The server that receives the mail. Either this or `maildir` is given. */
  readonly nextHop?: NextHopOptions
  /** The folder that receives the mail; quarantined mail goes to `.Junk` in it. */
  readonly maildir?: string
  /** Who receives mail here. @default asked of the next hop; with `maildir` every address */
  readonly recipients?: RecipientOptions
}

/** One host of a next hop. */
export interface HostOptions {
  /** `mail.example.org`, `192.0.2.1:25`, `[2001:db8::1]:25`, or the path of a Unix socket: `/run/lmtp.sock`. */
  readonly address: string
  /** Hosts with a lower number are used first, equal ones in turn. @default 0 */
  readonly priority?: number
}

/**
 * - `off`: no TLS
 * - `opportunistic`: TLS where the host offers it, whatever its certificate
 * - `required`: TLS, whatever the certificate
 * - `verified`: TLS, and a certificate of a known authority that bears the right name
 */
export type NextHopTls = 'off' | 'opportunistic' | 'required' | 'verified'

/** A server that receives mail, on one or more hosts. */
export interface NextHopOptions {
  /** The hosts, as addresses or with a priority. */
  readonly hosts: readonly (string | HostOptions)[]
  /** LMTP (RFC 2033) replies for each recipient. @default 'smtp' */
  readonly protocol?: 'smtp' | 'lmtp'
  /** How far connections are secured. @default 'opportunistic'; 'off' on the loopback and on Unix sockets */
  readonly tls?: NextHopTls
  /** Certificates in PEM of the authorities that have signed those of the hosts. @default those that Node knows */
  readonly ca?: string
  /** The names of which a verified certificate must bear one. @default the name of the host */
  readonly names?: readonly string[]
  /** Connections that are kept for further messages. */
  readonly connections?: ConnectionOptions
  /** How long the hosts may take. */
  readonly timeouts?: TimeoutOptions
  /** Whether reports of failed recipients may be handed to the hosts. LMTP hosts get none. @default true */
  readonly reports?: boolean
  /** Seals forwarded mail (RFC 8617). @default no seal */
  readonly arc?: SigningKey
  /** Signs forwarded mail (RFC 6376). @default no signature */
  readonly dkim?: SigningKey
  /** Rewrites reverse-paths, so that SPF passes at the next host. @default they stay */
  readonly srs?: SrsOptions
}

/** Connections to one host. */
export interface ConnectionOptions {
  /** Connections to one host at once, idle ones too. @default 20 */
  readonly max?: number
  /** How long an idle connection is kept; 0 keeps none. @default '10s' */
  readonly idle?: Duration
  /** Messages on one connection. @default 100 */
  readonly messages?: number
}

/** RFC 5321 §4.5.3.2. All together are bounded by `total`, since our own client waits ten minutes at most. */
export interface TimeoutOptions {
  /** TCP and the handshake of TLS, each. @default '30s' */
  readonly connect?: Duration
  /** The greeting, MAIL and each RCPT, each. @default '5m' */
  readonly command?: Duration
  /** DATA. @default '2m' */
  readonly data?: Duration
  /** Until the host takes the next bytes of the message. @default '3m' */
  readonly block?: Duration
  /** The reply to the message. @default '9m' */
  readonly final?: Duration
  /** One delivery, with all its hosts. @default '9m' */
  readonly total?: Duration
}

/** A private key and the name under which DNS publishes its public key: `selector._domainkey.domain`. */
export interface SigningKey {
  /** The domain of the signature, d=. */
  readonly domain: string
  /** The selector of the key, s=. */
  readonly selector: string
  /** The private key in PEM, RSA or Ed25519. */
  readonly key: string
}

/** The sender rewriting scheme. */
export interface SrsOptions {
  /** The domain of rewritten addresses. Its MX must lead here, so that bounces come back. */
  readonly domain: string
  /** At least 16 characters, the same on all relays of the domain. */
  readonly secret: string
  /** How long bounces are taken. @default '21d' */
  readonly maxAge?: Duration
}

/** Who receives mail: one source of addresses. */
export type RecipientOptions =
  | 'any'
  | RecipientListOptions
  | RecipientFileOptions
  | RecipientCallbackOptions
  | RecipientUrlOptions
  | RecipientHopOptions

/** The addresses themselves. */
export interface RecipientListOptions {
  /** Addresses, and `@example.org` for all of a domain. */
  readonly list: readonly string[]
}

/** Addresses in a file, which is read again when it changes. */
export interface RecipientFileOptions {
  /** One address, or `@domain`, a line; what stands behind a blank or `#` is ignored, so that a Postfix map will do. */
  readonly file: string
}

/** A function, for a directory or a database. */
export interface RecipientCallbackOptions {
  /** Whether the address, in lower case, receives mail here. A rejected promise is a temporary failure. */
  readonly ask: (address: string) => boolean | Promise<boolean>
  /** How long its answers are kept. */
  readonly cache?: CacheOptions
}

/** The next hop itself. */
export interface RecipientHopOptions {
  /** How it is asked; `{}` takes the defaults. */
  readonly nextHop: RecipientProbeOptions
}

/** Asks an HTTP service: 200 means known, 404 or 410 unknown, anything else is a failure. */
export interface RecipientUrlOptions {
  /** `{address}` stands for the address, percent-encoded. */
  readonly url: string
  /** Further header fields of the request. @default none */
  readonly headers?: Readonly<Record<string, string>>
  /** How long an answer may take. @default '5s' */
  readonly timeout?: Duration
  /** How long answers are kept. */
  readonly cache?: CacheOptions
}

/** Asks the next hop with MAIL and RCPT, without a message. */
export interface RecipientProbeOptions {
  /** The reverse-path of the question: the client's own, or the null reverse-path. @default 'client' */
  readonly sender?: 'client' | 'null'
  /** How long the hop may take; a filter has ten seconds. @default '8s' */
  readonly timeout?: Duration
  /**
   * What a recipient gets when a hop that can be reached does not answer in time. While all hosts of the hop are away,
   * recipients are deferred. @default 'accept'
   */
  readonly unavailable?: 'accept' | 'defer'
  /** How long answers are kept. */
  readonly cache?: CacheOptions
}

/** How long answers are kept. */
export interface CacheOptions {
  /** An address that receives mail. @default '1h' */
  readonly known?: Duration
  /** An address that is refused. @default '5m' */
  readonly unknown?: Duration
  /** Answers at once. @default 50000 */
  readonly entries?: number
}

/** What the delivery works with. */
export interface DeliveryServices {
  /** Our host name, in greetings, fields and reports. */
  readonly name: string
  /** Tells the time and starts timers. */
  readonly clock: Clock
  /** Takes what the operator should know: a next hop that is away or refuses us, a source of recipients that fails. */
  readonly notify: Notify
  /** Counts our sockets, and says when there is no descriptor left for one. */
  readonly load: Pick<LoadMeter, 'adjust' | 'hasDescriptor' | 'recordLatency'>
  /** Where it is noted who has a message, so that a retry does not bring it again. @default memory */
  readonly store?: Store
  /** Takes what became of each recipient of each delivery, as the event of it has it. @default it is only an event */
  readonly onDelivery?: (ref: string, recipient: string, report: DeliveryReport) => void
  /** Where our own mail leaves for which there is no route. @default there has to be one */
  readonly ownMailHop?: NextHopOptions
  /** Holds quarantined mail. @default it is delivered, apart where the target can do that */
  readonly held?: HeldMail
  /** Copies mail that brings reports. @default none is copied */
  readonly copies?: Pick<ReportCopies, 'copy'>
  /** What Maildirs are written with. @default the file system */
  readonly files?: Files
}

/** The recipient that a client names. */
export interface RecipientQuestion {
  /** As in RCPT, without angle brackets. */
  readonly forwardPath: string
  /** '' is the null reverse-path. */
  readonly reversePath: string
  /** The client has asked for SMTPUTF8 (RFC 6531). @default false */
  readonly utf8?: boolean
}

/** Mail that this program writes itself. Its reverse-path is null. */
export interface OwnMail {
  /** The address to which it goes. */
  readonly recipient: string
  /** Names the mail, the same for each try: where it was delivered already, it is not delivered again. */
  readonly name: string
  /** The whole message, with CRLF at the end of each line. */
  readonly content: Uint8Array
}

/** Brings judged messages to where they belong. */
export interface Delivery {
  /** One reply for all recipients: 250 only when the message is safe for each. Never rejects. */
  deliver(message: IncomingMessage): Promise<Reply>
  /** A reply for each recipient, for LMTP. Never rejects. */
  deliverEach(message: IncomingMessage): Promise<ReadonlyMap<string, Reply>>
  /** Undefined: it receives mail here. A reply of 4xx or 5xx refuses it. Never rejects. */
  checkRecipient(question: RecipientQuestion): Promise<Reply | undefined>
  /**
   * For the filter `recipients`, which counts the unknown ones of a client: false for an address that does not exist.
   * What is refused for another reason, or cannot be found out, is left to {@link checkRecipient}. Never rejects.
   */
  isKnown(question: RecipientQuestion): Promise<boolean>
  /** Delivers what a person has released from the quarantine, once. Rejects when it was not delivered. */
  readonly redeliver: Redeliver
  /** Delivers mail that the program writes itself, once for each name. Rejects when it was not delivered. */
  readonly sendOwn: (mail: OwnMail) => Promise<void>
  /** The domains that have a route, and those of rewritten addresses. Empty: every domain has one. */
  readonly domains: readonly string[]
  /** Deliveries by result, hosts by state, connections, and answers about recipients. */
  metrics(): readonly Metric[]
  /** Ends idle connections, and releases files. */
  close(): Promise<void>
}
