/** Remembers why the connection of a client fails: what a call says then is that there is no connection. */

/** A client that emits its errors, and says when it can be used. */
interface Emitter {
  on(event: string, listener: (error?: unknown) => void): unknown
  off(event: string, listener: (error?: unknown) => void): unknown
}

/** What ioredis and node-redis say of a call without a connection. */
const NOT_CONNECTED =
  /isn't writeable|Connection is closed|client is (?:closed|offline)|max retries per request|all failed/i
const MAX_LENGTH = 200

export class ConnectionErrors {
  readonly #client: Emitter | undefined
  #last: string | undefined

  /** An error event without a listener ends the process (node-redis) or fills its log (ioredis). */
  constructor(client: object) {
    this.#client = 'on' in client && 'off' in client ? (client as Emitter) : undefined
    this.#client?.on('error', this.#onError)
    this.#client?.on('ready', this.#onReady)
  }

  /**
   * The same error, or an error that names the cause: a wrong password, a certificate, a port where no server listens.
   */
  explain(error: unknown): unknown {
    const isCause = error instanceof Error && NOT_CONNECTED.test(error.message)
    if (this.#last === undefined || !isCause) return error
    return new Error(`there is no connection: ${this.#last}`, { cause: error })
  }

  stop(): void {
    this.#client?.off('error', this.#onError)
    this.#client?.off('ready', this.#onReady)
  }

  readonly #onError = (error: unknown): void => {
    // A cluster names the errors of its nodes in the last one.
    const inner = error instanceof Error && 'lastNodeError' in error ? (error.lastNodeError ?? error) : error
    const { code, message } = inner instanceof Error ? (inner as NodeJS.ErrnoException) : { message: String(inner) }
    const text = message === '' ? (code ?? '') : message
    if (text !== '') this.#last = text.slice(0, MAX_LENGTH).replace(/[^ -~]/g, '?')
  }

  readonly #onReady = (): void => {
    this.#last = undefined
  }
}
