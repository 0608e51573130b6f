/** The first process as the management process sees it: metrics of this node, and notices. */
import type { Metric } from '../../model/metric.ts'
import { type Clock, warnOnThrow } from '../../model/services.ts'
import type { FromManagement, NodeNotice } from './messages.ts'

/** An answer is used for so long, however many ask. */
const FRESH_MS = 1_000
const TIMEOUT_MS = 2_000
/** Notices that wait for the jobs to start. */
const MAX_HELD = 200

export class FirstProcess {
  readonly #send: (message: FromManagement) => void
  readonly #clock: Clock
  readonly #listeners = new Set<(notice: NodeNotice) => void>()
  readonly #waiting = new Map<number, (metrics: readonly Metric[]) => void>()
  readonly #held: NodeNotice[] = []
  #isHolding = true
  #questions = 0
  #last: { readonly at: number; readonly metrics: Promise<readonly Metric[]> } | undefined

  constructor(send: (message: FromManagement) => void, clock: Clock) {
    this.#send = send
    this.#clock = clock
  }

  /** Empty when it does not answer in time. */
  metrics(): Promise<readonly Metric[]> {
    const now = this.#clock.monotonic()
    if (this.#last === undefined || now - this.#last.at >= FRESH_MS) this.#last = { at: now, metrics: this.#ask() }
    return this.#last.metrics
  }

  answered(question: number, metrics: readonly Metric[]): void {
    this.#waiting.get(question)?.(metrics)
    this.#waiting.delete(question)
  }

  onNotice(listener: (notice: NodeNotice) => void): () => void {
    const guarded = warnOnThrow('onNotice', listener)
    this.#listeners.add(guarded)
    return () => this.#listeners.delete(guarded)
  }

  /** Keeps the latest notices until {@link deliver}: while jobs start, no job listens. */
  hold(): void {
    this.#isHolding = true
  }

  /** The jobs have started: they get what has come meanwhile, and what comes from now on. */
  deliver(): void {
    this.#isHolding = false
    for (const notice of this.#held.splice(0)) this.noticed(notice)
  }

  noticed(notice: NodeNotice): void {
    if (this.#isHolding) {
      this.#held.push(notice)
      if (this.#held.length > MAX_HELD) this.#held.shift()
      return
    }
    for (const listener of this.#listeners) listener(notice)
  }

  #ask(): Promise<readonly Metric[]> {
    this.#questions += 1
    const question = this.#questions
    const { promise, resolve } = Promise.withResolvers<readonly Metric[]>()
    const cancel = this.#clock.after(TIMEOUT_MS, () => {
      this.#waiting.delete(question)
      resolve([])
    })
    this.#waiting.set(question, metrics => {
      cancel()
      resolve(metrics)
    })
    this.#send({ what: 'metrics', question })
    return promise
  }
}
