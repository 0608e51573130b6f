/** Asks a service that may be slow, silent or broken; while it is down, a substitute answers. */
import { errorText } from '../model/errors.ts'
import type { Clock, Notify } from '../model/services.ts'
import { Circuit } from './circuit.ts'

export interface BreakerOptions {
  /** The first part of the codes of its notices: `store` for `store/down` and `store/up`. */
  readonly name: string
  /** The service, as notices name it: `the store`. */
  readonly service: string
  /** What happens while the service is down, for the notice: `counts go on in memory`. */
  readonly fallback: string
  /** Milliseconds that an answer may take. */
  readonly deadline: number
  /** Milliseconds between two tries while the service is down. */
  readonly retry: number
  readonly clock: Pick<Clock, 'after' | 'monotonic'>
  readonly notify: Notify
  /** Finds out whether the service is up; rejects if not. Without it, one of the callers finds out. */
  readonly probe?: () => Promise<unknown>
}

type Question<T> = () => T | Promise<T>

interface Outcome<T> {
  readonly answer?: T
  /** Why there is no answer. */
  readonly cause?: string
}

/** Questions under way: a silent service must not gather more of them until the first ones are given up. */
const MAX_UNDER_WAY = 10_000
const MAX_RETRY_MS = 30_000
const MAX_CAUSE_LENGTH = 200

export class Breaker {
  readonly #options: BreakerOptions
  readonly #circuit: Circuit
  #isAnnounced = false
  #underWay = 0
  #isStopped = false
  #cancelProbe: () => void = () => undefined

  constructor(options: BreakerOptions) {
    this.#options = options
    this.#circuit = new Circuit({ retry: options.retry, maxRetry: MAX_RETRY_MS })
  }

  get state(): 'up' | 'down' {
    return this.#circuit.isOpen ? 'down' : 'up'
  }

  /**
   * What `ask` answers in time; else, and without asking while the service is down, what `instead` answers.
   * Never rejects, unless `instead` does.
   */
  run<T>(ask: Question<T>, instead: Question<T>): T | Promise<T> {
    if (this.#underWay >= MAX_UNDER_WAY) return instead()
    if (!this.#circuit.isOpen) return this.#attempt(ask, instead)
    if (this.#options.probe || !this.#circuit.tryNow(this.#options.clock.monotonic())) return instead()
    return this.#attempt(ask, instead)
  }

  /** Ends all probes; the state stays as it is. */
  stop(): void {
    this.#isStopped = true
    this.#cancelProbe()
  }

  async #attempt<T>(ask: Question<T>, instead: Question<T>): Promise<T> {
    const { answer, cause } = await this.#within(ask)
    if (cause !== undefined) {
      this.#failed(cause)
      return await instead()
    }
    // With a probe only the probe closes the circuit: this question may have been asked before the service went down.
    if (!this.#options.probe) this.#succeeded()
    return answer as T
  }

  #succeeded(): void {
    const { name, service, clock, notify } = this.#options
    if (!this.#circuit.succeeded(clock.monotonic())) return
    if (this.#isAnnounced) notify({ code: `${name}/up`, reason: `${service} answers again`, level: 'info' })
    this.#isAnnounced = false
  }

  #failed(cause: string): void {
    if (this.#isStopped || !this.#circuit.failed(this.#options.clock.monotonic())) return
    // A failure that lasts for a moment only is no news. After a relapse the probe waits.
    if (this.#options.probe && this.#circuit.relapses === 0) return void this.#examine(this.#options.probe)
    this.#announce(cause)
    if (this.#options.probe) this.#probeLater(this.#options.probe)
  }

  #announce(cause: string): void {
    if (this.#isAnnounced) return
    this.#isAnnounced = true
    const { name, service, fallback, notify } = this.#options
    notify({ code: `${name}/down`, reason: `${service} ${cause}; ${fallback}`, level: 'warning' })
  }

  async #examine(probe: () => Promise<unknown>): Promise<void> {
    const { cause } = await this.#within(probe)
    if (this.#isStopped) return
    if (cause === undefined) return this.#succeeded()
    this.#announce(cause)
    this.#probeLater(probe)
  }

  #probeLater(probe: () => Promise<unknown>): void {
    this.#cancelProbe = this.#options.clock.after(this.#circuit.pause, () => void this.#examine(probe))
  }

  /** Never rejects. */
  #within<T>(ask: Question<T>): Promise<Outcome<T>> {
    const { clock, deadline } = this.#options
    return new Promise(resolve => {
      let isSettled = false
      this.#underWay += 1
      const settle = (outcome: Outcome<T>) => {
        if (isSettled) return
        isSettled = true
        this.#underWay -= 1
        cancelTimeout()
        resolve(outcome)
      }
      // After a stall of this process the answer may have arrived unread: the event loop turns once before it is late.
      const late = () => setImmediate(() => settle({ cause: `has not answered within ${deadline} ms` }))
      const cancelTimeout = clock.after(deadline, late)
      const broken = (error: unknown) => settle({ cause: `fails: ${errorText(error).slice(0, MAX_CAUSE_LENGTH)}` })
      try {
        Promise.resolve(ask()).then(answer => settle({ answer }), broken)
      } catch (error) {
        broken(error)
      }
    })
  }
}
