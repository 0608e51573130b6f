/** One connection seen through smtp-server's public handlers alone, for versions whose private members are others. */
import { TLSSocket } from 'node:tls'
import type { Tls } from '../../model/stage.ts'
import { evicted } from './replies.ts'
import type { Greeting, Wire, WireSession } from './tracked.ts'
import type { SMTPServer, SMTPServerSession } from './types.ts'

/** Sees the dialogue as far as handlers show it. It enforces no limits of time, lines or commands. */
export class HandlersWire implements Wire {
  readonly spokeEarly = false
  /** Handlers learn of a client that leaves. */
  readonly isClosed = false
  readonly #server: SMTPServer
  readonly #session: SMTPServerSession
  /** The last greeting that `takeGreeting` has returned. */
  #greeting = ''
  #protocol: string | undefined

  readonly #ours: WireSession

  constructor(server: SMTPServer, session: SMTPServerSession, ours: WireSession) {
    this.#ours = ours
    this.#server = server
    this.#session = session
  }

  get remoteAddress(): string {
    return this.#session.remoteAddress
  }

  /** Without SMTPUTF8 an address is ASCII, whatever smtp-server has made of its domain. */
  get isAscii(): boolean {
    return this.#session.envelope?.smtpUtf8 !== true
  }

  secured(socket: object): void {
    this.#protocol = socket instanceof TLSSocket ? (socket.getProtocol() ?? undefined) : undefined
  }

  takeGreeting(): Greeting | undefined {
    const { openingCommand, hostNameAppearsAs, secure, remoteAddress } = this.#session
    const greeting = JSON.stringify([openingCommand, hostNameAppearsAs, secure, remoteAddress])
    if (greeting === this.#greeting) return undefined
    this.#greeting = greeting
    return { helo: hostNameAppearsAs || '', tls: this.#tls() }
  }

  /** RSET and EHLO are not seen: MAIL shows that the transaction before is over. */
  beginTransaction(): void {
    this.#ours.reset()
  }

  endTransaction(): void {}

  closeAfterReply(): void {
    // The reply is sent in the same turn of the event loop.
    setImmediate(() => this.#connection()?.close())
  }

  hangUp(code: number, text: string): void {
    const connection = this.#connection()
    connection?.send(code, text, false)
    connection?.close()
  }

  checkTime(): void {}

  /** Its time is not seen. */
  overdue(): undefined {}

  evict(): void {
    this.hangUp(421, evicted)
  }

  /** smtp-server has closed it when it is no longer listed. */
  #connection() {
    for (const connection of this.#server.connections) if (connection.session === this.#session) return connection
    return undefined
  }

  #tls(): Tls | undefined {
    const { secure, tlsOptions } = this.#session
    if (!secure) return undefined
    const { name, version } = (tlsOptions || {}) as { readonly name?: string; readonly version?: string }
    return { protocol: this.#protocol ?? version ?? 'TLS', ...(name !== undefined && { cipher: name }) }
  }
}
