/** What a host gives to the server, and what it gets from it. */
import type { SecureContextOptions } from 'node:tls'
import type { Gateway } from '../engine/gateway.ts'
import type { Content, DeliveryGroup, Outcome, Reply } from '../model/decision.ts'
import type { DeliveryReport } from '../model/events.ts'
import type { Tls } from '../model/stage.ts'
import type { Duration, Size } from '../model/units.ts'
import type { ServerLimits, WireLimits } from './limits.ts'
import type { MailParameters, RcptParameters } from './parameters.ts'
import type { ProxyOptions } from './proxies.ts'

/** One accepted or quarantined recipient. */
export interface Recipient extends RcptParameters {
  /** The address as the client wrote it, without its angle brackets. */
  readonly forwardPath: string
  /** Deliver the message to this recipient apart from the inbox. */
  readonly quarantine: boolean
}

/** A message that was accepted for at least one recipient, ready to be delivered. */
export interface IncomingMessage {
  /** The session's reference, which stands in every reply. */
  readonly ref: string
  /** The client's address; undefined when it is not known. */
  readonly ip: string | undefined
  /** The name in HELO, EHLO or LHLO, as the client wrote it. */
  readonly helo: string
  /** The greeting was EHLO or LHLO. */
  readonly extended: boolean
  /** Absent without TLS. */
  readonly tls?: Tls
  /** Who has authenticated, as a trusted proxy says (XCLIENT LOGIN). */
  readonly user?: string
  /** '' is the null reverse-path. */
  readonly reversePath: string
  /** The parameters of MAIL. */
  readonly parameters: MailParameters
  /** Each address once, without those that were refused or whose mail is discarded. */
  readonly recipients: readonly Recipient[]
  /**
   * The recipients by verdict, each group with its copy: the trace fields on top tell what was decided for that group.
   */
  readonly groups: readonly DeliveryGroup[]
  /**
   * The copy of the first group: all that is needed where no recipient has mail quarantined. Every line end is CRLF.
   */
  readonly content: Content
  /** The gateway's decision, with one for each recipient. */
  readonly outcome: Outcome
  /** Which transaction of the session this is, from 1, as events number them. */
  readonly transaction: number
  /**
   * Reports what became of the delivery to a recipient, for its event and the metrics. At any time. Where the host does
   * not call it before `deliver` settles, its reply to each recipient is the report.
   */
  readonly delivered: (forwardPath: string, report: DeliveryReport) => void
  /**
   * Settles when the reply to the message has been written: true if the client was connected then, false if it had left
   * or ended its side, so that it may try again. Never rejects.
   */
  readonly replied: Promise<boolean>
}

/** The transaction in which a recipient is named. */
export interface RecipientContext {
  /** The session's reference. */
  readonly ref: string
  /** The client's address; undefined when it is not known. */
  readonly ip: string | undefined
  /** The name in HELO, EHLO or LHLO, as the client wrote it. */
  readonly helo: string
  /** '' is the null reverse-path. */
  readonly reversePath: string
  /** The client has asked for SMTPUTF8 (RFC 6531). */
  readonly utf8: boolean
  /** Who has authenticated, as a trusted proxy says (XCLIENT LOGIN). */
  readonly user?: string
}

/**
 * What became of a delivery: nothing (accepted), one reply for all, or one for each forward-path. A rejected promise is
 * a temporary failure for all.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a host that returns nothing has delivered
export type DeliveryResult = Reply | ReadonlyMap<string, Reply> | undefined | void

/** The options of {@link smtpServer}. */
export interface SmtpServerOptions {
  /** Judges the clients. A function is asked once for each session, so that the gateway can be exchanged. */
  readonly gateway: Gateway | (() => Gateway)
  /** Delivers a message. The client receives 250 only after this has settled. */
  readonly deliver: (message: IncomingMessage) => Promise<DeliveryResult> | DeliveryResult
  /**
   * Asked about each recipient that the gateway has not refused: a reply of 4xx or 5xx refuses it, undefined accepts
   * it. It holds in shadow mode too. A rejected promise is a temporary refusal. @default every recipient is accepted
   */
  readonly recipient?: (
    forwardPath: string,
    context: RecipientContext,
  ) => Promise<Reply | undefined> | Reply | undefined
  /** Our host name or address literal, in the banner and in the reply to EHLO. @default the system's host name */
  readonly name?: string
  /**
   * The key and the certificate. With them STARTTLS is offered. A function is asked for each handshake.
   * @default none
   */
  readonly tls?: SecureContextOptions | (() => SecureContextOptions)
  /** TLS begins at once, without STARTTLS (RFC 8314 §3.3). @default false */
  readonly implicitTls?: boolean
  /** LMTP in place of SMTP (RFC 2033). @default false */
  readonly lmtp?: boolean
  /** Delivery status notifications are offered, and their parameters handed to `deliver` (RFC 3461). @default false */
  readonly dsn?: boolean
  /** The largest message, as SIZE announces it. @default '25mb' */
  readonly size?: Size
  /**
   * The least time between accepting a socket and the banner. A client that sends before the banner is judged for it.
   * @default 100
   */
  readonly greetDelay?: Duration
  /**
   * How long transactions may go on after `close`, before their clients get 421.
   * @default '30s'
   */
  readonly closeTimeout?: Duration
  /** How many commands, how much time and how many bytes a client may take. @default as each limit says */
  readonly wire?: WireLimits
  /** How many sessions may be open at once. @default as each limit says */
  readonly limits?: ServerLimits
  /** Networks whose word is taken for who a client is. @default none */
  readonly proxies?: ProxyOptions
}
