/** Sits between smtp-server's parser and its commands: counts, takes the time, hangs up on whoever takes too much. */
import { isAscii } from 'node:buffer'
import type { Clock } from '../../model/services.ts'
import { CREDIT, handshakeTime, type Limits } from '../../smtp/limits.ts'
import { countLines } from './lines.ts'
import { pipelinedReplies } from './pipelined-replies.ts'
import type { Connection } from './types.ts'

/** The hold on one client. */
export interface Wire {
  /** It spoke before it was greeted. */
  readonly early: () => boolean
  /** The last command line was ASCII. */
  readonly ascii: () => boolean
  /** HELO or EHLO was said since this was last asked. */
  readonly greeted: () => boolean
  /** A message is over; one that was delivered makes up for what came before. */
  readonly settled: (delivered: boolean) => void
  /** Hangs up after the next reply. */
  readonly closeNext: () => void
  /** Says one line and hangs up. */
  readonly hangUp: (code: number, text: string) => void
  /** Some milliseconds have gone by. */
  readonly tick: (elapsed: number) => void
}

const verbs = new Set(
  'HELO EHLO LHLO MAIL RCPT DATA RSET NOOP QUIT VRFY EXPN HELP STARTTLS AUTH XCLIENT XFORWARD'.split(' '),
)
const useful = new Set('MAIL RCPT DATA QUIT STARTTLS AUTH'.split(' '))
const greetings = new Set('HELO EHLO LHLO'.split(' '))
const enhanced = /^[245]\.\d{1,3}\.\d{1,3} /
// RFC 4954 §4: a line of AUTH may have 12288 bytes.
const MAX_AUTH_LENGTH = 12_288
// RFC 5321 §4.5.3.1.10 has an honest client send on after 452; beyond so many times the limit it is a flood.
const OVERSHOOT = 10
// Once after the greeting and once after STARTTLS; each further one is junk.
const GREETINGS = 2
// Who is hung up on has this long to take the reply and leave.
const LINGER_MS = 1_000

/** What the wire needs to know of the session. */
export interface WireSession {
  /** HELO or RSET: the transaction is over. */
  readonly reset: () => void
  /** The reference that stands in refusals; undefined before there is a session. */
  readonly ref: () => string | undefined
}

/** Takes hold of a connection before smtp-server has read from it, or later. */
export function wire(connection: Connection, limits: Limits, clock: Clock, { reset, ref }: WireSession): Wire {
  const counts = { junk: 0, errors: 0, surplus: 0, greetings: 0 }
  let early = false
  let ascii = true
  let greeted = false
  let closing = false
  let advancing = true
  let progress = clock.monotonic()
  let began: number | undefined
  /** The message that is timed, the milliseconds that are left to it, and its bytes that are counted. */
  let content: Connection['_dataStream'] | undefined
  let credit = 0
  let counted = 0

  const send = connection.send.bind(connection)
  const say: typeof send = (code, data, context) => {
    const marked = code >= 400 && typeof data === 'string' ? withReference(data, ref()) : data
    // smtp-server would put an enhanced code of its own before ours.
    send(code, marked, typeof marked === 'string' && enhanced.test(marked) ? false : context)
  }
  const hangUp = (code: number, text: string): void => {
    if (connection._closing || connection._closed) return
    say(code, text, false)
    connection.close()
    // The handshake has the socket; smtp-server's own timer ends it.
    if (!connection._upgrading) leave(connection._socket, limits.drain, clock)
  }
  connection.send = (code, data, context) => {
    group.before()
    say(code, data, context)
    group.after()
    if (code < 400 && advancing) {
      advancing = false
      progress = clock.monotonic()
    }
    if (code >= 500) counts.errors += 1
    if (code === 452) counts.surplus += 1
    if (closing) connection.close()
    else if (counts.errors >= limits.errors) hangUp(421, '4.7.0 Too many errors')
    else if (counts.surplus > limits.recipients * OVERSHOOT) hangUp(421, '4.5.3 Too many recipients')
  }

  const lines = countLines(octets => {
    if (octets > MAX_AUTH_LENGTH) hangUp(500, '5.5.2 The line is too long')
  })
  const group = pipelinedReplies(connection, lines.more)
  const make = connection._createParser.bind(connection)
  connection._createParser = () => {
    const parser = make()
    lines.follow(parser)
    return parser
  }
  if (connection._parser) lines.follow(connection._parser)

  /** Why the client is hung up on rather than obeyed. */
  const refusal = (verb: string, octets: number): readonly [code: number, text: string] | undefined => {
    if (connection._socket.writableLength > limits.unread) return [421, '4.4.2 Replies are not read']
    if (octets > (verb === 'AUTH' ? MAX_AUTH_LENGTH : limits.line)) return [500, '5.5.2 The line is too long']
    if (lines.malformed()) return [500, '5.5.2 Lines end with CRLF and hold no NUL']
    if (verb === 'BDAT') return [502, '5.5.1 BDAT is not offered']
    if (!connection.hostNameAppearsAs && !verbs.has(verb)) return [500, '5.5.2 This is SMTP']
    if (greetings.has(verb)) counts.greetings += 1
    if (!useful.has(verb) && !(greetings.has(verb) && counts.greetings <= GREETINGS)) counts.junk += 1
    return counts.junk > limits.junk ? [421, '4.7.0 Too many commands'] : undefined
  }

  const dispatch = connection._onCommand.bind(connection)
  connection._onCommand = (command, next) => {
    lines.taken()
    if (connection._upgrading || connection._closing) return dispatch(command, next)
    if (!connection._ready) {
      // Held back, so that the gateway hears of it; the greeting will be a refusal.
      early = true
      return
    }
    // A line in the middle of an AUTH exchange begins with no verb.
    const verb = connection._nextHandler ? 'AUTH' : (command.toString('latin1').split(' ', 1)[0] ?? '').toUpperCase()
    group.begin(verb)
    const refused = refusal(verb, command.length)
    if (refused) return hangUp(...refused)
    ascii = isAscii(command)
    advancing ||= useful.has(verb) || (greetings.has(verb) && counts.greetings <= GREETINGS)
    if (verb === 'MAIL') began = clock.monotonic()
    if (greetings.has(verb)) greeted = true
    if (greetings.has(verb) || verb === 'RSET') {
      began = undefined
      reset()
    }
    if (verb !== 'DATA' && !greetings.has(verb)) return dispatch(command, next)
    // RFC 2920 §3.1: these end a group. A turn of the event loop lets in what was sent along with them.
    setImmediate(() => {
      if (connection._closing || connection._closed) return
      if (lines.pipelined()) hangUp(554, '5.5.0 Sent on without waiting for the reply')
      else dispatch(command, next)
    })
  }

  return {
    early: () => early,
    ascii: () => ascii,
    greeted: () => {
      const was = greeted
      greeted = false
      return was
    },
    settled: delivered => {
      began = undefined
      progress = clock.monotonic()
      if (delivered) counts.junk = counts.errors = counts.surplus = 0
    },
    closeNext: () => {
      closing = true
    },
    hangUp,
    tick: elapsed => {
      if (connection._closing || connection._closed) return
      const stream = connection._dataStream
      const receiving = connection._parser !== false && connection._parser._dataMode && Boolean(stream)
      // The client waits for us: no time of its own goes by.
      const shaking = connection._upgrading && !connection._ready
      if (!shaking && (connection._handlerPending || (stream && !receiving) || !connection._ready)) return
      const now = clock.monotonic()
      if (stream && receiving) {
        if (stream !== content) {
          content = stream
          credit = limits.grace
          counted = 0
        }
        if (!stream.writableNeedDrain) credit -= elapsed
        credit = Math.min(credit + ((stream.byteLength - counted) * 1000) / limits.rate, limits.grace * CREDIT)
        counted = stream.byteLength
        if (credit < 0) return hangUp(421, '4.4.2 The message comes too slowly')
      } else {
        if (now - progress > (connection._upgrading ? handshakeTime(limits) : limits.command))
          return hangUp(421, '4.4.2 Nothing useful was said for too long')
      }
      if (began !== undefined && now - began > limits.transaction) hangUp(421, '4.4.2 The transaction takes too long')
    },
  }
}

// RFC 5321 §4.5.3.1.5: a reply has at most 512 bytes, its code and CRLF included.
const MAX_TEXT_LENGTH = 506

/** Whoever is refused can name the session that the log tells of. */
function withReference(text: string, ref: string | undefined): string {
  if (ref === undefined || / ref=\w/.test(text)) return text
  const marked = `${text} ref=${ref}`
  return marked.length > MAX_TEXT_LENGTH ? text : marked
}

/** Reads on for a moment, because a socket with unread bytes would be reset and the reply lost; then ends it. */
function leave(socket: Connection['_socket'], octets: number, clock: Clock): void {
  let read = 0
  const cancel = clock.after(LINGER_MS, () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    read += chunk.length
    if (read > octets) socket.destroy()
  })
  socket.once('close', cancel)
}
