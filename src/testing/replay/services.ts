/** The world of a recording: every answer comes from it, at the moment at which it came. */
import { aborted, failure } from '../../dns/answer.ts'
import { queryName } from '../../dns/name.ts'
import { loadMeter } from '../../load/meter.ts'
import type { Answer, Records, RecordType, ResolveOptions } from '../../model/resolver.ts'
import type { Services } from '../../model/services.ts'
import { memoryStore } from '../../store/memory.ts'
import { clock } from '../clock.ts'
import type { RecordedAnswer, RecordedCall, Recording } from '../recording.ts'

export interface ReplayServices extends Services {
  /** What was asked and is not in the recording. */
  readonly missing: ReadonlySet<string>
  /** Does `act` when the clock comes to `at`, counted from the start of the session. */
  schedule(at: number, act: () => void): void
  /** Lets time pass until `at`. */
  reach(at: number): Promise<void>
  /**
   * Lets time pass until `verb` settles. It goes from one recorded event to the next at once; other timers, which are
   * deadlines, fire only when nothing else has happened for a while, sooner if the recording lasted that long
   * (`until`).
   */
  settle<T>(verb: Promise<T>, until: number, stuck: () => void): Promise<T>
}

/**
 * How long one look at what has happened lasts, in real milliseconds. Looks are counted, so that a stalled machine
 * waits.
 */
const LOOK = 5
/** Looks without any event after which a deadline may fire that fired, or may have fired, in the recording. */
const MAX_LOOKS = 40
/**
 * The same for a verb that did not: work that takes real time, such as parsing in a thread, must not be cut off by it.
 */
const MAX_LOOKS_AT_WORK = 1_000

export function replayServices(recording: Recording, hide: (text: string) => string): ReplayServices {
  return new RecordedServices(recording, hide)
}

class RecordedServices implements ReplayServices {
  readonly missing = new Set<string>()
  readonly clock: ReturnType<typeof clock>
  readonly store: Services['store']
  readonly load: Services['load']
  readonly dns: Services['dns'] = {
    known: (name, type) => this.#known(name, type),
    resolve: (name, type, options) => this.#resolve(name, type, options),
  }
  // A gateway copies services: what it calls are properties.
  readonly notify = (): void => undefined
  readonly callExternal = <T>(key: string): Promise<T> => this.#callExternal<T>(key)
  readonly #hide: (text: string) => string
  /** The moments of recorded events that are still to come. */
  readonly #due = new Set<number>()
  readonly #answers: InOrder<RecordedAnswer>
  readonly #calls: InOrder<RecordedCall>

  constructor(recording: Recording, hide: (text: string) => string) {
    this.clock = clock({ now: Date.parse(recording.started) })
    this.store = memoryStore({ clock: this.clock })
    // What was decided by load was recorded; a replay has no load.
    this.load = loadMeter({ clock: this.clock, process: { busy: () => 0, memory: () => 0 } })
    this.#hide = hide
    this.#answers = inOrder(recording.dns, ({ question }) => question)
    this.#calls = inOrder(recording.calls, ({ key }) => key)
  }

  schedule(at: number, act: () => void): void {
    const moment = Math.max(at, this.clock.monotonic())
    this.#due.add(moment)
    this.clock.after(moment - this.clock.monotonic(), () => {
      this.#due.delete(moment)
      act()
    })
  }

  reach(at: number): Promise<void> {
    return this.clock.advance(Math.max(at - this.clock.monotonic(), 0))
  }

  async settle<T>(verb: Promise<T>, until: number, stuck: () => void): Promise<T> {
    let isSettled = false
    const done = verb.finally(() => {
      isSettled = true
    })
    let looks = 0
    await this.clock.advance(0)
    while (!isSettled) {
      const next = this.clock.next()
      const isEvent = next !== undefined && this.#isEvent(next)
      const fired = next !== undefined && this.clock.monotonic() + next <= until + 1
      if (isEvent || looks > (fired ? MAX_LOOKS : MAX_LOOKS_AT_WORK)) {
        if (!isEvent && !fired) stuck()
        await this.clock.advance(next ?? 0)
        looks = 0
      } else {
        await new Promise(resolve => setTimeout(resolve, LOOK))
        looks += 1
      }
    }
    return await done
  }

  #known<T extends RecordType>(name: string, type: T): Answer<Records[T]> | undefined {
    const question = this.#hide(`${name} ${type}`)
    if (!this.#answers.peek(question)?.known) return undefined
    return this.#answers.next(question)?.answer as Answer<Records[T]> | undefined
  }

  async #resolve<T extends RecordType>(name: string, type: T, options?: ResolveOptions): Promise<Answer<Records[T]>> {
    const question = this.#hide(`${queryName(name) ?? name} ${type}`)
    const recorded = this.#answers.next(question)
    if (recorded) return await this.#answer<Records[T]>(recorded, options?.signal)
    this.missing.add(question)
    return failure('unreachable', `${question} is not in the recording`)
  }

  async #answer<R>({ at, ms, answer }: RecordedAnswer, signal: AbortSignal | undefined): Promise<Answer<R>> {
    // The session did not wait for this answer to its end: it must not come before the reason for that.
    const isAborted = ms === undefined || (answer?.kind === 'failure' && answer.cause === 'aborted')
    return await new Promise(resolve => {
      signal?.addEventListener('abort', () => resolve(aborted), { once: true })
      if (!isAborted) this.schedule(at + ms, () => resolve(answer as Answer<R>))
    })
  }

  async #callExternal<T>(name: string): Promise<T> {
    const key = this.#hide(name)
    const recorded = this.#calls.next(key)
    if (recorded === undefined) {
      this.missing.add(key)
      throw new Error(`${key} is not in the recording`)
    }
    const { at, ms, answer, error } = recorded
    return await new Promise<T>((resolve, reject) => {
      if (ms === undefined) return
      this.schedule(at + ms, () => (error === undefined ? resolve(answer as T) : reject(new Error(error))))
    })
  }

  #isEvent(next: number): boolean {
    for (const moment of this.#due) if (Math.abs(moment - this.clock.monotonic() - next) < 1e-6) return true
    return false
  }
}

interface InOrder<E> {
  /** The entry that `next` will hand out. */
  peek(key: string): E | undefined
  next(key: string): E | undefined
}

/** Hands out entries of a key in their order; the last again and again, for those who ask more often than was asked. */
function inOrder<E>(entries: readonly E[], keyOf: (entry: E) => string): InOrder<E> {
  const byKey = Map.groupBy(entries, keyOf)
  const used = new Map<string, number>()
  const peek = (key: string): E | undefined => {
    const held = byKey.get(key)
    return held?.[used.get(key) ?? 0] ?? held?.at(-1)
  }
  return {
    peek,
    next: key => {
      const entry = peek(key)
      used.set(key, (used.get(key) ?? 0) + 1)
      return entry
    },
  }
}
