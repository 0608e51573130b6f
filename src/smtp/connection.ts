/** One client: reads its socket, splits the bytes into command lines and content, and hands them on in turn. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Reply } from '../model/decision.ts'
import { formatReply } from '../policy/reply.ts'
import { Channel } from './channel.ts'
import type { Client } from './client.ts'
import { Counters } from './counters.ts'
import { passedDeadline } from './deadlines.ts'
import { banner, Dialog, type Host } from './dialog.ts'
import type { Front } from './front.ts'
import { Input } from './input.ts'
import { replies, replyOf } from './replies.ts'
import { secured, tlsOf } from './tls.ts'
import { type Framing, Transfer } from './transfer.ts'

/** Bytes that are kept while a command is executed; then the socket is paused. */
const MAX_PENDING = 16_384

export class Connection implements Host {
  readonly #front: Front
  readonly #client: Client
  readonly #channel: Channel
  readonly counters: Counters
  readonly #dialog: Dialog
  readonly #onLeft: () => void
  readonly #input = new Input()
  #socket: Socket
  /** A command is being executed, or the banner has not been sent yet. */
  #busy = true
  #greeted = false
  #spokeEarly: boolean
  /** The client has ended its side. */
  #hasEnded = false
  #isUpgrading = false
  #transfer: Transfer | undefined
  /** Bytes of a chunk that are dropped. */
  #skipping = 0
  #isDelivering = false
  #hasLeft = false
  #isReleased = false

  constructor(front: Front, socket: Socket, client: Client, onLeft: () => void) {
    this.#front = front
    this.#socket = socket
    this.#client = client
    this.#onLeft = onLeft
    this.counters = new Counters(front.limits, front.time)
    this.#channel = new Channel(socket, front.limits, this.counters)
    this.#dialog = new Dialog(front, this.#channel, this.counters, this, client)
    this.#spokeEarly = socket.readableLength > 0
    if (socket instanceof TLSSocket) this.#client.tls = tlsOf(socket)
    this.#listen(socket)
  }

  /** The client was admitted: sends the banner once the delay is over. */
  greet(reply: Reply, delay: number): void {
    if (delay > 0) this.#front.clock.after(delay, () => this.#sendBanner(reply))
    else this.#sendBanner(reply)
  }

  #sendBanner(reply: Reply): void {
    if (this.#hasLeft) return
    if (this.#spokeEarly) return void this.#run(this.#judgeEarly())
    this.#greeted = true
    this.#channel.reply(banner(this.#front, reply))
    this.#idle()
  }

  async #judgeEarly(): Promise<void> {
    const { reply } = await this.#client.session.pregreet()
    this.#channel.hangUp(reply.code >= 400 ? formatReply(reply) : replies.pregreet)
  }

  #listen(socket: Socket): void {
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('error', this.leave)
    socket.on('close', this.leave)
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#channel.closing) {
      if (this.#channel.isOverdue(0)) this.leave()
      return
    }
    if (!this.#greeted) this.#spokeEarly = true
    this.#input.push(chunk)
    if (!this.#busy) this.#work()
    else if (this.#input.length > MAX_PENDING) this.#socket.pause()
  }

  /** The client has ended its side: what it has sent is still answered. */
  readonly #onEnd = (): void => {
    this.#hasEnded = true
    if (!this.#busy) this.#work()
  }

  /** Executes what has arrived, until a command has to wait or nothing whole is left. */
  #work(): void {
    try {
      while (!this.#busy && !this.#channel.closing && this.#next()) {
        // Goes on with what is left.
      }
    } catch (error) {
      this.#fail(error)
    }
    if (this.#busy || this.#channel.closing) return
    if (this.#hasEnded) {
      if (this.#transfer === undefined) this.#channel.end()
      else this.leave()
      return
    }
    this.#channel.flush()
    if (this.#transfer?.isFull) this.#socket.pause()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  /** @returns false when nothing whole is left */
  #next(): boolean {
    const { length } = this.#input
    if (length === 0) return false
    const transfer = this.#transfer
    if (this.#skipping > 0) {
      this.#skipping -= this.#input.take(Math.min(this.#skipping, length))
      return true
    }
    if (transfer?.isExpecting) return this.#feed(transfer)
    const line = this.#input.line(this.#front.limits.line)
    if (typeof line === 'string') {
      if (line !== 'incomplete') this.#channel.hangUp(line === 'malformed' ? replies.malformed : replies.tooLong)
      return false
    }
    if (this.#channel.isUnread) this.hangUp(replies.unreadReplies)
    else this.#run(this.#dialog.execute(line, this.#input.length > 0))
    return true
  }

  #feed(transfer: Transfer): boolean {
    this.counters.received(this.#input.take(transfer.write(this.#input.bytes)))
    const tooMuch = transfer.whyTooMuch(this.#front.limits.drain, this.#front.size)
    if (tooMuch !== undefined) {
      this.hangUp(tooMuch)
      return false
    }
    if (transfer.ended) this.#run(this.#over(transfer))
    return !transfer.isFull
  }

  /** Waits for what is not done at once; nothing else is executed meanwhile. */
  #run(work: void | Promise<void>): void {
    if (work === undefined) return
    this.#busy = true
    work.then(this.#idle, this.#fail)
  }

  /** A command is over: what has arrived meanwhile comes next. */
  readonly #idle = (): void => {
    this.#busy = false
    if (this.#hasLeft) this.#release()
    else this.#work()
  }

  /** A fault of our own code or of the host's ends this session, and no other. */
  readonly #fail = (error: unknown): void => {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#front.gateway().services.notify({ code: 'smtp/fault', reason, level: 'warning' })
    this.#busy = false
    this.hangUp(replies.fault)
    if (this.#hasLeft) this.#release()
  }

  /** The content has ended, or a chunk of it. */
  #over(transfer: Transfer): Promise<void> | void {
    return transfer.framing === 'data' || transfer.isLast ? this.#complete(transfer) : this.#chunkOver(transfer)
  }

  async #complete(transfer: Transfer): Promise<void> {
    const outcome = await transfer.outcome
    this.#transfer = undefined
    // A client that is gone has not received 250, and brings the message again.
    if (this.#hasLeft) return
    this.#isDelivering = true
    await this.#dialog.finish(outcome).finally(() => {
      this.#isDelivering = false
    })
  }

  /** RFC 3030 §2: each chunk is answered. A message that is refused already gets its refusal at once. */
  #chunkOver(transfer: Transfer): Promise<void> | void {
    const { settled } = transfer
    const isRefused = settled !== undefined && settled.reply.code >= 400
    return isRefused ? this.#dialog.finish(settled) : this.#channel.reply(replies.chunk)
  }

  startData(): void {
    this.#begin('data')
  }

  startChunk(size: number, isLast: boolean): void | Promise<void> {
    const transfer = this.#transfer ?? this.#begin('chunks')
    transfer.begin(size, isLast)
    return transfer.ended ? this.#over(transfer) : undefined
  }

  skip(size: number): void {
    this.#skipping = size
  }

  #begin(framing: Framing): Transfer {
    this.#transfer = new Transfer(this.#client.session, framing, this.#resume)
    return this.#transfer
  }

  readonly #resume = (): void => {
    if (!this.#busy && this.#socket.isPaused()) this.#socket.resume()
  }

  /** RSET in the middle of chunks, or the end of a transaction. */
  abandonTransfer(): void {
    this.#transfer?.abort()
    this.#transfer = undefined
  }

  startTls(): boolean {
    const context = this.#front.tls?.()
    if (context === undefined) return false
    this.#channel.reply(replies.startTls)
    this.#channel.flush()
    const secure = secured(this.#socket.off('data', this.#onData).off('end', this.#onEnd), context)
    this.#isUpgrading = true
    secure.once('secure', () => {
      this.#isUpgrading = false
      this.#client.tls = tlsOf(secure)
    })
    this.#socket = secure
    this.#channel.upgrade(secure)
    this.#listen(secure)
    return true
  }

  /** Some milliseconds have gone by: ends a client that takes too much time. */
  tick(now: number, elapsed: number): void {
    if (this.#channel.closing) {
      if (this.#channel.isOverdue(elapsed)) this.leave()
      return
    }
    if (this.#busy) return
    const passed = passedDeadline(this.#front.limits, now, elapsed, {
      transfer: this.#transfer?.isExpecting ? this.#transfer : undefined,
      isPaused: this.#socket.isPaused(),
      isUpgrading: this.#isUpgrading,
      progress: this.counters.progress,
      transactionSince: this.#dialog.transaction?.since,
    })
    if (passed === undefined) return
    // In the middle of a handshake no reply would be understood.
    if (this.#isUpgrading) this.leave()
    else this.hangUp(passed)
  }

  /** A client that has ended its side may have gone: whether it receives a reply is not known. */
  get isConnected(): boolean {
    return !this.#hasLeft && !this.#hasEnded
  }

  /** We wait for the client: it may be ended to make room. */
  get isWaiting(): boolean {
    return !this.#busy && !this.#channel.closing && !this.#socket.isPaused()
  }

  /** No transaction is open: the server may end this connection when it shuts down. */
  get isIdle(): boolean {
    return !this.#busy && this.#dialog.transaction === undefined
  }

  /** Sends a last reply and ends the connection. */
  hangUp(line: string): void {
    if (this.#transfer !== undefined) this.#client.session.replied(replyOf(line))
    this.#channel.hangUp(line)
    this.#transfer?.abort()
  }

  /** The client is gone. Its session ends with it, or with the delivery that is under way. */
  readonly leave = (): void => {
    if (this.#hasLeft) return
    this.#hasLeft = true
    this.#channel.closing = true
    this.#socket.destroy()
    this.#transfer?.abort()
    if (!this.#isDelivering) this.#release()
  }

  #release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#client.end()
    this.#onLeft()
  }
}
