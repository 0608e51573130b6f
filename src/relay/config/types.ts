/** The configuration of the relay, as an operator writes it. */

import type { AlertsOptions } from '../../alerts/options.ts'
import type { AccessOptions } from '../../filters/access/access.ts'
import type { AdmissionOptions } from '../../filters/admission/admission.ts'
import type { ClamavOptions } from '../../filters/clamav/clamav.ts'
import type { ClassifyOptions } from '../../filters/classify/options.ts'
import type { ContentOptions } from '../../filters/content/content-filters.ts'
import type { DnsblOptions } from '../../filters/dnsbl/dnsbl.ts'
import type { UriblOptions } from '../../filters/dnsbl/uribl.ts'
import type { GreylistOptions } from '../../filters/greylist.ts'
import type { KnownSenderOptions } from '../../filters/known-sender.ts'
import type { ListsOptions } from '../../filters/lists/lists.ts'
import type { LoadSheddingOptions } from '../../filters/load-shedding.ts'
import type { OpinionOptions } from '../../filters/opinion/options.ts'
import type { RecentlyRefusedOptions } from '../../filters/recently-refused/recently-refused.ts'
import type { RecommendedOptions } from '../../filters/recommended.ts'
import type { ReputationOptions } from '../../filters/reputation/reputation.ts'
import type { TrapsOptions } from '../../filters/traps.ts'
import type { FileOptions } from '../../log/index.ts'
import type { MailOptions } from '../../mailing/types.ts'
import type { EventReceiver } from '../../model/events.ts'
import type { Filter } from '../../model/filter.ts'
import type { Duration, Size } from '../../model/units.ts'
import type { ThresholdOptions } from '../../policy/thresholds.ts'
import type { ServerLimits, WireLimits } from '../../smtp/limits.ts'
import type { ProxyOptions } from '../../smtp/proxies.ts'
import type { NextHopOptions, RecipientOptions, RouteOptions } from '../delivery/types.ts'
import type { ConsoleConfig } from './console-config.ts'
import type { DigestConfig } from './digest-config.ts'
import type { HistoryConfig, LogPrivacyConfig, QuarantineConfig } from './kept-types.ts'
import type { ReportConfig, SummaryConfig } from './report-config.ts'

/** What {@link defineConfig} takes. Every option has a default, and stands in `docs/reference/configuration.md`. */
export interface RelayConfig {
  /** Where clients connect. @default one listener on 127.0.0.1:2525 */
  readonly listeners?: readonly ListenerConfig[]
  /**
   * Our host name, in greetings and fields: a full name such as `mx.example.org`, or an address literal such as
   * `[192.0.2.1]`. @default the system's host name
   */
  readonly name?: string
  /** The name in Authentication-Results (RFC 8601 §2.5). @default `name` */
  readonly authservId?: string
  /** Domains that mail is accepted for; `.example.org` for all below it. @default every domain, without a next hop */
  readonly domains?: readonly string[]
  /** The server that receives the mail of `domains`. @default none: mail goes into `maildir` */
  readonly nextHop?: NextHopOptions
  /** Who receives mail in `domains`. @default asked of the next hop; without a next hop every address */
  readonly recipients?: RecipientOptions
  /**
   * The folder of the Maildir for accepted mail without a next hop; quarantined mail goes to `.Junk` in it. Notes of
   * what was delivered are kept there, too. @default 'mail'
   */
  readonly maildir?: string
  /** Where mail goes by its domain, in place of `domains`, `nextHop` and `recipients`. @default one route of these */
  readonly routes?: readonly RouteOptions[]
  /** Networks of our own hosts, whose identity is not checked. `[]` checks all clients. @default the loopback */
  readonly trustedNetworks?: readonly string[]
  /** Networks or names of servers that forward mail to us. @default [] */
  readonly forwarders?: readonly string[]
  /** `shadow` decides, logs and counts, and accepts everything. @default 'shadow' */
  readonly mode?: 'shadow' | 'enforce'
  /** The scores from which mail is tagged, quarantined and refused. @default { tag: 4, quarantine: 6, reject: 15 } */
  readonly thresholds?: RelayThresholds
  /** Other thresholds for some recipients: the most specific entry applies. @default [] */
  readonly policies?: readonly PolicyConfig[]
  /** The filters: options of each by its name, or false to leave it out. @default as each says */
  readonly filters?: FilterConfig
  /** Allow and deny lists of the configuration and of files, which are read again when they change. @default none */
  readonly lists?: AccessOptions
  /** Own filters and rules, imported by the configuration. @default [] */
  readonly ownFilters?: readonly Filter[]
  /** DNS servers. @default those of the system */
  readonly dns?: readonly string[]
  /**
   * Where limits are counted and senders remembered. @default memory; with several workers, and with the management
   * process, postern.db in `maildir`
   */
  readonly store?: StoreConfig
  /** How many relays share the store: while it is down each has its part of a limit. @default 1 */
  readonly relays?: number
  /** How many processes share the listeners. @default 1 */
  readonly workers?: number
  /** How many sessions are accepted, and what is left out under load. @default as each says */
  readonly load?: LoadConfig
  /** Limits of each session and of each client. @default as each says */
  readonly limits?: LimitConfig
  /** Holds quarantined mail until `postern quarantine release`. @default it is delivered, to `.Junk` of a Maildir */
  readonly quarantine?: QuarantineConfig
  /**
   * Checks the deployment regularly, see `postern doctor`, and tells what has changed. `true` stands for its defaults.
   * @default beside another block that the management process runs
   */
  readonly doctor?: DoctorConfig | boolean
  /** Who our own mail is from (digests, alerts, summaries, reports), and how it is signed. @default none is sent */
  readonly mail?: MailConfig
  /** Mails that list what is held, with links to release it; needs `quarantine` and `mail`. @default none */
  readonly digest?: DigestConfig
  /** DMARC reports that we send, and reports that come: see docs/guides/reports.md. @default none */
  readonly reports?: ReportConfig
  /** A summary of each week, by mail to operators. @default none */
  readonly summary?: SummaryConfig
  /** Tells operators what fails, by mail and webhook; see `docs/guides/alerts.md`. @default no alerts */
  readonly alerts?: AlertsOptions
  /** Pages and an API over HTTP, for operators and owners of mailboxes: see docs/guides/console.md. @default none */
  readonly console?: ConsoleConfig
  /** Where the record of sessions, messages and deliveries goes. @default lines of JSON on standard output */
  readonly log?: LogConfig
  /** Where `/metrics`, `/health` and `/ready` are served over HTTP: HOST:PORT, or false. @default false */
  readonly metrics?: string | false
  /** Where Rspamd's protocol is served, for feedback and for other hosts: HOST:PORT, or false. @default false */
  readonly rspamd?: string | false
  /** The user that the process becomes once its ports are bound, when it was started as root. @default it stays root */
  readonly user?: string
  /** The group that the process becomes, beside `user`. @default the main group of `user` */
  readonly group?: string
}

/** One address on which clients connect. */
export interface ListenerConfig {
  /** `0.0.0.0:25`, `[::]:25`, the path of a Unix socket, or `systemd` for the next socket that systemd hands over. */
  readonly address: string
  /** `lmtp` in place of SMTP (RFC 2033). @default 'smtp' */
  readonly protocol?: 'smtp' | 'lmtp'
  /** Files in PEM. They are read again when they change. @default a new self-signed certificate at each start */
  readonly tls?: TlsConfig
  /** TLS begins at once, without STARTTLS (RFC 8314 §3.3). @default false */
  readonly implicitTls?: boolean
  /** Networks of proxies whose PROXY header or XCLIENT says who the client is. @default none */
  readonly proxies?: ProxyOptions
}

/** A certificate and its key. */
export interface TlsConfig {
  /** The file of the certificate and its chain, in PEM. */
  readonly cert: string
  /** The file of the private key, in PEM. */
  readonly key: string
}

/** Thresholds for some recipients. */
export interface PolicyConfig {
  /** Addresses and domains: `bob@example.org`, `example.org`, `.example.org` for all below it. */
  readonly recipients: readonly string[]
  /** What applies to them in place of the `thresholds` of all; a key that is left out stays as it is for all. */
  readonly thresholds: RelayThresholds
}

/** The thresholds of the gateway program. */
export interface RelayThresholds extends ThresholdOptions {
  /**
   * The score from which mail of a new sender is deferred once, at RCPT or after its content; below `quarantine`.
   * Options of `filters.greylist` say how long. @default off
   */
  readonly greylist?: number
}

/** The filters by name. `true` stands for the filter with its defaults. */
export interface FilterConfig extends Omit<RecommendedOptions, 'domains' | 'own'> {
  /** Looks at what messages contain: links, attachments, hidden text, words. @default true */
  readonly content?: boolean | ContentOptions
  /** Remembers what senders have a record of. @default true */
  readonly reputation?: ReputationOptions | boolean
  /** Knows to whom our users write. @default true */
  readonly knownSender?: KnownSenderOptions | boolean
  /** Defers suspicious clients that are new. @default false */
  readonly greylist?: GreylistOptions | boolean
  /** The statistical classifier; it needs a `folder`. @default false */
  readonly classify?: ClassifyOptions | false
  /** Trap addresses, whose mail is learned as spam. @default none */
  readonly traps?: TrapsOptions | false
  /** Asks a function of yours about messages between the thresholds; it needs `ask`. @default false */
  readonly opinion?: OpinionOptions | false
  /** The lists that `postern list` changes, in a store that outlives the process. @default true */
  readonly lists?: ListsOptions | boolean
  /** DNS lists of addresses. @default false */
  readonly dnsbl?: DnsblOptions | false
  /** DNS lists of domains in links. @default false */
  readonly uribl?: UriblOptions | false
  /**
   * The virus scanner. With options it is always asked; without, it is asked from the moment at which clamd answers at
   * its usual socket. False never asks. @default asked once it is there
   */
  readonly clamav?: ClamavOptions | false
}

/** Where counts and memories are kept. */
export type StoreConfig =
  | 'memory'
  /** A file of SQLite, for the processes of one machine. */
  | { readonly file: string }
  | { readonly redis: RedisConfig }

/** Redis or Valkey: one server, Sentinel, or a cluster. Needs the package ioredis. */
export interface RedisConfig {
  /** `redis://…` or `rediss://…` with TLS, user, password and database. */
  readonly url?: string
  /** Sentinel: the name of the primary, and HOST:PORT of each sentinel. */
  readonly sentinel?: {
    readonly name: string
    readonly hosts: readonly string[]
    readonly password?: string
    readonly sentinelPassword?: string
    readonly db?: number
  }
  /** Cluster: HOST:PORT of some of its nodes. */
  readonly cluster?: { readonly hosts: readonly string[]; readonly password?: string }
  /** What all keys begin with. @default 'postern:' */
  readonly prefix?: string
}

/** Where the record goes, and what it leaves out; `docs/reference/events.md` describes its lines. */
export interface LogConfig {
  /** Lines of JSON on standard output. @default true */
  readonly stdout?: boolean
  /** A file that is rotated; each worker has its own. @default none */
  readonly file?: Omit<FileOptions, 'notify' | 'clock'>
  /** A stream of Redis or Valkey. @default none */
  readonly redis?: LogStreamConfig
  /** Where `postern trace` finds what became of a message: a folder, or PostgreSQL for several nodes. @default none */
  readonly history?: HistoryConfig
  /** Own sinks and functions, imported by the configuration. @default [] */
  readonly sinks?: readonly EventReceiver[]
  /** What the record leaves out of what it could say about people. @default without subjects */
  readonly privacy?: LogPrivacyConfig
}

/** Who our own mail is from, and where it leaves. */
export interface MailConfig extends MailOptions {
  /** The server that takes our own mail to addresses for which there is no route. @default there has to be a route */
  readonly nextHop?: NextHopOptions
}

/** The regular check of the deployment. */
export interface DoctorConfig {
  /** How often, at least a minute. @default '15m' */
  readonly every?: Duration
  /** Checks that are left out, such as `port-25`: what cannot be known here, or is not meant to be. @default [] */
  readonly skip?: readonly string[]
  /**
   * A mail server of others, as HOST:PORT. The doctor connects to it to see whether port 25 is open outward.
   * @default none
   */
  readonly outward?: string
}

/** A stream on a server of Redis or Valkey. */
export interface LogStreamConfig extends RedisConfig {
  /** The key of the stream. @default 'postern:events' */
  readonly key?: string
  /** About how many events it keeps. @default 1_000_000 */
  readonly maxLength?: number
}

/** What is accepted, and what is left out under load. */
export interface LoadConfig extends LoadSheddingOptions {
  /** The most sessions at once, of all workers together. @default 2000 */
  readonly sessions?: number
  /** Options of `admission`, beside `max` and `min`, which follow from `sessions`. @default {} */
  readonly admission?: Omit<AdmissionOptions, 'max' | 'min' | 'forecast'>
  /** Options of `recentlyRefused`. @default {} */
  readonly recentlyRefused?: RecentlyRefusedOptions
}

/** What one client may take. */
export interface LimitConfig {
  /** The largest message, as SIZE announces it. @default '25mb' */
  readonly size?: Size
  /** Commands, bytes and time of one session. @default as each says */
  readonly wire?: WireLimits
  /** Sessions of one address and network, of all workers together. @default as each says */
  readonly sessions?: ServerLimits['sessions']
}
