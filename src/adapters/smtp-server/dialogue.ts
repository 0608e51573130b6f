/** Turns smtp-server's handlers into the verbs of a session, and its decisions into replies. */
import { domainToASCII } from 'node:url'
import type { Gateway } from '../../engine/gateway.ts'
import type { Decision, Outcome, Reply } from '../../model/decision.ts'
import type { Limits } from '../../smtp/limits.ts'
import type { Connections, TrackedConnection } from './connections.ts'
import { refuseData } from './drain.ts'
import { unknownParameter } from './parameters.ts'
import type { Callback, GuardedSession, Handlers, SMTPServer, SMTPServerAddress, SMTPServerOptions } from './types.ts'

type Wired = Required<
  Pick<SMTPServerOptions, 'onConnect' | 'onSecure' | 'onMailFrom' | 'onRcptTo' | 'onData' | 'onClose'>
>

export interface Dialogue {
  readonly gateway: () => Gateway
  readonly limits: Limits
  readonly connections: Connections
  /** The host's own handlers, which run after ours. */
  readonly internal: Handlers
  readonly options: SMTPServerOptions
}

/** The handlers that smtp-server calls. */
export function handlers({ gateway, limits, connections, internal, options }: Dialogue): Wired {
  const visitOf = (server: SMTPServer, session: object): TrackedConnection | undefined => {
    connections.attach(server)
    return connections.of(session)
  }
  const show = (session: object, visit: TrackedConnection, decision: Decision, outcome?: Outcome): GuardedSession =>
    Object.assign(session as GuardedSession, {
      postern: {
        ref: visit.session?.ref ?? '',
        decision,
        ...(outcome !== undefined && { outcome }),
        quarantine: outcome?.verdict === 'quarantine',
      },
    })

  /** Opens the session, unless `protect` has done so already. */
  const connect = async (visit: TrackedConnection): Promise<Decision> => {
    const { ip, admitted, session: open, wire } = visit
    visit.admitted = undefined
    if (ip === undefined) throw new Error('the address of the client is not known')
    if (admitted === undefined || open === undefined) {
      const session = gateway().open({ ip, spokeEarly: wire.early() })
      visit.session = session
      return await session.connect()
    }
    return wire.early() ? await open.pregreet() : admitted.decision
  }
  /** XCLIENT from a trusted proxy has put another client in this one's place. */
  const follow = (visit: TrackedConnection): Promise<Reply> | Reply | undefined => {
    const { remoteAddress } = visit.connection
    if (remoteAddress === visit.ip || remoteAddress === '') return undefined
    connections.move(visit, remoteAddress)
    return visit.slot === undefined ? full : connect(visit).then(({ reply }) => reply)
  }
  const helo = ({ connection, session, wire }: TrackedConnection): Promise<Reply> | undefined => {
    if (!wire.greeted()) return undefined
    const { tlsOptions, _socket: socket } = connection
    const protocol = 'getProtocol' in socket ? (socket.getProtocol() ?? '') : ''
    const tls = tlsOptions ? { protocol: protocol || tlsOptions.version, cipher: tlsOptions.name } : undefined
    return session?.helo(connection.hostNameAppearsAs || '', tls).then(({ reply }) => reply)
  }

  return {
    onConnect(this: SMTPServer, session, callback) {
      const visit = visitOf(this, session)
      if (visit === undefined) return callback(new Error('4.3.0 Not ready'))
      if (visit.ip === undefined) return callback(refusal(visit, nameless))
      if (visit.slot === undefined) return callback(refusal(visit, full))
      answer(callback, async () => {
        const decision = await connect(visit)
        visit.decision = decision
        if (decision.reply.code >= 400) return refusal(visit, decision.reply)
        if (visit.wire.early()) return failure(554, '5.5.0 Spoke before the greeting')
        const seen = show(session, visit, decision)
        const { onConnect } = internal
        return onConnect && (await hostSays(done => onConnect.call(internal, seen, done)))
      })
    },
    onSecure(this: SMTPServer, socket, session, callback) {
      // What was learnt before the handshake is forgotten (RFC 3207 §4.2); the client says EHLO again.
      visitOf(this, session)?.session?.reset()
      if (internal.onSecure) internal.onSecure.call(this, socket, session, callback)
      else callback()
    },
    onMailFrom(this: SMTPServer, address, session, callback) {
      const visit = visitOf(this, session)
      const unknown = unknownParameter(address, 'MAIL', options)
      if (visit === undefined) return callback(failure(451, '4.3.0 Not ready'))
      if (unknown !== undefined) return callback(failure(555, '5.5.4 A parameter of MAIL is not known here'))
      answer(callback, async () => {
        for (const step of [follow, helo]) {
          const earlier = step(visit)
          const reply = earlier && (await earlier)
          if (reply !== undefined && reply.code >= 400) return refusal(visit, reply)
        }
        const utf8 = session.envelope.smtpUtf8 === true
        const user: unknown = session.user
        const details = user ? { utf8, user: nameOf(user) } : { utf8 }
        const decision = await visit.session?.mail(pathOf(address, visit), details)
        if (decision === undefined) return failure(451, '4.3.0 Not ready')
        visit.decision = decision
        if (decision.reply.code >= 400) return refusal(visit, decision.reply)
        const seen = show(session, visit, decision)
        const { onMailFrom } = internal
        const error = onMailFrom && (await hostSays(done => onMailFrom.call(this, address, seen, done)))
        if (error) visit.session?.reset()
        return error
      })
    },
    onRcptTo(this: SMTPServer, address, session, callback) {
      const visit = visitOf(this, session)
      const unknown = unknownParameter(address, 'RCPT', options)
      if (visit === undefined) return callback(failure(451, '4.3.0 Not ready'))
      if (unknown !== undefined) return callback(failure(555, '5.5.4 A parameter of RCPT is not known here'))
      answer(callback, async () => {
        const forwardPath = pathOf(address, visit)
        const decision = await visit.session?.rcpt(forwardPath)
        if (decision === undefined) return failure(451, '4.3.0 Not ready')
        visit.decision = decision
        if (decision.reply.code >= 400) return refusal(visit, decision.reply)
        const seen = show(session, visit, decision)
        const { onRcptTo } = internal
        const error = onRcptTo && (await hostSays(done => onRcptTo.call(this, address, seen, done)))
        // Named twice, and refused only now, it stays for smtp-server what it was the first time.
        const stays = error && session.envelope.rcptTo.some(to => to.address === address.address)
        if (error && !stays) visit.session?.removeRecipient(forwardPath)
        return error
      })
    },
    onData(this: SMTPServer, stream, session, callback) {
      const visit = visitOf(this, session)
      // smtp-server raises an error when the client leaves; without a listener that would end the process.
      stream.on('error', () => undefined)
      if (visit?.session === undefined) return callback(failure(451, '4.3.0 Not ready'))
      const { session: ours, wire } = visit
      const { envelope } = session
      const settle = (error?: Error | null, message?: string | (string | Error)[]): void => {
        ours.reset()
        // smtp-server counts the replies of LMTP by it.
        session.envelope = envelope
        const isDelivered = Array.isArray(message) ? message.some(said => typeof said === 'string') : !error
        wire.settled(isDelivered)
        connections.delivered(visit)
        callback(error, message)
      }
      receive().catch(() => settle(failure(451, '4.3.0 The message could not be taken')))

      async function receive(): Promise<void> {
        const outcome = await ours.data(stream)
        if (visit === undefined) return
        visit.decision = outcome
        const { reply, verdict, content } = outcome
        const answer: typeof settle = options.lmtp
          ? (error, message) => settle(null, eachReply(envelope.rcptTo, visit, outcome, error, message))
          : settle
        if (reply.code >= 400)
          return refuseData(stream, limits.drain, visit.wire, reply, () => answer(refusal(visit, reply)))
        const accepted = `${reply.status} ${reply.text}`
        if (verdict === 'discard' || content === undefined) {
          // Decided at the header: the rest has still to be read before the reply is heard.
          stream.resume()
          return answer(null, accepted)
        }
        // Who is refused, discarded or deferred alone is no recipient for the host.
        const rcptTo = envelope.rcptTo.filter(address => isDelivered(address, visit, outcome))
        session.envelope = { ...envelope, rcptTo }
        const bytes = content.open()
        visit.delivering = true
        const { clock, load } = gateway().services
        const since = clock.monotonic()
        internal.onData.call(undefined, bytes, show(session, visit, outcome, outcome), (error, message) => {
          bytes.destroy()
          const ms = clock.monotonic() - since
          if (!error || ms >= SLOW_FAILURE) load.recordLatency('next-hop', ms)
          answer(error, message ?? accepted)
        })
      }
    },
    onClose(this: SMTPServer, session, callback) {
      connections.leave(session)
      internal.onClose?.(session as GuardedSession, callback)
    },
  }
}

/** Calls back with what `decide` settles to. A fault of the host's own code defers, and never breaks the dialogue. */
function answer(callback: Callback, decide: () => Promise<Error | null | undefined>): void {
  decide().then(
    error => callback(error),
    () => callback(failure(451, '4.3.0 Something went wrong here')),
  )
}

/** The host's own handler as a promise. */
const hostSays = (call: (done: Callback) => void): Promise<Error | null | undefined> =>
  new Promise(resolve => call(resolve))

/** What fails at once says nothing of how fast the next hop is; what fails late does. */
const SLOW_FAILURE = 1_000

/** There is no place left for this client (RFC 5321 §3.8). */
export const full: Reply = { code: 421, status: '4.7.0', text: 'Too many sessions, try again later', close: true }

/** Whose address is not known is charged to nobody, and never taken for this machine. */
const nameless: Reply = { code: 421, status: '4.3.0', text: 'Client address unknown', close: true }

const failure = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode })

function refusal({ wire }: TrackedConnection, { code, status, text, close }: Reply): Error {
  if (close) wire.closeNext()
  return failure(code, `${status} ${text}`)
}

/** LMTP has a reply for each recipient (RFC 2033 §4.2): its own refusal, or what the host says of it. */
function eachReply(
  recipients: readonly SMTPServerAddress[],
  visit: TrackedConnection,
  { each }: Outcome,
  error?: Error | null,
  message?: string | (string | Error)[],
): (string | Error)[] {
  // The host has seen those only who get the message, and answers for them.
  let place = 0
  return recipients.map(address => {
    const decision = each.get(pathOf(address, visit))
    if (decision && decision.reply.code >= 400) return refusal(visit, decision.reply)
    const { status = '', text = '' } = decision?.reply ?? {}
    if (decision?.verdict === 'discard') return `${status} ${text}`
    const said = Array.isArray(message) ? message[place] : message
    place += 1
    return error ?? said ?? `${status} ${text}`.trim()
  })
}

/** Whether the host is to deliver to a recipient. What was decided for all holds for one that nothing is known of. */
function isDelivered(address: SMTPServerAddress, visit: TrackedConnection, { each, verdict }: Outcome): boolean {
  const own = each.get(pathOf(address, visit))?.verdict ?? verdict
  return own === 'accept' || own === 'quarantine'
}

/** The path as the client wrote it: smtp-server turns an A-label into a U-label, which would need SMTPUTF8. */
function pathOf({ address }: SMTPServerAddress, { wire }: TrackedConnection): string {
  const at = address.lastIndexOf('@')
  if (at === -1 || !wire.ascii()) return address
  const domain = address.slice(at + 1)
  return /^[\x20-\x7e]*$/.test(domain) ? address : `${address.slice(0, at)}@${domainToASCII(domain)}`
}

/** `onAuth` may name its user as it likes; some give an object. */
const nameOf = (user: unknown): string =>
  typeof user === 'object' && user !== null && 'username' in user ? String(user.username) : String(user)
