/** Turns smtp-server's handlers into the verbs of a session, and its decisions into replies. */
import type { Readable } from 'node:stream'
import type { Gateway } from '../../engine/gateway.ts'
import type { Session } from '../../engine/session.ts'
import type { Decision, Reply } from '../../model/decision.ts'
import type { Limits } from '../../smtp/limits.ts'
import { isPath } from '../../smtp/paths.ts'
import type { Connections } from './connections.ts'
import { refuseData } from './drain.ts'
import { unknownParameter } from './parameters.ts'
import { installPrecheck } from './precheck-listener.ts'
import { eachReply, isDelivered, pathOf } from './recipients.ts'
import { hostReply, marked, RCPT_CODE, recordReplies, reportDeliveries } from './record.ts'
import { answer, failure, fault, hostAnswer, refusal, tooManySessions, unknownClient } from './replies.ts'
import type { TrackedConnection } from './tracked.ts'
import type {
  Callback,
  GuardedSession,
  Handlers,
  SMTPServer,
  SMTPServerOptions,
  SMTPServerSession,
  Verdicts,
} from './types.ts'

type Wired = Required<
  Pick<SMTPServerOptions, 'onConnect' | 'onSecure' | 'onMailFrom' | 'onRcptTo' | 'onData' | 'onClose'>
>

export interface DialogueOptions {
  readonly gateway: () => Gateway
  readonly limits: Limits
  readonly connections: Connections
  /** The host's own handlers, which run after ours. */
  readonly host: Handlers
  readonly options: SMTPServerOptions
}

/** The handlers that smtp-server calls. It calls them as methods of its server. */
export function handlers(given: DialogueOptions): Wired {
  const dialogue = new Dialogue(given)
  return {
    onConnect(this: SMTPServer, session, callback) {
      dialogue.connect(this, session, callback)
    },
    onSecure(this: SMTPServer, socket, session, callback) {
      dialogue.secure(this, [socket, session, callback])
    },
    onMailFrom(this: SMTPServer, address, session, callback) {
      dialogue.mail(this, [address, session, callback])
    },
    onRcptTo(this: SMTPServer, address, session, callback) {
      dialogue.rcpt(this, [address, session, callback])
    },
    onData(this: SMTPServer, stream, session, callback) {
      dialogue.data(this, [stream, session, callback])
    },
    onClose(this: SMTPServer, session, callback) {
      dialogue.close(session, callback)
    },
  }
}

class Dialogue {
  readonly #gateway: () => Gateway
  readonly #connections: Connections
  readonly #host: Handlers
  readonly #limits: Limits
  readonly #options: SMTPServerOptions

  constructor({ gateway, limits, connections, host, options }: DialogueOptions) {
    this.#gateway = gateway
    this.#limits = limits
    this.#connections = connections
    this.#host = host
    this.#options = options
  }

  connect(server: SMTPServer, session: SMTPServerSession, callback: Callback) {
    // Its first client: those that follow are checked at the socket.
    if (this.#connections.attach(server)) installPrecheck(server, this.#gateway)
    const tracked = this.#connections.connected(server, session)
    if (tracked === undefined) return callback(failure(421, fault))
    if (tracked.ip === undefined) return callback(refusal(tracked, unknownClient))
    if (tracked.slot === undefined) return callback(refusal(tracked, tooManySessions))
    answer(callback, async () => {
      const decision = await this.#open(tracked)
      tracked.decision = decision
      if (decision.reply.code >= 400) return refusal(tracked, decision.reply)
      if (tracked.wire.spokeEarly) return failure(554, '5.5.0 Data came before the greeting')
      const seen = withVerdicts(session, tracked, decision)
      const { onConnect } = this.#host
      return onConnect && (await hostAnswer(done => onConnect.call(this.#host, seen, done)))
    })
  }

  secure(server: SMTPServer, [socket, session, callback]: Parameters<Wired['onSecure']>): void {
    const tracked = this.#find(server, session)
    // RFC 3207 §4.2: what was learned before the handshake is discarded; the client says EHLO again.
    tracked?.session?.reset()
    tracked?.wire.secured(socket)
    if (this.#host.onSecure) this.#host.onSecure.call(server, socket, session, callback)
    else callback()
  }

  mail(server: SMTPServer, [address, session, callback]: Parameters<Wired['onMailFrom']>) {
    const tracked = this.#find(server, session)
    if (tracked === undefined) return callback(failure(451, fault))
    if (unknownParameter(address, 'MAIL', this.#options) !== undefined)
      return callback(failure(555, '5.5.4 MAIL FROM parameter not recognized'))
    if (!isPath(address.address, false)) return callback(failure(501, '5.1.7 The sender address is malformed'))
    answer(callback, async () => {
      const earlier = (await this.#changedClient(tracked)) ?? (await greet(tracked))
      if (earlier !== undefined && earlier.code >= 400) return refusal(tracked, earlier)
      const utf8 = session.envelope.smtpUtf8 === true
      const user: unknown = session.user
      const details = user ? { utf8, user: nameOf(user) } : { utf8 }
      tracked.wire.beginTransaction()
      const decision = await tracked.session?.mail(pathOf(address, tracked), details)
      if (decision === undefined) return failure(451, fault)
      tracked.decision = decision
      if (decision.reply.code >= 400) return refusal(tracked, decision.reply)
      const seen = withVerdicts(session, tracked, decision)
      const { onMailFrom } = this.#host
      const error = onMailFrom && (await hostAnswer(done => onMailFrom.call(server, address, seen, done)))
      if (error) tracked.session?.reset()
      return error
    })
  }

  rcpt(server: SMTPServer, [address, session, callback]: Parameters<Wired['onRcptTo']>) {
    const tracked = this.#find(server, session)
    if (tracked === undefined) return callback(failure(451, fault))
    if (unknownParameter(address, 'RCPT', this.#options) !== undefined)
      return callback(failure(555, '5.5.4 RCPT TO parameter not recognized'))
    if (!isPath(address.address, true)) return callback(failure(501, '5.1.3 The recipient address is malformed'))
    // smtp-server counts them itself from 3.21 on.
    const { maxRecipients = this.#limits.recipients } = this.#options
    if (maxRecipients > 0 && session.envelope.rcptTo.length >= maxRecipients)
      return callback(failure(452, '4.5.3 Too many recipients, send the others in another transaction'))
    answer(callback, async () => {
      const forwardPath = pathOf(address, tracked)
      const decision = await tracked.session?.rcpt(forwardPath)
      if (decision === undefined) return failure(451, fault)
      tracked.decision = decision
      if (decision.reply.code >= 400) return refusal(tracked, decision.reply)
      const seen = withVerdicts(session, tracked, decision)
      const { onRcptTo } = this.#host
      const error = onRcptTo && (await hostAnswer(done => onRcptTo.call(server, address, seen, done)))
      // A recipient that is named twice, and refused only the second time, is still one of smtp-server's recipients.
      const stays = error && session.envelope.rcptTo.some(to => to.address === address.address)
      if (error && !stays)
        tracked.session?.removeRecipient(forwardPath, hostReply(error, tracked.session.ref, RCPT_CODE))
      return error
    })
  }

  data(server: SMTPServer, [stream, session, callback]: Parameters<Wired['onData']>) {
    const tracked = this.#find(server, session)
    // smtp-server emits an error when the client leaves; without a listener that would end the process.
    stream.on('error', () => undefined)
    if (tracked?.session === undefined) return callback(failure(451, fault))
    const ours = tracked.session
    const { envelope } = session
    const settle: DataCallback = (...given) => {
      const { error, message } = marked({ error: given[0], message: given[1] }, ours.ref)
      const paths = envelope.rcptTo.map(address => pathOf(address, tracked))
      recordReplies(ours, { error, message }, paths, !tracked.ended)
      ours.reset()
      // smtp-server counts the replies of LMTP by it.
      session.envelope = envelope
      const isDelivered = Array.isArray(message) ? message.some(said => typeof said === 'string') : !error
      tracked.wire.endTransaction(isDelivered)
      if (isDelivered && tracked.decision?.verdict === 'accept') tracked.slot?.delivered()
      this.#connections.delivered(tracked)
      callback(error, message)
    }
    this.#receive(stream, session, tracked, ours, settle).catch(() => settle(failure(451, fault)))
  }

  close(session: SMTPServerSession, callback: Callback): void {
    this.#connections.disconnected(session)
    this.#host.onClose?.(session as GuardedSession, callback)
  }

  #find(server: SMTPServer, session: object): TrackedConnection | undefined {
    this.#connections.attach(server)
    return this.#connections.find(session)
  }

  /** Opens the session, unless that was done at the socket. */
  async #open(tracked: TrackedConnection): Promise<Decision> {
    const { ip, admitted, early, session: open, wire } = tracked
    tracked.admitted = undefined
    tracked.early = undefined
    if (ip === undefined) throw new Error('the address of the client is not known')
    const begun = early ?? admitted?.decision
    if (begun === undefined || open === undefined) {
      const session = this.#gateway().open({ ip, spokeEarly: wire.spokeEarly })
      tracked.session = session
      return await session.connect()
    }
    return wire.spokeEarly ? await open.pregreet() : await begun
  }

  /** XCLIENT from a trusted proxy has named another client. @returns its refusal at connect */
  async #changedClient(tracked: TrackedConnection): Promise<Reply | undefined> {
    const { remoteAddress } = tracked.wire
    if (remoteAddress === tracked.ip || remoteAddress === '') return undefined
    this.#connections.changeClient(tracked, remoteAddress)
    if (tracked.slot === undefined) return tooManySessions
    const { reply } = await this.#open(tracked)
    return reply.code >= 400 ? reply : undefined
  }

  async #receive(
    stream: Readable,
    session: SMTPServerSession,
    tracked: TrackedConnection,
    ours: Session,
    settle: DataCallback,
  ): Promise<void> {
    const { envelope } = session
    const outcome = await ours.data(stream)
    tracked.decision = outcome
    const { reply, verdict, content } = outcome
    const reportTo: DataCallback = this.#options.lmtp
      ? (error, message) => settle(null, eachReply(envelope.rcptTo, tracked, outcome, error, message))
      : settle
    if (reply.code >= 400)
      return refuseData(stream, this.#limits.drain, tracked.wire, reply, () => reportTo(refusal(tracked, reply)))
    const accepted = `${reply.status} ${reply.text}`
    if (verdict === 'discard' || content === undefined) {
      // Decided at the header: the client reads the reply only after it has sent the rest.
      stream.resume()
      return reportTo(null, accepted)
    }
    // A recipient that was refused, discarded or deferred alone is no recipient for the host.
    const rcptTo = envelope.rcptTo.filter(address => isDelivered(address, tracked, outcome))
    session.envelope = { ...envelope, rcptTo }
    const bytes = content.open()
    tracked.delivering = true
    const { clock, load } = this.#gateway().services
    const since = clock.monotonic()
    const number = ours.transactions
    let isReported = false
    const delivered: Verdicts['delivered'] = (forwardPath, report) => {
      isReported = true
      ours.delivered(forwardPath, report, number)
    }
    const seen = withVerdicts(session, tracked, outcome, { outcome, delivered })
    this.#host.onData.call(undefined, bytes, seen, (error, message) => {
      bytes.destroy()
      const ms = clock.monotonic() - since
      if (!error || ms >= SLOW_FAILURE) load.recordLatency('next-hop', ms)
      const paths = rcptTo.map(address => pathOf(address, tracked))
      if (!isReported) reportDeliveries(delivered, { error, message }, paths, ms)
      reportTo(error, message ?? accepted)
    })
  }
}

/** A quick failure says nothing about the speed of the next hop; a late one does. */
const SLOW_FAILURE = 1_000

type DataCallback = (error?: Error | null, message?: string | (string | Error)[]) => void

async function greet({ session, wire }: TrackedConnection): Promise<Reply | undefined> {
  const greeting = wire.takeGreeting()
  return greeting && (await session?.helo(greeting.helo, greeting.tls))?.reply
}

function withVerdicts(
  session: SMTPServerSession,
  tracked: TrackedConnection,
  decision: Decision,
  message?: Pick<Verdicts, 'outcome' | 'delivered'>,
): GuardedSession {
  return Object.assign(session as GuardedSession, {
    postern: {
      ref: tracked.session?.ref ?? '',
      decision,
      ...message,
      quarantine: message?.outcome?.verdict === 'quarantine',
    },
  })
}

/** `onAuth` may give any value as its user; some hosts give an object. */
const nameOf = (user: unknown): string =>
  typeof user === 'object' && user !== null && 'username' in user ? String(user.username) : String(user)
