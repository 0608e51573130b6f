/** One connection of a mail server: its events drive a session for each client that it reports. */
import type { Gateway } from '../../engine/gateway.ts'
import type { Session } from '../../engine/session.ts'
import type { Decision } from '../../model/decision.ts'
import { ProtocolError } from '../shared/socket-server.ts'
import { type Macros, readClient, readField, readMacros, readName, readPath } from './events.ts'
import { type Incoming, incoming } from './message.ts'
import { type Agreement, negotiate, Protocol } from './negotiate.ts'
import type { Packet } from './packets.ts'
import { accept, changes, discard, proceed, progress, refusal, skip, temporary } from './replies.ts'

/**
 * Mail servers wait minutes for the answer at the end of a message; a progress packet this often makes them wait on.
 */
const PROGRESS_MS = 20_000

/** The events of libmilter that postern answers, by the letters of their packets. */
const EVENTS: ReadonlySet<string> = new Set('CHMRTLNBEU')
/** Commands whose answer a mail server waits for, whatever was agreed. */
const ANSWERED: ReadonlySet<string> = new Set('HMRTE')
/** Events of a transaction: their macros end with it. */
const OF_TRANSACTION = [...'MRTLNBE']

export class MilterConversation {
  readonly #current: () => Gateway
  readonly #send: (packet: Buffer) => void
  #agreement: Agreement | undefined
  #gateway: Gateway | undefined
  #session: Session | undefined
  #message: Incoming | undefined
  #macros = new Map<string, Macros>()
  /** Mail from the machine itself is not judged. */
  #isLocal = false
  #isGreeted = false

  constructor(current: () => Gateway, send: (packet: Buffer) => void) {
    this.#current = current
    this.#send = send
  }

  /**
   * Handles one packet, and sends the answer. Settles when the next packet may be handled.
   *
   * @returns false when the conversation is over
   * @throws ProtocolError when the mail server violates the protocol
   */
  async handle({ command, data }: Packet): Promise<boolean> {
    switch (command) {
      case 'O':
        this.#agreement = negotiate(data)
        this.#send(this.#agreement.reply)
        return true
      case 'D':
        this.#setMacros(data)
        return true
      case 'A':
        this.#endMessage()
        return true
      case 'K':
        this.close()
        return true
      case 'Q':
        this.close()
        return false
      default:
        await this.#event(command, data)
        return true
    }
  }

  /** Ends the session: the client or the mail server has left. */
  close(): void {
    this.#endMessage()
    this.#session?.close()
    this.#session = undefined
    this.#isLocal = false
    this.#isGreeted = false
    this.#macros = new Map()
  }

  async #event(command: string, data: Buffer): Promise<void> {
    if (!EVENTS.has(command))
      throw new ProtocolError(`a command ${JSON.stringify(command)} that the protocol does not have`)
    const { protocol } = this.#agreed()
    if (command === 'C') return await this.#connect(data)
    const session = this.#session
    if (session === undefined) {
      if (!this.#isLocal) throw new ProtocolError(`${command} came before a connection was reported`)
      if (ANSWERED.has(command)) this.#send(accept)
      return
    }
    switch (command) {
      case 'H':
        return await this.#helo(session, data)
      case 'M':
        return await this.#mail(session, data)
      case 'R':
        return this.#answer(await session.rcpt(readPath(data).path))
      case 'L':
        this.#message ??= incoming(session)
        await this.#message.write(readField(data, (protocol & Protocol.leadingSpace) !== 0))
        return (protocol & Protocol.noHeaderReply) === 0 ? this.#send(proceed) : undefined
      case 'N':
        this.#message ??= incoming(session)
        await this.#message.write(Buffer.from('\r\n'))
        return (protocol & Protocol.noEndOfHeaderReply) === 0 ? this.#send(proceed) : undefined
      case 'B':
        return await this.#body(data, protocol)
      case 'E':
        if (data.length > 0) await this.#message?.write(data)
        return await this.#endOfMessage()
      default:
        this.#send(proceed)
    }
  }

  async #connect(data: Buffer): Promise<void> {
    this.close()
    const { isLocal, ip } = readClient(data)
    if (isLocal) {
      this.#isLocal = true
      this.#send(accept)
      return
    }
    this.#gateway = this.#current()
    this.#session = this.#gateway.open({ ip, repliesItself: true })
    this.#answer(await this.#session.connect())
  }

  async #helo(session: Session, data: Buffer): Promise<void> {
    this.#isGreeted = true
    const protocol = this.#macro('tls_version')
    const cipher = this.#macro('cipher')
    const tls = protocol ? { protocol, ...(cipher && { cipher }) } : undefined
    this.#answer(await session.helo(readName(data), tls))
  }

  async #mail(session: Session, data: Buffer): Promise<void> {
    this.#endMessage()
    const { path, utf8 } = readPath(data)
    // Postfix lets clients skip HELO unless `smtpd_helo_required` is set.
    if (!this.#isGreeted) await session.helo(undefined)
    this.#isGreeted = true
    const user = this.#macro('auth_authen')
    this.#answer(await session.mail(path, { utf8, ...(user && { user }) }))
  }

  async #body(data: Buffer, protocol: number): Promise<void> {
    await this.#message?.write(data)
    if ((protocol & Protocol.noBodyReply) !== 0) return
    const decided = this.#message?.decided
    if (decided === undefined || decided.reply.code < 400) {
      this.#send(decided ? skip : proceed)
      return
    }
    this.#send(refusal(decided.reply))
    this.#endMessage()
  }

  async #endOfMessage(): Promise<void> {
    const message = this.#message
    this.#message = undefined
    if (message === undefined) {
      this.#send(temporary)
      return
    }
    const id = this.#macro('i')
    if (id) this.#session?.setQueueId(id)
    const { clock } = (this.#gateway as Gateway).services
    const stop = clock.after(PROGRESS_MS, () => this.#send(progress))
    const outcome = await message.end().finally(stop)
    if (outcome.reply.code >= 400) this.#send(refusal(outcome.reply))
    else if (outcome.verdict === 'discard') this.#send(discard)
    else for (const change of changes(outcome, this.#agreed())) this.#send(change)
    this.#session?.reset()
  }

  #answer({ reply }: Decision): void {
    this.#send(reply.code >= 400 ? refusal(reply) : proceed)
  }

  #agreed(): Agreement {
    if (this.#agreement === undefined) throw new ProtocolError('the first packet was no offer')
    return this.#agreement
  }

  #setMacros(data: Buffer): void {
    const { of, macros } = readMacros(data)
    // The null sender of a bounce has no user, although the transaction before it had one.
    if (of === 'M') for (const command of OF_TRANSACTION) this.#macros.delete(command)
    this.#macros.delete(of)
    if (EVENTS.has(of)) this.#macros.set(of, macros)
  }

  /** The value that was sent last. */
  #macro(name: string): string | undefined {
    for (const macros of [...this.#macros.values()].toReversed()) if (macros.has(name)) return macros.get(name)
    return undefined
  }

  #endMessage(): void {
    this.#message?.abort()
    this.#message = undefined
    this.#session?.reset()
  }
}
