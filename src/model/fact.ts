/** A fact is a question with one answer for its scope: found once, on demand, remembered. It never judges. */
import type { Header, Message, Stage, Stages } from './stage.ts'

/** A question about a `C`, answered by a `T`. */
export interface Fact<in C, out T> {
  readonly name: string
  /** The first stage at which it can be asked, and the scope in which it is remembered. */
  readonly stage: Stage
  readonly find: (context: C) => T | Promise<T>
}

/**
 * A question to be found out with the context of `stage`, or of any later one.
 *
 * @example
 * const country = fact('country', 'connect', ({ ip }) => lookUp(ip))
 * // in a filter: await connection.ask(country)
 */
export function fact<S extends Stage, T>(
  name: string,
  stage: S,
  find: (context: Stages[S]) => T | Promise<T>,
): Fact<Stages[S], T> {
  return { name, stage, find }
}

/** Watches the bytes of one message go by, on the one pass over them. */
export interface Reader<out T> {
  /**
   * A part of the message as it will be delivered: from the first byte, header section included, every line end CRLF.
   * The buffer is shared: it must not be written to. A promise holds back the sender until it settles.
   */
  readonly chunk: (bytes: Buffer) => void | Promise<void>
  /** The last byte was seen. */
  readonly end: () => T | Promise<T>
  /** There will be no more: give back what was held. */
  readonly abort?: () => void
}

/** A fact of a message that is found by reading its bytes. Filters that need one name it in `reads`. */
export interface Reading<out T> extends Fact<Message, T> {
  /** Called when the header is complete. */
  readonly read: (header: Header) => Reader<T>
}

/**
 * A question that is answered by reading the bytes of the message. A filter that names it in `reads` has it
 * found on the one pass, while the message arrives; asked unannounced, it is found by reading the spool again.
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
