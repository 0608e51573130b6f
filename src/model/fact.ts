/** Makes facts: what is found once for its scope, on demand, and remembered. A fact never judges. */
import type { MaybePromise } from './maybe-promise.ts'
import type { Fact, Header, Message, Stage, Stages } from './stage.ts'

export type { Fact } from './stage.ts'

/**
 * A fact that can be asked for at `stage` and at every later one. `find` is called once for the scope of `stage`.
 * A promise that rejects stays the answer until the scope ends.
 *
 * @example
 * const country = fact('country', 'connect', ({ ip }) => lookUp(ip))
 * // in a filter: await connection.ask(country)
 */
export function fact<S extends Stage, T>(
  name: string,
  stage: S,
  find: (known: Stages[S]) => T | Promise<T>,
): Fact<Stages[S], T> {
  return { name, stage, find }
}

/** Reads the bytes of one message while they arrive. */
export interface Reader<out T> {
  /**
   * A part of the message as it will be delivered: from the first byte, header section included, every line end CRLF.
   * The buffer is shared: it must not be written to. The sender has to wait until a promise settles.
   */
  readonly chunk: (bytes: Buffer) => void | Promise<void>
  /** Called after the last byte. Returns the answer. */
  readonly end: () => T | Promise<T>
  /** Called when the message breaks off: release resources. */
  readonly abort?: () => void
}

/** The reader that `make` makes of what is being loaded. Until that is there, the bytes wait for it. */
export function lazyReader<M, T>(loading: MaybePromise<M>, make: (loaded: M) => Reader<T>): Reader<T> {
  if (!(loading instanceof Promise)) return make(loading)
  let reader: Reader<T> | undefined
  const ready = loading.then(loaded => {
    reader = make(loaded)
    return reader
  })
  // Reported by the chunk or the end that waits for it.
  ready.catch(() => undefined)
  return {
    chunk: bytes => (reader ? reader.chunk(bytes) : ready.then(made => made.chunk(bytes))),
    end: async () => await (await ready).end(),
    abort: () => {
      void ready.then(made => made.abort?.()).catch(() => undefined)
    },
  }
}

/** A fact of a message that is found by reading its bytes. A filter that needs one lists it in `reads`. */
export interface Reading<out T> extends Fact<Message, T> {
  /** Makes the reader of one message. Called when the header section is complete. */
  readonly read: (header: Header) => Reader<T>
}

/**
 * A fact that is found by reading the bytes of the message. Where a filter lists it in `reads`, that happens while the
 * message arrives. Otherwise the first `ask` reads the stored message again.
 *
 * @example
 * const lines = reading('lines', () => {
 *   let count = 0
 *   return { chunk: bytes => { count += countLines(bytes) }, end: () => count }
 * })
 */
export function reading<T>(name: string, read: (header: Header) => Reader<T>): Reading<T> {
  return {
    name,
    stage: 'message',
    read,
    find: async message => {
      const reader = read(message)
      try {
        for await (const bytes of message.open()) {
          message.signal.throwIfAborted()
          await reader.chunk(bytes)
        }
      } catch (error) {
        reader.abort?.()
        throw error
      }
      return await reader.end()
    },
  }
}

/**
 * Begins to find a fact that a later stage waits for, so that its DNS questions are on their way meanwhile. Failures
 * are reported to the caller that needs the answer; where none does, they are of no interest.
 */
export function askEarly<C extends { ask<T>(fact: Fact<C, T>): Promise<T> }>(view: C, needed: Fact<C, unknown>): void {
  view.ask(needed).catch(() => undefined)
}
