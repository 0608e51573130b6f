/**
 * Enforces the limits of one connection: stands between smtp-server's parser and its commands, by smtp-server's private
 * members.
 */
import { isAscii } from 'node:buffer'
import type { RunningTime } from '../../model/running-time.ts'
import type { Clock } from '../../model/services.ts'
import { CREDIT, handshakeTime, type Limits } from '../../smtp/limits.ts'
import { Pace } from '../../smtp/pace.ts'
import { countLines, type Lines } from './lines.ts'
import { type PipelinedReplies, pipelinedReplies } from './pipelined-replies.ts'
import { evicted, withReference } from './replies.ts'
import type { Greeting, Wire, WireSession } from './tracked.ts'
import type { Connection } from './types.ts'

const verbs = new Set(
  'HELO EHLO LHLO MAIL RCPT DATA RSET NOOP QUIT VRFY EXPN HELP STARTTLS AUTH XCLIENT XFORWARD'.split(' '),
)
const useful = new Set('MAIL RCPT DATA QUIT STARTTLS AUTH'.split(' '))
const greetings = new Set('HELO EHLO LHLO'.split(' '))
const enhanced = /^[245]\.\d{1,3}\.\d{1,3} /
// RFC 4954 §4: a line of AUTH may have 12288 bytes.
const MAX_AUTH_LENGTH = 12_288
// RFC 5321 §4.5.3.1.10: an honest client sends on after 452; a client beyond this multiple of the limit is a flood.
const MAX_SURPLUS_FACTOR = 10
// One greeting at the beginning and one after STARTTLS; each further one is junk.
const FREE_GREETINGS = 2
/** A client has this long to read the last reply and to close. */
const LINGER_MS = 1_000
/** A client whose session ends to make room for another one has this long. */
const EVICTED_LINGER_MS = 200

/** What all connections share. */
interface WireSurroundings {
  readonly limits: Limits
  readonly clock: Clock
  /** What clients are judged by. */
  readonly time: RunningTime
}

/** Takes over smtp-server's parser and replies of one connection, before smtp-server has read from it, or later. */
export class LimitedWire implements Wire {
  spokeEarly = false
  isAscii = true
  readonly #connection: Connection
  readonly #limits: Limits
  readonly #clock: Clock
  readonly #time: RunningTime
  readonly #session: WireSession
  readonly #send: Connection['send']
  readonly #dispatch: Connection['_onCommand']
  readonly #lines: Lines
  readonly #group: PipelinedReplies
  readonly #counts = { junk: 0, errors: 0, surplus: 0, greetings: 0 }
  #greeted = false
  #closing = false
  /** The next positive reply counts as progress. */
  #advancing = true
  #lastProgress: number
  readonly #pace: Pace
  #transactionSince: number | undefined
  /** The message that is timed, the milliseconds that are left to it, and its bytes that are counted. */
  #content: Connection['_dataStream'] | undefined
  #credit = 0
  #counted = 0

  constructor(connection: Connection, { limits, clock, time }: WireSurroundings, session: WireSession) {
    this.#connection = connection
    this.#limits = limits
    this.#clock = clock
    this.#time = time
    this.#session = session
    this.#lastProgress = time.now()
    this.#pace = new Pace(this.#lastProgress)
    this.#send = connection.send.bind(connection)
    this.#dispatch = connection._onCommand.bind(connection)
    this.#lines = countLines(bytes => {
      if (bytes > MAX_AUTH_LENGTH) this.hangUp(500, '5.5.2 The line is too long')
    })
    this.#group = pipelinedReplies(connection, this.#lines.more)
    connection.send = (code, data, context) => this.#reply(code, data, context)
    connection._onCommand = (command, next) => this.#command(command, next)
    const create = connection._createParser.bind(connection)
    connection._createParser = () => {
      const parser = create()
      this.#lines.follow(parser)
      return parser
    }
    if (connection._parser) this.#lines.follow(connection._parser)
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress
  }

  get isClosed(): boolean {
    return this.#connection._socket.closed
  }

  takeGreeting(): Greeting | undefined {
    if (!this.#greeted) return undefined
    this.#greeted = false
    const { tlsOptions, _socket: socket, hostNameAppearsAs } = this.#connection
    const protocol = 'getProtocol' in socket ? (socket.getProtocol() ?? '') : ''
    const tls = tlsOptions ? { protocol: protocol || tlsOptions.version, cipher: tlsOptions.name } : undefined
    return { helo: hostNameAppearsAs || '', tls }
  }

  /** The command MAIL has begun it. */
  beginTransaction(): void {}

  endTransaction(delivered: boolean): void {
    this.#transactionSince = undefined
    this.#lastProgress = this.#time.now()
    this.#pace.messageOver(this.#lastProgress)
    if (delivered) Object.assign(this.#counts, { junk: 0, errors: 0, surplus: 0 })
  }

  /** smtp-server's connection has the socket itself. */
  secured(): void {}

  closeAfterReply(): void {
    this.#closing = true
  }

  hangUp(code: number, text: string): void {
    const connection = this.#connection
    if (connection._closing || connection._closed) return
    this.#write(code, text, false)
    connection.close()
    // During a handshake the socket belongs to TLS; smtp-server's own timer ends it.
    if (!connection._upgrading) drainAndClose(connection._socket, this.#limits.drain, this.#clock)
  }

  checkTime(elapsed: number) {
    if (!this.#isWaiting()) return
    const connection = this.#connection
    const stream = connection._dataStream
    const now = this.#time.now()
    const limits = this.#limits
    if (stream) {
      if (!this.#isFastEnough(stream, elapsed)) return this.hangUp(421, '4.4.2 The message comes too slowly')
    } else if (now - this.#lastProgress > (connection._upgrading ? handshakeTime(limits) : limits.command)) {
      return this.hangUp(421, '4.4.2 Idle timeout')
    }
    if (this.#transactionSince !== undefined && now - this.#transactionSince > limits.transaction)
      this.hangUp(421, '4.4.2 The transaction takes too long')
  }

  /** While the client waits for us, its time stands still. */
  #isWaiting(): boolean {
    const connection = this.#connection
    if (connection._closing || connection._closed) return false
    if (connection._upgrading && !connection._ready) return true
    const isReceiving = connection._parser !== false && connection._parser._dataMode
    return connection._ready && !connection._handlerPending && (!connection._dataStream || isReceiving)
  }

  overdue(): number | undefined {
    return this.#isWaiting() ? this.#pace.overdue(this.#time.now()) : undefined
  }

  evict(): void {
    this.hangUp(421, evicted)
    const { _socket: socket } = this.#connection
    if (!this.#connection._upgrading) this.#clock.after(EVICTED_LINGER_MS, () => socket.destroy())
  }

  /** Bytes earn time, up to a limit; time that passes is paid from it. */
  #isFastEnough(stream: NonNullable<Exclude<Connection['_dataStream'], false>>, elapsed: number): boolean {
    const { grace, rate } = this.#limits
    if (stream !== this.#content) {
      this.#content = stream
      this.#credit = grace
      this.#counted = 0
    }
    if (!stream.writableNeedDrain) this.#credit -= elapsed
    this.#credit = Math.min(this.#credit + ((stream.byteLength - this.#counted) * 1000) / rate, grace * CREDIT)
    this.#pace.received(stream.byteLength - this.#counted, this.#time.now())
    this.#counted = stream.byteLength
    return this.#credit >= 0
  }

  #write(...[code, data, context]: Parameters<Connection['send']>): void {
    const marked = code >= 400 && typeof data === 'string' ? withReference(data, this.#session.ref()) : data
    // smtp-server would put its own enhanced code before ours.
    this.#send(code, marked, typeof marked === 'string' && enhanced.test(marked) ? false : context)
  }

  #reply(...[code, data, context]: Parameters<Connection['send']>): void {
    this.#group.before()
    this.#write(code, data, context)
    this.#group.after()
    const counts = this.#counts
    if (code < 400 && this.#advancing) {
      this.#advancing = false
      this.#lastProgress = this.#time.now()
      this.#pace.commandObeyed(this.#lastProgress)
    }
    if (code >= 500) counts.errors += 1
    if (code === 452) counts.surplus += 1
    if (this.#closing) this.#connection.close()
    else if (counts.errors >= this.#limits.errors) this.hangUp(421, '4.7.0 Too many errors')
    else if (counts.surplus > this.#limits.recipients * MAX_SURPLUS_FACTOR)
      this.hangUp(421, '4.5.3 Too many recipients')
  }

  #command(...[command, next]: Parameters<Connection['_onCommand']>) {
    const connection = this.#connection
    this.#lines.taken()
    if (connection._upgrading || connection._closing) return this.#dispatch(command, next)
    if (!connection._ready) {
      // The command is held back, so that the gateway learns of it; the greeting will be a refusal.
      this.spokeEarly = true
      return
    }
    // A line in the middle of an AUTH exchange begins with no verb.
    const verb = connection._nextHandler ? 'AUTH' : (command.toString('latin1').split(' ', 1)[0] ?? '').toUpperCase()
    const isGreeting = greetings.has(verb)
    this.#group.begin(verb)
    const refused = this.#refusal(verb, command.length)
    if (refused) return this.hangUp(...refused)
    this.isAscii = isAscii(command)
    this.#advancing ||= useful.has(verb) || (isGreeting && this.#counts.greetings <= FREE_GREETINGS)
    if (verb === 'MAIL') this.#transactionSince = this.#time.now()
    if (isGreeting) this.#greeted = true
    if (isGreeting || verb === 'RSET') {
      this.#transactionSince = undefined
      this.#session.reset()
    }
    if (verb !== 'DATA' && !isGreeting) return this.#dispatch(command, next)
    // RFC 2920 §3.1: these end a group. A turn of the event loop lets in what was sent along with them.
    setImmediate(() => {
      if (connection._closing || connection._closed) return
      if (this.#lines.pipelined()) this.hangUp(554, '5.5.0 Pipelining violation')
      else this.#dispatch(command, next)
    })
  }

  /** Why a command closes the connection instead of being executed. */
  #refusal(verb: string, bytes: number): readonly [code: number, text: string] | undefined {
    const connection = this.#connection
    const counts = this.#counts
    const isGreeting = greetings.has(verb)
    if (connection._socket.writableLength > this.#limits.unread) return [421, '4.4.2 Replies are not read']
    if (bytes > (verb === 'AUTH' ? MAX_AUTH_LENGTH : this.#limits.line)) return [500, '5.5.2 The line is too long']
    if (this.#lines.malformed()) return [500, '5.5.2 Lines end with CRLF and hold no NUL']
    if (verb === 'BDAT') return [502, '5.5.1 BDAT is not offered']
    if (!connection.hostNameAppearsAs && !verbs.has(verb)) return [500, '5.5.2 Command unrecognized']
    if (isGreeting) counts.greetings += 1
    if (!useful.has(verb) && !(isGreeting && counts.greetings <= FREE_GREETINGS)) counts.junk += 1
    return counts.junk > this.#limits.junk ? [421, '4.7.0 Too many commands'] : undefined
  }
}

/** Reads on for a moment, because the system resets a socket with unread bytes and the reply is lost; then closes. */
function drainAndClose(socket: Connection['_socket'], maxBytes: number, clock: Clock): void {
  let read = 0
  const cancel = clock.after(LINGER_MS, () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    read += chunk.length
    if (read > maxBytes) socket.destroy()
  })
  socket.once('close', cancel)
}
