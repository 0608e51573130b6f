/** One message on its way in: from the bytes of DATA or BDAT to the outcome, with back-pressure and bounds. */
import { Readable } from 'node:stream'
import type { Session } from '../engine/session.ts'
import type { Outcome } from '../model/decision.ts'
import { formatReply } from '../policy/reply.ts'
import { DotDecoder } from './dot-decoder.ts'
import { replies } from './replies.ts'

const CR = Buffer.from('\r')
const HIGH_WATER_MARK = 65_536

/** How the content is framed: DATA up to a line with a dot (RFC 5321 §4.1.1.4), or BDAT by its size (RFC 3030). */
export type Framing = 'data' | 'chunks'

export class Transfer {
  /** Settles with the decision; never rejects. */
  readonly outcome: Promise<Outcome>
  readonly framing: Framing
  /** The decision, once it is known. */
  settled: Outcome | undefined
  /** Bytes that arrived after the decision: they are read and dropped. */
  dropped = 0
  /** Bytes that arrived since the rate was last looked at. */
  arrived = 0
  /** Milliseconds that the client has left; undefined before the rate was first looked at. */
  credit: number | undefined
  /** BDAT: bytes of the chunk that are still to come. */
  remaining = 0
  /** BDAT: the chunk is the last one. */
  isLast = false
  /** The content, or this chunk of it, has ended. */
  ended = false
  readonly #content: Readable
  readonly #decoder: DotDecoder | undefined

  /** @param resume is called when there is room for more, after `isFull` */
  constructor(session: Session, framing: Framing, resume: () => void) {
    this.framing = framing
    this.#decoder = framing === 'data' ? new DotDecoder() : undefined
    this.#content = new Readable({ read: resume, highWaterMark: HIGH_WATER_MARK })
    // A client that leaves in the middle destroys the content; the outcome says so.
    this.#content.on('error', () => undefined)
    this.outcome = session.data(this.#content).then(outcome => {
      this.settled = outcome
      resume()
      return outcome
    })
  }

  /** There is no room for more now. */
  get isFull(): boolean {
    return this.settled === undefined && !this.ended && this.#content.readableLength >= HIGH_WATER_MARK
  }

  /** More bytes of the content are expected. */
  get isExpecting(): boolean {
    return this.framing === 'data' ? !this.ended : this.remaining > 0
  }

  /** Takes what belongs to the content, and returns how many bytes that was. May overwrite `chunk`. */
  write(chunk: Buffer): number {
    const used = this.#decoder === undefined ? this.#writeChunk(chunk) : this.#writeData(chunk, this.#decoder)
    this.arrived += used
    return used
  }

  /** BDAT: a chunk of so many bytes begins. One of no bytes has ended at once. */
  begin(size: number, isLast: boolean): void {
    this.remaining = size
    this.isLast = isLast
    this.ended = size === 0
    if (this.ended && isLast) this.#content.push(null)
  }

  #writeData(chunk: Buffer, decoder: DotDecoder): number {
    const { content, end, owedCr } = decoder.push(chunk)
    if (owedCr) this.#push(CR)
    this.#push(content)
    if (end === undefined) return chunk.length
    this.ended = true
    this.#content.push(null)
    return end
  }

  #writeChunk(chunk: Buffer): number {
    const used = Math.min(chunk.length, this.remaining)
    this.#push(used === chunk.length ? chunk : chunk.subarray(0, used))
    this.remaining -= used
    this.ended = this.remaining === 0
    if (this.ended && this.isLast) this.#content.push(null)
    return used
  }

  #push(content: Buffer): void {
    if (content.length === 0) return
    if (this.settled !== undefined || this.#content.destroyed) this.dropped += content.length
    else this.#content.push(content)
  }

  /**
   * The reply that ends the connection when the client sends on and on after the decision, beyond `drain` or `size`
   * bytes.
   */
  whyTooMuch(drain: number, size: number): string | undefined {
    if (this.settled === undefined) return undefined
    const { reply } = this.settled
    if (reply.code >= 400) return this.dropped > drain ? formatReply(reply) : undefined
    return this.dropped > size ? replies.tooLarge : undefined
  }

  /** The client has left, or the message is given up. */
  abort(): void {
    this.#content.destroy(new Error('the client ended the transfer'))
  }
}
