/** Server-sent events with back-pressure: a reader that is behind misses events and is cut off when it stays behind. */
import type { Clock } from '../../model/services.ts'

/** What {@link EventStream} works with. */
export interface EventStreamOptions {
  readonly clock: Clock
  /** Called once when the reader has gone or was cut off. */
  readonly onEnd: () => void
}

/** Bytes that wait for a reader; events beyond them are left out. */
const MAX_WAITING = 512 * 1024
/** A comment keeps proxies from closing a stream on which nothing happens. */
const HEARTBEAT_MS = 15_000
/** A reader that takes nothing for this time is cut off. */
const MAX_BEHIND_MS = 30_000
/** The browser connects again, and proves again who it is. */
const MAX_LIFETIME_MS = 15 * 60_000
/** How soon it connects again. */
const RETRY_MS = 3_000

/** One reader. */
export class EventStream {
  /** The body of the response. */
  readonly body: ReadableStream<Uint8Array>
  readonly #options: EventStreamOptions
  readonly #encoder = new TextEncoder()
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #behindSince: number | undefined
  #isEnded = false
  #cancelHeartbeat: () => void = () => undefined
  readonly #cancelLifetime: () => void

  constructor(options: EventStreamOptions) {
    this.#options = options
    const strategy = new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING })
    this.body = new ReadableStream<Uint8Array>(
      {
        start: controller => {
          this.#controller = controller
        },
        cancel: () => this.end(),
      },
      strategy,
    )
    this.#cancelLifetime = options.clock.after(MAX_LIFETIME_MS, () => this.end())
    this.#write(`retry: ${RETRY_MS}\n\n`)
    this.#scheduleHeartbeat()
  }

  /** Sends an event. @returns false when it was left out, because the reader is behind or has gone */
  send(name: string, data: unknown): boolean {
    return this.#write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** Ends the stream; what was written is still read. */
  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#cancelHeartbeat()
    this.#cancelLifetime()
    try {
      this.#controller?.close()
    } catch {
      // The reader has gone already.
    }
    this.#options.onEnd()
  }

  #write(text: string): boolean {
    if (this.#isEnded || this.#controller === undefined) return false
    if ((this.#controller.desiredSize ?? 0) <= 0) {
      this.#noteBehind()
      return false
    }
    this.#behindSince = undefined
    this.#controller.enqueue(this.#encoder.encode(text))
    return true
  }

  #noteBehind(): void {
    const now = this.#options.clock.monotonic()
    this.#behindSince ??= now
    if (now - this.#behindSince >= MAX_BEHIND_MS) this.end()
  }

  #scheduleHeartbeat(): void {
    this.#cancelHeartbeat = this.#options.clock.after(HEARTBEAT_MS, () => {
      this.#write(': still here\n\n')
      if (!this.#isEnded) this.#scheduleHeartbeat()
    })
  }
}
