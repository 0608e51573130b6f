/** The words this adapter shares with smtp-server, taken from its own types; nothing of it is loaded. */
import type { Readable } from 'node:stream'
import type { SMTPServer, SMTPServerOptions, SMTPServerSession } from 'smtp-server'
import type { Decision, Outcome } from '../../model/decision.ts'

export type { SMTPServer, SMTPServerAddress, SMTPServerOptions } from 'smtp-server'

/** smtp-server's own object for one client. */
export type Connection = Parameters<SMTPServer['connections']['add']>[0]

/** What postern has to say about the session, for the handlers that run after it. */
export interface Verdicts {
  /** Stands in every reply and in the session's log entry. */
  readonly ref: string
  /** The latest decision. In `onData`: the outcome. */
  readonly decision: Decision
  /** In `onData`: one decision for each recipient, and the trace fields. */
  readonly outcome?: Outcome
  /**
   * In `onData`: deliver it, but apart from the inbox. Where recipients differ it is false, and `outcome.groups` tells whose
   * copy goes where; see `deliver`.
   */
  readonly quarantine: boolean
}

/** smtp-server's session with postern's decision on it. */
export interface GuardedSession extends SMTPServerSession {
  readonly postern: Verdicts
}

/** smtp-server's way to hear from a handler. An error's `responseCode` becomes the reply's code. */
export type Callback = (error?: Error | null) => void

type Handler = 'onConnect' | 'onSecure' | 'onMailFrom' | 'onRcptTo' | 'onData' | 'onClose'

/** The host's own handlers. Each runs after postern, and only when postern did not refuse. */
export interface Handlers extends Partial<Pick<SMTPServer, Exclude<Handler, 'onConnect' | 'onData' | 'onClose'>>> {
  onConnect?(session: GuardedSession, callback: Callback): void
  onClose?(session: GuardedSession, callback: Callback): void
  /**
   * Delivers a message that was accepted or belongs in quarantine; nothing else gets here. `session.envelope` holds the
   * recipients who get it, and none that was refused or discarded alone. The stream holds what is to be delivered, trace
   * fields on top, every line end CRLF. It ends with the callback: deliver first, then call back.
   */
  onData(
    content: Readable,
    session: GuardedSession,
    callback: (error?: Error | null, message?: string | (string | Error)[]) => void,
  ): void
}

/** smtp-server's options, with handlers that see {@link GuardedSession.postern}. */
export type HostOptions = Omit<SMTPServerOptions, Handler> & Handlers
