/** Executes the commands of one client, one after another: the state machine between the bytes and the gateway. */
import type { Outcome, Reply } from '../model/decision.ts'
import { formatReply } from '../policy/reply.ts'
import type { Channel } from './channel.ts'
import type { Client } from './client.ts'
import type { Counters } from './counters.ts'
import { deliver, hostRefusal, type OpenTransaction, recordReplies } from './delivery.ts'
import { type Rcpt, readMail, readRcpt } from './envelope.ts'
import type { Front } from './front.ts'
import { codeOf, replies, replyOf, withReference } from './replies.ts'
import { isVerb, rules, type State, type Verb } from './states.ts'
import { readXclient } from './xclient.ts'

/** What the connection does for the dialog, because it owns the socket. */
export interface Host {
  /** Replies that TLS is ready, and begins the handshake. False: there is no certificate now, and nothing was done. */
  startTls(): boolean
  /** The message that is on its way is given up. */
  abandonTransfer(): void
  startData(): void
  startChunk(size: number, isLast: boolean): void | Promise<void>
  /** The client has neither left nor ended its side: it receives what is replied. */
  readonly isConnected: boolean
  /** Reads so many bytes and drops them. */
  skip(size: number): void
}

/** The methods of HTTP, and its header fields. */
const FOREIGN = /^(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|[A-Z-]+:)$/
/** RFC 3030 §2: the size in bytes, and whether this chunk is the last one. */
const CHUNK = /^(\d{1,15})(?: (LAST))?\s*$/i
/** The first reply (RFC 5321 §4.2); LMTP has another protocol in it (RFC 2033 §4.1). */
export const banner = ({ name, lmtp }: Front, { text }: Reply): string =>
  `220 ${name} ${lmtp ? 'LMTP' : 'ESMTP'} ${text}`

const HELO = /^[^\s\0-\x1f\x7f]{1,255}$/

export class Dialog {
  readonly #front: Front
  readonly #channel: Channel
  readonly #counters: Counters
  readonly #host: Host
  readonly #client: Client
  state: State = 'greeting'
  transaction: OpenTransaction | undefined

  constructor(front: Front, channel: Channel, counters: Counters, host: Host, client: Client) {
    this.#front = front
    this.#channel = channel
    this.#counters = counters
    this.#host = host
    this.#client = client
    channel.ref = client.session.ref
  }

  /** Executes one command line without its line end. `hasMore`: more of the client's bytes are here. */
  execute(line: Buffer, hasMore: boolean): void | Promise<void> {
    const blank = line.indexOf(32)
    const word = (blank < 0 ? line : line.subarray(0, blank)).toString('latin1').toUpperCase()
    const rest = line.subarray(blank < 0 ? line.length : blank + 1)
    if (!isVerb(word)) return this.#unrecognized(word)
    const rule = rules[word]
    if (rule.endsGroup && hasMore) return this.#channel.hangUp(replies.pipelining)
    const tooMany = this.#counters.command(word)
    if (tooMany !== undefined) return this.#channel.hangUp(tooMany)
    const isExpected = rule.states.includes(this.state)
    if (word === 'BDAT') return this.#bdat(rest, isExpected)
    if (!isExpected) return this.#channel.reply(this.#whySequence(word))
    return this.#run(word, rest)
  }

  #run(verb: Exclude<Verb, 'BDAT'>, rest: Buffer): void | Promise<void> {
    switch (verb) {
      case 'HELO':
      case 'EHLO':
      case 'LHLO':
        return this.#greet(verb, rest.toString('latin1').trim())
      case 'MAIL':
        return this.#mail(rest)
      case 'RCPT':
        return this.#rcpt(rest)
      case 'DATA':
        return this.#data(rest)
      case 'RSET':
        this.reset()
        return this.#channel.reply(replies.reset)
      case 'NOOP':
        return this.#channel.reply(replies.noop)
      case 'QUIT':
        this.#channel.reply(replies.bye)
        return this.#channel.end()
      case 'VRFY':
        return this.#channel.reply(replies.vrfy)
      case 'HELP':
        return this.#channel.reply(replies.help)
      case 'STARTTLS':
        return this.#startTls(rest)
      case 'XCLIENT':
        return this.#xclient(rest.toString('latin1'))
      case 'EXPN':
      case 'AUTH':
      case 'ETRN':
      case 'TURN':
        return this.#channel.reply(replies.notImplemented)
      default:
        return verb satisfies never
    }
  }

  #greet(verb: 'HELO' | 'EHLO' | 'LHLO', name: string): void | Promise<void> {
    const { lmtp } = this.#front
    if (lmtp !== (verb === 'LHLO')) return this.#channel.reply(lmtp ? replies.lhloFirst : replies.ehloFirst)
    if (!HELO.test(name)) return this.#channel.reply(replies.badHelo)
    this.reset()
    const client = this.#client
    return client.session.helo(name, client.tls).then(({ reply }) => {
      if (reply.code >= 400) {
        this.state = 'greeting'
        return this.#say(reply)
      }
      client.helo = name
      client.extended = verb !== 'HELO'
      this.state = 'ready'
      const first = `${this.#front.name} ${reply.text}`
      if (!client.extended) return this.#channel.reply(`250 ${first}`)
      this.#channel.lines(`250-${first}\r\n${this.#extensions()}`)
    })
  }

  #extensions(): string {
    const { size, dsn, tls } = this.#front
    const client = this.#client
    const dsnLine = dsn ? '250-DSN\r\n' : ''
    const tlsLine = tls !== undefined && client.tls === undefined ? '250-STARTTLS\r\n' : ''
    const proxyLine = client.isTrustedProxy ? '250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN\r\n' : ''
    return (
      `250-PIPELINING\r\n250-SIZE ${size}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n` +
      `${dsnLine}${tlsLine}${proxyLine}250 CHUNKING\r\n`
    )
  }

  #mail(rest: Buffer): void | Promise<void> {
    const mail = readMail(rest, this.#front)
    if ('refused' in mail) return this.#channel.reply(mail.refused)
    const { reversePath, parameters } = mail
    const { user, session } = this.#client
    const details = user === undefined ? { utf8: parameters.utf8 } : { utf8: parameters.utf8, user }
    return session.mail(reversePath, details).then(({ reply }) => {
      if (reply.code < 400) {
        this.state = 'mail'
        this.transaction = { reversePath, parameters, recipients: [], since: this.#front.time.now() }
      }
      this.#say(reply)
    })
  }

  #rcpt(rest: Buffer): void | Promise<void> {
    const { transaction } = this
    if (transaction === undefined) return this.#channel.reply(replies.badSequence)
    const rcpt = readRcpt(rest, this.#front, transaction.parameters.utf8)
    if ('refused' in rcpt) return this.#channel.reply(rcpt.refused)
    if (transaction.recipients.length >= this.#front.limits.recipients) {
      const { session } = this.#client
      session.recipientRefused(rcpt.forwardPath, replyOf(withReference(replies.tooManyRecipients, session.ref)))
      return this.#channel.reply(replies.tooManyRecipients)
    }
    return this.#client.session.rcpt(rcpt.forwardPath).then(({ reply }) => {
      if (reply.code >= 400 || this.#front.recipient === undefined) this.#rcptOver(transaction, rcpt, reply)
      else return this.#askHost(transaction, rcpt, reply)
    })
  }

  async #askHost(transaction: OpenTransaction, rcpt: Rcpt, accepted: Reply): Promise<void> {
    const refusal = await hostRefusal(this.#front, this.#client, transaction, rcpt.forwardPath)
    if (refusal !== undefined) {
      const { session } = this.#client
      session.removeRecipient(rcpt.forwardPath, replyOf(withReference(formatReply(refusal), session.ref)))
    }
    this.#rcptOver(transaction, rcpt, refusal ?? accepted)
  }

  #rcptOver(transaction: OpenTransaction, rcpt: Rcpt, reply: Reply): void {
    if (reply.code < 400) {
      this.state = 'rcpt'
      transaction.recipients.push(rcpt)
    }
    this.#say(reply)
  }

  #data(rest: Buffer): void {
    this.#channel.reply(rest.length > 0 ? replies.noParameters : replies.startData)
    if (rest.length === 0) this.#host.startData()
  }

  #bdat(rest: Buffer, isExpected: boolean): void | Promise<void> {
    const [, size = '', last] = CHUNK.exec(rest.toString('latin1')) ?? []
    // Without its size it is not known where the chunk ends and the next command begins.
    if (size === '') return this.#channel.hangUp(replies.badChunk)
    if (isExpected) {
      this.state = 'chunks'
      return this.#host.startChunk(Number(size), last !== undefined)
    }
    if (Number(size) > this.#front.limits.drain) return this.#channel.hangUp(this.#whySequence('BDAT'))
    // The bytes of the chunk are no commands: they are read and dropped.
    this.#channel.reply(this.#whySequence('BDAT'))
    this.#host.skip(Number(size))
  }

  #startTls(rest: Buffer): void {
    if (rest.length > 0) this.#channel.reply(replies.noParameters)
    else if (this.#client.tls !== undefined) this.#channel.reply(replies.alreadySecure)
    else if (this.#front.tls === undefined) this.#channel.reply(replies.notImplemented)
    else if (!this.#host.startTls()) this.#channel.reply(replies.tlsUnavailable)
    else {
      // RFC 3207 §4.2: what was learnt before the handshake is forgotten; the client sends EHLO again.
      this.reset()
      this.state = 'greeting'
    }
  }

  #xclient(text: string): void | Promise<void> {
    if (!this.#client.isTrustedProxy) return this.#channel.reply(replies.xclientDenied)
    const attributes = readXclient(text)
    if (attributes === undefined) return this.#channel.reply(replies.badXclient)
    this.reset()
    this.state = 'greeting'
    const hasSlot = this.#client.change(attributes.ip, attributes.user)
    const { session } = this.#client
    this.#channel.ref = session.ref
    if (!hasSlot) return this.#channel.hangUp(replies.tooManySessions)
    return session.connect().then(({ reply }) => {
      if (reply.code >= 400) this.#channel.hangUp(formatReply(reply))
      else this.#channel.reply(banner(this.#front, reply))
    })
  }

  /** RSET, or the end of a transaction. */
  reset(): void {
    this.#host.abandonTransfer()
    this.#client.session.reset()
    this.transaction = undefined
    if (this.state !== 'greeting') this.state = 'ready'
  }

  /** The message is here and was decided: delivers it, and replies. */
  async finish(outcome: Outcome): Promise<void> {
    const { transaction } = this
    if (transaction === undefined) return
    const { promise, resolve } = Promise.withResolvers<boolean>()
    try {
      const lines = await deliver(this.#front, this.#client, transaction, outcome, promise)
      const { isConnected } = this.#host
      recordReplies(this.#front, this.#client, transaction, lines, isConnected)
      this.reset()
      const isDelivered = lines.some(line => codeOf(line) < 400)
      this.#counters.messageOver(isDelivered)
      if (isDelivered && outcome.verdict === 'accept') this.#client.delivered()
      for (const line of lines) this.#channel.reply(line)
      this.#channel.flush()
      resolve(isConnected)
      if (outcome.reply.close) this.#channel.end()
    } finally {
      resolve(false)
    }
  }

  #unrecognized(word: string): void {
    // A client of another protocol gets one reply: what a browser is made to send must not go on as commands.
    const reason =
      this.#counters.isUngreeted || FOREIGN.test(word) ? replies.notSmtp : this.#counters.command(undefined)
    if (reason === undefined) this.#channel.reply(replies.unrecognized)
    else this.#channel.hangUp(reason)
  }

  #whySequence(verb: Verb): string {
    if (this.state === 'greeting') return replies.greetFirst
    return verb === 'DATA' || verb === 'BDAT' ? replies.recipientsFirst : replies.badSequence
  }

  #say(reply: Reply): void {
    if (reply.close) this.#channel.hangUp(formatReply(reply))
    else this.#channel.reply(formatReply(reply))
  }
}
