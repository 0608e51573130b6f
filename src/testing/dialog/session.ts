/** A gateway behind the smallest server of RFC 5321: what a host does with a session, without a socket. */
import { Readable } from 'node:stream'
import type { Gateway } from '../../engine/gateway.ts'
import type { Session } from '../../engine/session.ts'
import type { Outcome, Reply } from '../../model/decision.ts'
import { formatReply } from '../../policy/reply.ts'
import { zone } from '../zone.ts'
import { authenticate, type Turn } from './auth.ts'
import type { Script } from './script.ts'
import type { Wire } from './wire.ts'

/** Where in the dialogue the client is. */
interface Progress {
  readonly greeted: boolean
  readonly inTransaction: boolean
  /** Recipients that were accepted. */
  readonly recipients: number
  readonly secure: boolean
  readonly user?: string
}

interface Answered extends Progress {
  readonly reply: string
  readonly close?: boolean
  readonly outcome?: Outcome
}

export async function overSession(gateway: Gateway, script: Script): Promise<Wire> {
  const { ip, ref, zone: names } = script
  const session = gateway.open({ ip, ...(ref && { ref }) }, names && { dns: zone(names) })
  const dialogue = new SessionDialogue(session, script)
  await dialogue.connect()
  return dialogue
}

type Command = (rest: string) => Answered | Promise<Answered>

class SessionDialogue implements Wire {
  readonly outcomes: Outcome[] = []
  readonly #session: Session
  readonly #users: ReadonlyMap<string, string>
  readonly #replies: string[] = []
  #progress: Progress
  /** Takes the next line where AUTH has a challenge. */
  #continued: Turn['next']
  /** The lines of a message, while it comes. */
  #content: Buffer[] | undefined
  #isClosed = false

  readonly #commands: Readonly<Record<string, Command>> = {
    HELO: name => this.#greet(name),
    EHLO: name => this.#greet(name),
    LHLO: name => this.#greet(name),
    MAIL: rest => this.#mail(rest),
    RCPT: rest => this.#rcpt(rest),
    DATA: () => this.#data(),
    RSET: () => {
      this.#session.reset()
      return { ...this.#idle(), reply: '250 2.0.0 Reset' }
    },
    STARTTLS: rest => this.#startTls(rest),
    AUTH: rest => this.#authenticate(rest),
    NOOP: () => this.#unchanged('250 2.0.0 Nothing done'),
    VRFY: () => this.#unchanged('252 2.1.5 Send some mail and see'),
    QUIT: () => ({ ...this.#progress, reply: '221 2.0.0 Bye', close: true }),
  }

  constructor(session: Session, { tls, users }: Script) {
    this.#session = session
    this.#users = users
    this.#progress = { greeted: false, inTransaction: false, recipients: 0, secure: tls }
  }

  async connect(): Promise<void> {
    const { reply } = await this.#session.connect()
    this.#answer(this.#replied(reply, this.#progress))
  }

  async send(bytes: Buffer): Promise<void> {
    if (this.#isClosed) return
    if (this.#content) return await this.#collect(bytes, this.#content)
    if (this.#continued) return this.#answer(this.#exchange(this.#continued(bytes.toString())))
    const [, verb = '', rest = ''] = /^([a-z]+)(?: (.*))?$/is.exec(bytes.toString()) ?? []
    const command = this.#commands[verb.toUpperCase()]
    this.#answer(command ? await command(rest.trim()) : this.#unchanged('500 5.5.2 Command unknown'))
  }

  async receive(): Promise<readonly string[] | undefined> {
    const reply = this.#replies.shift()
    if (reply === undefined && !this.#isClosed) return ['(no reply)']
    return reply === undefined ? undefined : [reply]
  }

  left(): readonly (readonly string[])[] {
    return this.#replies.map(reply => [reply])
  }

  async end(): Promise<void> {
    this.#session.close()
  }

  async #greet(name: string): Promise<Answered> {
    const { reply } = await this.#session.helo(name, this.#progress.secure ? TLS : undefined)
    return this.#replied(reply, { ...this.#idle(), greeted: true })
  }

  async #mail(rest: string): Promise<Answered> {
    const { greeted, inTransaction, user } = this.#progress
    const [path, parameters] = pathIn(rest, 'FROM')
    if (path === undefined) return this.#unchanged('501 5.5.4 Syntax error in parameters')
    if (!greeted || inTransaction) return this.#unchanged('503 5.5.1 Bad sequence of commands')
    const { reply } = await this.#session.mail(path, {
      utf8: /(?:^| )SMTPUTF8(?: |$)/i.test(parameters),
      ...(user !== undefined && { user }),
    })
    return this.#replied(reply, { ...this.#progress, inTransaction: true, recipients: 0 })
  }

  async #rcpt(rest: string): Promise<Answered> {
    const [path] = pathIn(rest, 'TO')
    if (path === undefined) return this.#unchanged('501 5.5.4 Syntax error in parameters')
    if (!this.#progress.inTransaction) return this.#unchanged('503 5.5.1 Bad sequence of commands')
    const { reply } = await this.#session.rcpt(path)
    return this.#replied(reply, { ...this.#progress, recipients: this.#progress.recipients + 1 })
  }

  #data(): Answered {
    if (this.#progress.recipients === 0) return this.#unchanged('503 5.5.1 Bad sequence of commands')
    this.#content = []
    return { ...this.#progress, reply: '354 Go ahead' }
  }

  #startTls(rest: string): Answered {
    if (rest !== '') return this.#unchanged('501 5.5.4 Syntax error in parameters')
    if (this.#progress.secure) return this.#unchanged('503 5.5.1 TLS is under way already')
    // RFC 3207 §4.2: all that was said before is forgotten.
    this.#session.reset()
    const reply = '220 2.0.0 Ready to start TLS'
    return { greeted: false, inTransaction: false, recipients: 0, secure: true, reply }
  }

  #authenticate(rest: string): Answered {
    const { greeted, inTransaction, secure, user } = this.#progress
    if (this.#users.size === 0) return this.#unchanged('502 5.5.1 Authentication is not offered')
    if (!secure) return this.#unchanged('538 5.7.11 Start TLS first')
    if (!greeted || inTransaction || user !== undefined) return this.#unchanged('503 5.5.1 Bad sequence of commands')
    return this.#exchange(authenticate(this.#users, rest))
  }

  #exchange({ reply, next, user }: Turn): Answered {
    this.#continued = next
    return { ...this.#progress, ...(user !== undefined && { user }), reply }
  }

  async #collect(line: Buffer, lines: Buffer[]): Promise<void> {
    if (!line.equals(DOT)) {
      // RFC 5321 §4.5.2: the dot that the client put before a dot is taken away.
      lines.push(line[0] === DOT[0] ? line.subarray(1) : line, CRLF)
      return
    }
    this.#content = undefined
    const outcome = await this.#session.data(Readable.from([Buffer.concat(lines)]))
    this.#answer({ ...this.#replied(outcome.reply, this.#idle(), this.#idle()), outcome })
  }

  /** What is left when a transaction has ended. */
  #idle(): Progress {
    return { ...this.#progress, inTransaction: false, recipients: 0 }
  }

  /** A reply that changes nothing. */
  #unchanged(reply: string): Answered {
    return { ...this.#progress, reply }
  }

  #replied(reply: Reply, accepted: Progress, refused: Progress = this.#progress): Answered {
    const progress = reply.code < 400 ? accepted : refused
    return { ...progress, reply: formatReply(reply), ...(reply.close && { close: true }) }
  }

  #answer({ reply, close, outcome, ...progress }: Answered): void {
    this.#replies.push(reply)
    this.#progress = progress
    if (outcome) this.outcomes.push(outcome)
    if (!close) return
    this.#isClosed = true
    this.#session.close()
  }
}

const TLS = { protocol: 'TLSv1.3' } as const
const CRLF = Buffer.from('\r\n')
const DOT = Buffer.from('.')

/** `FROM:<path> PARAMETERS`; no path when it is none. */
function pathIn(text: string, word: 'FROM' | 'TO'): readonly [path: string | undefined, parameters: string] {
  const [, said, path, parameters = ''] = /^([a-z]+): ?<([^<>]*)>(?: (.*))?$/i.exec(text) ?? []
  return said?.toUpperCase() === word ? [path, parameters] : [undefined, '']
}
