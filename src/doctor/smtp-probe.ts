/** Speaks SMTP or LMTP to a server to see how it answers. It never sends a message. */
import { once } from 'node:events'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'

/** One reply. */
export interface ProbeReply {
  readonly code: number
  /** The text of its last line, at most 200 characters. */
  readonly text: string
  readonly lines: readonly string[]
}

export interface ProbeOptions {
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string }
  /** Our name. */
  readonly name: string
  readonly protocol?: 'smtp' | 'lmtp'
  readonly implicitTls?: boolean
  /** Certificates of authorities in PEM. @default those of Node */
  readonly ca?: string
  readonly signal: AbortSignal
}

const MAX_REPLY = 64 * 1024
const QUIT_MS = 1_000

export class SmtpProbe {
  #socket: Socket
  readonly #options: ProbeOptions
  #buffer = ''
  #wake = (): void => undefined
  #ended = false
  offers: ReadonlySet<string> = new Set()

  /** Connects. Rejects with an error of the system, or when the signal aborts. */
  static async open(options: ProbeOptions): Promise<SmtpProbe> {
    const { at, signal } = options
    const socket = connect(at as NetConnectOpts)
    const probe = new SmtpProbe(socket, options)
    signal.addEventListener('abort', () => probe.destroy(), { once: true })
    await once(socket, 'connect', { signal })
    if (options.implicitTls) await probe.#secure()
    return probe
  }

  private constructor(socket: Socket, options: ProbeOptions) {
    this.#options = options
    this.#socket = socket
    this.#listen(socket)
  }

  /** Reads the greeting and says EHLO. Undefined: all is well. */
  async hello(): Promise<ProbeReply | undefined> {
    const greeting = await this.reply()
    if (greeting.code !== 220) return greeting
    return await this.#ehlo()
  }

  async ask(command: string): Promise<ProbeReply> {
    this.#socket.write(`${command}\r\n`)
    return await this.reply()
  }

  /** STARTTLS, and EHLO again. Undefined: the connection is encrypted. Rejects when the handshake fails. */
  async startTls(): Promise<ProbeReply | undefined> {
    const reply = await this.ask('STARTTLS')
    if (reply.code !== 220) return reply
    await this.#secure()
    return await this.#ehlo()
  }

  /** What the server presents; undefined without TLS. */
  get certificate(): DetailedPeerCertificate | undefined {
    const { getPeerCertificate } = this.#socket as Partial<TLSSocket>
    return getPeerCertificate === undefined ? undefined : (this.#socket as TLSSocket).getPeerCertificate(true)
  }

  /** Why the certificate is not trusted; undefined where it is, and without TLS. */
  get distrust(): string | undefined {
    const { authorizationError } = this.#socket as Partial<TLSSocket>
    return authorizationError ? String(authorizationError) : undefined
  }

  /** Rejects when the server closes, sends too much, or the signal aborts. */
  async reply(): Promise<ProbeReply> {
    for (;;) {
      const [whole] = /^(?:\d{3}-[^\n]*\n)*\d{3}(?:[ ][^\n]*)?\r?\n/.exec(this.#buffer) ?? []
      if (whole !== undefined) {
        this.#buffer = this.#buffer.slice(whole.length)
        const lines = whole.trimEnd().split(/\r?\n/)
        return { code: Number(whole.slice(0, 3)), text: (lines.at(-1) ?? '').slice(4, 204), lines }
      }
      if (this.#buffer.length > MAX_REPLY) throw new Error('it sends a reply without an end')
      if (this.#ended) throw new Error('it closes the connection')
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  /** Says QUIT, and waits a little until the server closes. Never rejects. */
  async quit(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, QUIT_MS)
    this.#socket.once('close', () => resolve())
    if (this.#socket.destroyed) resolve()
    else if (this.#socket.writable) this.#socket.end('QUIT\r\n')
    await promise
    clearTimeout(timer)
    this.destroy()
  }

  destroy(): void {
    this.#socket.destroy()
    this.#ended = true
    this.#wake()
  }

  async #ehlo(): Promise<ProbeReply | undefined> {
    const { protocol = 'smtp' } = this.#options
    const reply = await this.ask(`${protocol === 'lmtp' ? 'LHLO' : 'EHLO'} ${this.#name}`)
    if (reply.code >= 500 && protocol === 'smtp') {
      // RFC 5321 §3.2: a server that does not know EHLO may know HELO; then it offers nothing.
      const old = await this.ask(`HELO ${this.#name}`)
      return old.code === 250 ? undefined : old
    }
    if (reply.code !== 250) return reply
    this.offers = new Set(reply.lines.slice(1).map(line => line.slice(4).split(' ')[0]?.toUpperCase() ?? ''))
    return undefined
  }

  /** RFC 5321 §4.1.4: a full name, or where there is none an address literal. */
  get #name(): string {
    const { name } = this.#options
    if (name.includes('.')) return name
    const { localAddress = '127.0.0.1' } = this.#socket
    return localAddress.includes(':') ? `[IPv6:${localAddress}]` : `[${localAddress}]`
  }

  /** Whatever the certificate: what is presented is what is looked at. */
  async #secure(): Promise<void> {
    const { at, signal, ca } = this.#options
    const servername = 'host' in at && /[a-z]/i.test(at.host) && !at.host.includes(':') ? at.host : undefined
    this.#socket.removeAllListeners('data')
    const identity = { ...(servername && { servername }), ...(ca !== undefined && { ca }) }
    const secure = connectTls({ socket: this.#socket, rejectUnauthorized: false, ...identity })
    secure.on('error', () => undefined)
    // Without this a server that closes in the middle of the handshake would be waited for.
    const closed = once(secure, 'close', { signal }).then(() => {
      throw new Error('it closes the connection during the handshake')
    })
    closed.catch(() => undefined)
    await Promise.race([once(secure, 'secureConnect', { signal }), closed])
    this.#socket = secure
    this.#buffer = ''
    this.#listen(secure)
  }

  #listen(socket: Socket): void {
    socket.on('error', () => undefined)
    socket.on('data', bytes => {
      this.#buffer += bytes.toString('latin1')
      this.#wake()
    })
    socket.on('close', () => {
      this.#ended = true
      this.#wake()
    })
  }
}
