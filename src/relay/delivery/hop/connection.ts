/** One connection to a host: opened, greeted, secured, and then used for one transaction after another. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { broken, unreachable, untrusted, unwilling } from './answer.ts'
import type { Deadline } from './deadline.ts'
import { HopFailure } from './failure.ts'
import type { HostAddress } from './host-address.ts'
import { type HopReply, ReplyReader } from './reply-reader.ts'
import type { HopSettings, HostSettings } from './settings.ts'
import { secured } from './tls.ts'

export class HopConnection {
  readonly socket: Socket
  readonly isSecure: boolean
  /** The extensions of the host with their parameters, in capitals. */
  readonly offers: ReadonlyMap<string, string>
  /** Messages that were sent on it. */
  messages = 0
  /** The last transaction has no end yet: RSET is needed before the next one. */
  needsReset = false
  /** Whether the host has ended it; true where there was none. */
  wasReset: Promise<boolean> = Promise.resolve(true)
  /** Set once the connection must not be used for another transaction. */
  isSpent = false
  readonly #reader: ReplyReader

  /** @throws HopFailure */
  static async open(host: HostSettings, settings: HopSettings, deadline: Deadline): Promise<HopConnection> {
    const opened = await Opening.run(host, settings, deadline)
    if (opened !== 'no-tls') return opened
    if (host.tls !== 'opportunistic') throw new HopFailure('host', untrusted)
    // After half a handshake a connection is of no further use.
    const plain = await Opening.run({ ...host, tls: 'off' }, settings, deadline)
    if (plain === 'no-tls') throw new HopFailure('host', untrusted)
    return plain
  }

  constructor(socket: Socket, reader: ReplyReader, hello: HopReply, isSecure: boolean) {
    this.socket = socket
    this.#reader = reader
    this.offers = offersOf(hello)
    this.isSecure = isSecure
  }

  get isReusable(): boolean {
    return !this.isSpent && this.#reader.isQuiet && this.socket.writable && !this.socket.readableEnded
  }

  /** Waits for the reply to a command that was sent. */
  async reply(ms: number): Promise<HopReply> {
    const reply = await this.#reader.next(ms)
    // RFC 5321 §3.8: the host closes the connection.
    if (reply.code === 421) this.isSpent = true
    return reply
  }

  async ask(command: string, ms: number): Promise<HopReply> {
    this.send([command])
    return await this.reply(ms)
  }

  send(commands: readonly string[]): void {
    this.socket.write(commands.map(command => `${command}\r\n`).join(''), UTF8)
  }

  /** Ends the transaction that was not completed. The next transaction waits for `wasReset`. */
  reset(ms: number): void {
    this.needsReset = false
    this.wasReset = this.ask('RSET', ms).then(
      ({ code }) => code === 250,
      () => false,
    )
  }

  quit(): void {
    this.isSpent = true
    if (this.socket.writable) this.socket.end('QUIT\r\n')
    // A host that never closes its side must not keep the descriptor.
    const timer = setTimeout(() => this.socket.destroy(), QUIT_MS)
    timer.unref()
    this.socket.once('close', () => clearTimeout(timer))
    this.socket.resume()
  }

  destroy(): void {
    this.isSpent = true
    this.socket.destroy()
  }
}

/** Addresses may hold UTF-8 (RFC 6531). */
const UTF8 = 'utf8'
const QUIT_MS = 2_000

/** The keywords behind the name of the host. */
function offersOf({ lines }: HopReply): ReadonlyMap<string, string> {
  return new Map(
    lines.slice(1).map(line => {
      const blank = line.indexOf(' ')
      const keyword = blank === -1 ? line : line.slice(0, blank)
      return [
        keyword.toUpperCase(),
        blank === -1
          ? ''
          : line
              .slice(blank + 1)
              .trim()
              .toUpperCase(),
      ]
    }),
  )
}

/** The steps until a connection can be used. */
class Opening {
  readonly #host: HostSettings
  readonly #settings: HopSettings
  readonly #deadline: Deadline

  private constructor(host: HostSettings, settings: HopSettings, deadline: Deadline) {
    this.#host = host
    this.#settings = settings
    this.#deadline = deadline
  }

  static async run(host: HostSettings, settings: HopSettings, deadline: Deadline): Promise<HopConnection | 'no-tls'> {
    const opening = new Opening(host, settings, deadline)
    const socket = await opening.#connect()
    try {
      const opened = await opening.#greet(socket)
      if (opened === 'no-tls') socket.destroy()
      return opened
    } catch (error) {
      socket.destroy()
      throw error instanceof HopFailure ? error : new HopFailure('host', broken, error)
    }
  }

  async #connect(): Promise<Socket> {
    const socket = connect(placeOf(this.#host.address))
    socket.on('error', () => undefined)
    const ms = this.#deadline.atMost(this.#settings.timeouts.connect)
    const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${Math.round(ms)} ms`)), ms)
    try {
      await once(socket, 'connect')
      socket.setNoDelay(true)
      return socket
    } catch (error) {
      socket.destroy()
      throw new HopFailure('host', unreachable, error)
    } finally {
      clearTimeout(timer)
    }
  }

  async #greet(plain: Socket): Promise<HopConnection | 'no-tls'> {
    const reader = new ReplyReader(plain)
    const greeting = await reader.next(this.#commandMs())
    if (greeting.code !== 220) throw refusal(plain, greeting)
    const hello = await this.#hello(plain, reader)
    const { tls, address } = this.#host
    if (tls === 'off') return new HopConnection(plain, reader, hello, false)
    if (!(await this.#startsTls(plain, reader, hello))) {
      if (tls === 'opportunistic') return new HopConnection(plain, reader, hello, false)
      plain.end('QUIT\r\n')
      throw new HopFailure('host', untrusted, new Error(`${address.text} does not offer STARTTLS`))
    }
    // RFC 3207 §4.2: what arrived in the clear behind the 220 was put there by a third party.
    if (!reader.release()) return 'no-tls'
    const { ca, names, timeouts } = this.#settings
    const settings = { mode: tls, ...(ca !== undefined && { ca }), ...(names && { names }) }
    const name = address.kind === 'tcp' ? address.host : undefined
    const socket = await secured(plain, name, settings, this.#deadline.atMost(timeouts.connect))
    if (socket === undefined) return 'no-tls'
    const secureReader = new ReplyReader(socket)
    return new HopConnection(socket, secureReader, await this.#hello(socket, secureReader), true)
  }

  async #startsTls(socket: Socket, reader: ReplyReader, hello: HopReply): Promise<boolean> {
    if (!offersOf(hello).has('STARTTLS')) return false
    socket.write('STARTTLS\r\n')
    return (await reader.next(this.#commandMs())).code === 220
  }

  async #hello(socket: Socket, reader: ReplyReader): Promise<HopReply> {
    const { protocol } = this.#settings
    const name = greetingName(this.#settings.name, socket)
    socket.write(`${protocol === 'lmtp' ? 'LHLO' : 'EHLO'} ${name}\r\n`)
    const hello = await reader.next(this.#commandMs())
    if (hello.code === 250) return hello
    if (protocol === 'lmtp' || hello.code < 500) throw refusal(socket, hello)
    // RFC 5321 §3.2: a server that does not know EHLO may know HELO; then it offers nothing.
    socket.write(`HELO ${name}\r\n`)
    const old = await reader.next(this.#commandMs())
    if (old.code !== 250) throw refusal(socket, old)
    return { ...old, lines: [] }
  }

  #commandMs(): number {
    return this.#deadline.atMost(this.#settings.timeouts.command)
  }
}

function refusal(socket: Socket, { code, lines }: HopReply): HopFailure {
  if (socket.writable) socket.end('QUIT\r\n')
  return new HopFailure('host', unwilling, new Error(`it greets with ${code} ${lines.at(-1) ?? ''}`.slice(0, 200)))
}

const placeOf = (address: HostAddress): { path: string } | { host: string; port: number } =>
  address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }

/** RFC 5321 §4.1.4: a full name, or where there is none an address literal. */
function greetingName(name: string, { localAddress = '127.0.0.1' }: Socket): string {
  if (name.includes('.')) return name
  return localAddress.includes(':') ? `[IPv6:${localAddress}]` : `[${localAddress}]`
}
