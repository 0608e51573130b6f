/** One message on a connection: its envelope, its content, and what the host replies for each recipient. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { RcptParameters } from '../../../smtp/parameters.ts'
import { answerOf, broken, type HopAnswer, isDelivered, notSmtp } from './answer.ts'
import type { HopConnection } from './connection.ts'
import type { Deadline } from './deadline.ts'
import { dotStuffed } from './dot-stuffing.ts'
import { HopFailure } from './failure.ts'
import type { Timeouts } from './settings.ts'

export interface OutgoingRecipient extends RcptParameters {
  readonly forwardPath: string
}

export interface OutgoingMessage {
  readonly reversePath: string
  readonly recipients: readonly OutgoingRecipient[]
  /** Bytes. */
  readonly size: number
  /** The client asked for SMTPUTF8 (RFC 6531): header or addresses may hold UTF-8. */
  readonly utf8: boolean
  /** RFC 3461 §4.3. */
  readonly ret?: 'FULL' | 'HDRS'
  /** RFC 3461 §4.4, as xtext. */
  readonly envid?: string
  /** A fresh stream. Every line end is CRLF. */
  readonly open: () => Readable
}

export type HopAnswers = ReadonlyMap<string, HopAnswer>

/** Sends one message. @throws HopFailure where the connection breaks before the end of the message is sent */
export class HopTransaction {
  readonly #connection: HopConnection
  readonly #message: OutgoingMessage
  readonly #timeouts: Timeouts
  readonly #deadline: Deadline
  readonly #answers = new Map<string, HopAnswer>()
  readonly #taken: string[] = []
  /** How far the transaction has come, for the kind of a failure. */
  #kind: 'connection' | 'message' = 'connection'

  constructor(connection: HopConnection, message: OutgoingMessage, timeouts: Timeouts, deadline: Deadline) {
    this.#connection = connection
    this.#message = message
    this.#timeouts = timeouts
    this.#deadline = deadline
  }

  async run(isLmtp: boolean): Promise<HopAnswers> {
    try {
      const impossible = await this.#impossible()
      if (impossible !== undefined) return this.#forAll(impossible)
      if (!(await this.#sendEnvelope())) return this.#answers
      if (!(await this.#sendContent())) {
        // A connection that closes within the content leaves no message at the host.
        this.#connection.destroy()
        return this.#forAll(HAS_NUL)
      }
    } catch (error) {
      this.#connection.destroy()
      throw error instanceof HopFailure ? error : new HopFailure(this.#kind, broken, error)
    }
    await this.#readFinalReplies(isLmtp)
    return this.#answers
  }

  #forAll(answer: HopAnswer): HopAnswers {
    return new Map(this.#message.recipients.map(({ forwardPath }) => [forwardPath, answer]))
  }

  /**
   * What the host cannot take by what it offers. RFC 6531 §3.5: UTF-8 must not be sent to a server that does not know
   * it.
   */
  async #impossible(): Promise<HopAnswer | undefined> {
    const { reversePath, recipients, size, utf8 } = this.#message
    const { offers } = this.#connection
    if (UNPRINTABLE.test([reversePath, ...recipients.map(({ forwardPath }) => forwardPath)].join('')))
      return BAD_ADDRESS
    const limit = Number(offers.get('SIZE') ?? 0)
    if (limit > 0 && size > limit) return TOO_LARGE
    if (offers.has('SMTPUTF8')) return undefined
    if (isInternational(reversePath, recipients)) return NO_UTF8_ADDRESS
    return utf8 && (await hasUtf8Header(this.#message)) ? NO_UTF8_HEADER : undefined
  }

  /** @returns whether the host waits for the content */
  async #sendEnvelope(): Promise<boolean> {
    const connection = this.#connection
    const { recipients } = this.#message
    const commands = [this.#mail(), ...recipients.map(recipient => this.#rcpt(recipient))]
    const isPipelined = connection.offers.has('PIPELINING')
    if (isPipelined) connection.send([...commands, 'DATA'])
    connection.needsReset = true
    const next = async (index: number, ms: number) => {
      if (!isPipelined) connection.send(commands.slice(index, index + 1))
      return await connection.reply(this.#deadline.atMost(ms))
    }
    const mail = answerOf(await next(0, this.#timeouts.command))
    this.#kind = 'message'
    const isMailTaken = isDelivered(mail)
    if (!isMailTaken) for (const { forwardPath } of recipients) this.#answers.set(forwardPath, mail)
    if (!isMailTaken && !isPipelined) return false
    for (const [index, { forwardPath }] of recipients.entries()) {
      const answer = answerOf(await next(index + 1, this.#timeouts.command))
      if (!isMailTaken) continue
      if (isDelivered(answer)) this.#taken.push(forwardPath)
      else this.#answers.set(forwardPath, answer)
    }
    if (this.#taken.length === 0 && !isPipelined) return false
    if (!isPipelined) connection.send(['DATA'])
    const data = await connection.reply(this.#deadline.atMost(this.#timeouts.data))
    if (data.code === 354 && this.#taken.length > 0) return true
    // RFC 2920 §3.1: a host may accept DATA although it has refused every recipient.
    if (data.code === 354) connection.destroy()
    if (this.#taken.length === 0) return false
    const answer = answerOf(data)
    // Without the content the host cannot have the message, whatever it says.
    if (isDelivered(answer)) connection.destroy()
    this.#settle(isDelivered(answer) ? notSmtp : answer)
    return false
  }

  #settle(answer: HopAnswer): void {
    for (const path of this.#taken) this.#answers.set(path, answer)
  }

  #mail(): string {
    const { reversePath, recipients, size, utf8, ret, envid } = this.#message
    const { offers } = this.#connection
    const parameters = [
      offers.has('SIZE') && `SIZE=${size}`,
      offers.has('8BITMIME') && 'BODY=8BITMIME',
      offers.has('SMTPUTF8') && (utf8 || isInternational(reversePath, recipients)) && 'SMTPUTF8',
      offers.has('DSN') && ret !== undefined && `RET=${ret}`,
      offers.has('DSN') && envid !== undefined && `ENVID=${envid}`,
    ]
    return [`MAIL FROM:<${reversePath}>`, ...parameters.filter(text => text !== false)].join(' ')
  }

  #rcpt({ forwardPath, notify, orcpt }: OutgoingRecipient): string {
    const hasDsn = this.#connection.offers.has('DSN')
    const parameters = [
      hasDsn && notify !== undefined && `NOTIFY=${notify}`,
      hasDsn && orcpt !== undefined && `ORCPT=${orcpt}`,
    ]
    return [`RCPT TO:<${forwardPath}>`, ...parameters.filter(text => text !== false)].join(' ')
  }

  /** @returns false for a message with a NUL: RFC 5322 §2.3 does not allow one, and some servers end a line at it */
  async #sendContent(): Promise<boolean> {
    const { socket } = this.#connection
    const closed = new AbortController()
    const abort = () => closed.abort()
    socket.once('close', abort)
    const content = this.#message.open()
    let timer: NodeJS.Timeout | undefined
    // A small message and its end go out as one packet: a second one would wait until the host acknowledges the first.
    socket.cork()
    try {
      for await (const bytes of dotStuffed(content as AsyncIterable<Buffer>)) {
        if (socket.destroyed || this.#deadline.isOver) throw new Error('the connection was closed')
        if (bytes.includes(0)) return false
        if (socket.write(bytes)) continue
        socket.uncork()
        timer = setTimeout(stalled, this.#deadline.atMost(this.#timeouts.block), socket)
        if (socket.writableNeedDrain) await once(socket, 'drain', { signal: closed.signal })
        clearTimeout(timer)
        socket.cork()
      }
      return true
    } finally {
      socket.uncork()
      content.destroy()
      clearTimeout(timer)
      socket.removeListener('close', abort)
    }
  }

  /** From here on the host may have the message: a missing reply is a temporary failure, and no other host is tried. */
  async #readFinalReplies(isLmtp: boolean): Promise<void> {
    const groups = isLmtp ? this.#taken.map(path => [path]) : [this.#taken]
    let failure: HopAnswer | undefined
    for (const paths of groups) {
      let answer = failure
      try {
        answer ??= answerOf(await this.#connection.reply(this.#deadline.atMost(this.#timeouts.final)))
      } catch {
        failure = broken
        this.#connection.destroy()
      }
      for (const path of paths) this.#answers.set(path, answer ?? broken)
    }
    this.#connection.needsReset = false
    this.#connection.messages += 1
  }
}

const stalled = (socket: Socket): void => void socket.destroy(new Error('the host does not take the message'))

const TOO_LARGE: HopAnswer = { code: 552, status: '5.3.4', text: 'The message is too large for the next server' }
const HAS_NUL: HopAnswer = { code: 554, status: '5.6.1', text: 'The message contains a NUL' }
const NO_UTF8_ADDRESS: HopAnswer = {
  ...{ code: 553, status: '5.6.7' },
  text: 'The next server does not support addresses in UTF-8',
}
const NO_UTF8_HEADER: HopAnswer = {
  ...{ code: 554, status: '5.6.9' },
  text: 'The next server does not support header fields in UTF-8',
}

/** A control character in an address would end the command. */
const UNPRINTABLE = /[\0-\x1f\x7f]/
const BAD_ADDRESS: HopAnswer = { code: 553, status: '5.1.3', text: 'The address contains a control character' }

const NOT_ASCII = /[^\x20-\x7e]/

const isInternational = (reversePath: string, recipients: readonly OutgoingRecipient[]): boolean =>
  NOT_ASCII.test(reversePath) || recipients.some(({ forwardPath }) => NOT_ASCII.test(forwardPath))

async function hasUtf8Header({ open }: OutgoingMessage): Promise<boolean> {
  let before = ''
  for await (const bytes of open() as AsyncIterable<Buffer>) {
    const text = before + bytes.toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (/[\x80-\xff]/.test(end === -1 ? text : text.slice(0, end))) return true
    if (end !== -1) return false
    before = text.slice(-3)
  }
  return false
}
