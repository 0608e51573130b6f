/** A reader that cannot break the pass over the message: what it throws becomes its answer. */
import type { Reader, Reading } from '../model/fact.ts'
import type { Header } from '../model/stage.ts'

export class SafeReader implements Reader<void> {
  readonly reading: Reading<unknown>
  #reader: Reader<unknown> | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(reading: Reading<unknown>, header: Header) {
    this.reading = reading
    try {
      this.#reader = reading.read(header)
    } catch (error) {
      this.#fail(error)
    }
  }

  chunk(bytes: Buffer): void | Promise<void> {
    try {
      return this.#reader?.chunk(bytes)?.catch(error => this.#fail(error))
    } catch (error) {
      return this.#fail(error)
    }
  }

  /** The answer is taken by `answer`, once the message is judged. */
  end(): void {}

  /** Ends the reading. Rejects with what the reader has thrown. */
  async answer(): Promise<unknown> {
    const reader = this.#reader
    this.#reader = undefined
    if (reader === undefined) throw this.#failure?.error ?? new Error(`${this.reading.name} was not read`)
    return await reader.end()
  }

  abort(): void {
    this.#reader?.abort?.()
    this.#reader = undefined
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.abort()
  }
}
