/**
 * What holds for every request, before it is known who makes it: methods, host, length, how many at once, how long,
 * and which pages may change something.
 */
import type { Clock } from '../../model/services.ts'
import type { ClientInfo } from './client.ts'
import { InFlight } from './in-flight.ts'
import { isOwnHost, isOwnPage, type Origins } from './origin.ts'

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE'])

/** Characters of path and query. */
const MAX_URL = 8_192

/** How long an answer may take, a slow body included; streams only have to begin. */
const TIMEOUT_MS = 15_000

/** Why a request is not looked at. */
export interface Refusal {
  readonly status: 400 | 403 | 405 | 414 | 421 | 429 | 503
  readonly message: string
}

/** Lets requests in. */
export class Guard {
  readonly #origins: Origins
  readonly #inFlight: InFlight
  readonly #clock: Clock

  constructor(origins: Origins, clock: Clock, inFlight = new InFlight()) {
    this.#origins = origins
    this.#clock = clock
    this.#inFlight = inFlight
  }

  /** Why a request is refused; undefined where it is not. */
  refusal(request: Request): Refusal | undefined {
    if (!METHODS.has(request.method)) return { status: 405, message: 'this method is not used here' }
    if (request.url.length > MAX_URL) return { status: 414, message: `the address has more than ${MAX_URL} characters` }
    if (!isOwnHost(request.headers.get('host'), this.#origins))
      return { status: 421, message: 'this server is not reached by this name: set console.url to the name in use' }
    return undefined
  }

  /** Whether a request that a browser signs in by itself may change something. */
  mayChange(request: Request): boolean {
    return isOwnPage(request.headers, this.#origins)
  }

  /** Runs `answer` with a signal that ends it in time. @returns undefined where too many requests are answered now */
  async within(client: ClientInfo, answer: (signal: AbortSignal) => Promise<Response>): Promise<Response | undefined> {
    const leave = this.#inFlight.enter(client.key)
    if (leave === undefined) return undefined
    const controller = new AbortController()
    const late = Promise.withResolvers<Response | undefined>()
    const cancel = this.#clock.after(TIMEOUT_MS, () => {
      controller.abort(new Error('the request took too long'))
      late.resolve(undefined)
    })
    const work = answer(controller.signal)
    // What goes on behind a late answer still counts until it has ended.
    work.catch(() => undefined).finally(leave)
    try {
      return await Promise.race([work, late.promise])
    } finally {
      cancel()
    }
  }
}
