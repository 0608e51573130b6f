/**
 * Reads a stream chunk by chunk, without an async iterator: that would cost a message more than all that is done with
 * it.
 */
import type { Readable } from 'node:stream'
import type { MaybePromise } from '../model/maybe-promise.ts'

/**
 * Calls `take` for each chunk, one after another, and `finish` at the end, until one of them returns something.
 * Rejects with the error of the stream, or with what `take` or `finish` has thrown.
 */
export function readChunks<T>(
  content: Readable,
  take: (chunk: Buffer) => MaybePromise<T | undefined>,
  finish: () => MaybePromise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => new ChunkReader(content, take, finish, resolve, reject).begin())
}

/** Bytes after which the event loop serves others: some 10 ms of the most expensive content. */
const YIELD_BYTES = 262_144

class ChunkReader<T> {
  readonly #content: Readable
  readonly #take: (chunk: Buffer) => MaybePromise<T | undefined>
  readonly #finish: () => MaybePromise<T>
  readonly #resolve: (result: T) => void
  readonly #reject: (error: unknown) => void
  #isBusy = false
  #isOver = false
  /** Bytes since the event loop has last served others. */
  #sinceYield = 0
  #source: 'open' | 'ended' | { readonly error: unknown } = 'open'

  constructor(
    content: Readable,
    take: (chunk: Buffer) => MaybePromise<T | undefined>,
    finish: () => MaybePromise<T>,
    resolve: (result: T) => void,
    reject: (error: unknown) => void,
  ) {
    this.#content = content
    this.#take = take
    this.#finish = finish
    this.#resolve = resolve
    this.#reject = reject
  }

  begin(): void {
    const content = this.#content
    content.on('readable', this.#pull).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose)
    if (content.readableEnded) this.#onEnd()
    else if (content.destroyed) this.#onError(content.errored ?? new Error('the stream was closed before it was read'))
  }

  readonly #pull = (): void => {
    try {
      while (!this.#isBusy && !this.#isOver) {
        const chunk: Buffer | null = this.#content.read()
        if (chunk === null) break
        this.#settle(this.#take(chunk))
        this.#sinceYield += chunk.length
        if (this.#sinceYield >= YIELD_BYTES && !this.#isBusy && !this.#isOver) this.#yield()
      }
      if (this.#isBusy || this.#isOver || this.#source === 'open') return
      if (this.#source === 'ended') this.#settle(this.#finish())
      else this.#fail(this.#source.error)
    } catch (error) {
      this.#fail(error)
    }
  }

  readonly #onEnd = (): void => {
    this.#source = 'ended'
    this.#pull()
  }

  readonly #onError = (error: unknown): void => {
    if (this.#source === 'open') this.#source = { error }
    this.#pull()
  }

  readonly #onClose = (): void => {
    if (this.#source === 'open') this.#onError(new Error('the stream was closed before its end'))
  }

  /** Much was read without a pause: others come first. */
  #yield(): void {
    this.#sinceYield = 0
    this.#isBusy = true
    setImmediate(() => {
      this.#isBusy = false
      this.#pull()
    })
  }

  /** Waits for a result that is not there at once; nothing is read meanwhile. */
  #settle(made: MaybePromise<T | undefined>): void {
    if (!(made instanceof Promise)) {
      if (made !== undefined) this.#end(made)
      return
    }
    this.#isBusy = true
    made.then(
      result => {
        this.#isBusy = false
        if (result !== undefined) this.#end(result)
        else if (this.#sinceYield >= YIELD_BYTES) this.#yield()
        else this.#pull()
      },
      error => this.#fail(error),
    )
  }

  #end(result: T): void {
    this.#stop()
    this.#resolve(result)
  }

  #fail(error: unknown): void {
    this.#stop()
    this.#reject(error)
  }

  #stop(): void {
    this.#isOver = true
    this.#content
      .off('readable', this.#pull)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onClose)
  }
}
