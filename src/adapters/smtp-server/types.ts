/** The types this adapter shares with smtp-server, taken from its own types; nothing of it is loaded. */
import type { Readable } from 'node:stream'
import type { SMTPServer, SMTPServerOptions, SMTPServerSession } from 'smtp-server'
import type { Decision, Outcome } from '../../model/decision.ts'
import type { DeliveryReport } from '../../model/events.ts'

export type { SMTPServer, SMTPServerAddress, SMTPServerOptions, SMTPServerSession } from 'smtp-server'

declare module 'smtp-server' {
  interface SMTPServerSession {
    /** What postern has decided about this session. Absent on a server without postern. */
    readonly postern?: Verdicts
  }
}

/** smtp-server's own object for one client. */
export type Connection = Parameters<SMTPServer['connections']['add']>[0]

/** What postern has decided about a session, for the handlers that run after it. */
export interface Verdicts {
  /** The reference of the session, as replies and events show it. */
  readonly ref: string
  /** The latest decision. In `onData`: the outcome. */
  readonly decision: Decision
  /** In `onData`: one decision for each recipient, and the trace fields. */
  readonly outcome?: Outcome
  /**
   * In `onData`: deliver the message to quarantine, not to the inbox. Where recipients differ it is false, and
   * `outcome.groups` holds the recipients of each copy; see `deliver`.
   */
  readonly quarantine: boolean
  /**
   * In `onData`: reports what became of the delivery to a recipient, for its event and the metrics. At any time. Where
   * the host does not call it before the callback, the callback's error or text is the report.
   */
  readonly delivered?: (forwardPath: string, report: DeliveryReport) => void
}

/** smtp-server's session with postern's decision on it. */
export interface GuardedSession extends SMTPServerSession {
  /** The latest decision, and in `onData` the outcome. */
  readonly postern: Verdicts
}

/** How a handler answers. An error's `responseCode` becomes the reply's code. */
export type Callback = (error?: Error | null) => void

/** The handlers that postern wraps. */
export type HandlerName = 'onConnect' | 'onSecure' | 'onMailFrom' | 'onRcptTo' | 'onData' | 'onClose'

/** The host's own handlers. Each runs after postern, and only when postern did not refuse. */
export interface Handlers extends Partial<Pick<SMTPServer, Exclude<HandlerName, 'onConnect' | 'onData' | 'onClose'>>> {
  /** A client has connected, and postern does not refuse it. An error refuses it with 554. */
  onConnect?(session: GuardedSession, callback: Callback): void
  /** The client has left. */
  onClose?(session: GuardedSession, callback: Callback): void
  /**
   * Delivers a message that was accepted or belongs in quarantine; no other message gets here. `session.envelope` holds
   * the recipients that get it, and none that was refused or discarded alone. The stream holds the message as it is to
   * be delivered: trace fields on top, every line end CRLF. The callback destroys it: deliver first, then call back.
   */
  onData(
    content: Readable,
    session: GuardedSession,
    callback: (error?: Error | null, message?: string | (string | Error)[]) => void,
  ): void
}

/** smtp-server's options, with handlers that see {@link GuardedSession.postern}. */
export type HostOptions = Omit<SMTPServerOptions, HandlerName> & Handlers
