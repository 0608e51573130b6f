/** The world of a recording: every answer comes from it, at the moment at which it came. */

import { aborted, failure } from '../../dns/answer.ts'
import { queryName } from '../../dns/name.ts'
import { loadMeter } from '../../load/meter.ts'
import type { Answer, Records, RecordType, ResolveOptions } from '../../model/resolver.ts'
import type { Services } from '../../model/services.ts'
import { memoryStore } from '../../store/memory.ts'
import { clock } from '../clock.ts'
import type { RecordedAnswer, Recording } from '../recording.ts'

export interface ReplayServices extends Services {
  /** What was asked and is not in the recording. */
  readonly missing: ReadonlySet<string>
  /** Does `act` when the clock comes to `at`, counted from the start of the session. */
  schedule(at: number, act: () => void): void
  /** Lets time pass until `at`. */
  reach(at: number): Promise<void>
  /**
   * Lets time pass until `verb` settles. It goes from one recorded event to the next at once; other timers, which are
   * deadlines, ring only when nothing else has stirred for a while, sooner if the recording lasted that long (`until`).
   */
  settle<T>(verb: Promise<T>, until: number, stuck: () => void): Promise<T>
}

/**
 * How long one look at what has stirred lasts, in real milliseconds. Looks are counted, so that a stalled machine
 * waits.
 */
const LOOK = 5
/** Looks without any event after which a deadline may ring that rang, or may have rung, in the recording. */
const MAX_LOOKS = 40
/**
 * The same for a verb that did not: work that takes real time, such as parsing in a thread, must not be cut off by it.
 */
const MAX_LOOKS_AT_WORK = 1_000

export function replayServices(recording: Recording, hide: (text: string) => string): ReplayServices {
  const hand = clock({ now: Date.parse(recording.started) })
  const missing = new Set<string>()
  const due = new Set<number>()
  const answers = inOrder(recording.dns, ({ question }) => question)
  const consulted = inOrder(recording.calls, ({ key }) => key)

  const schedule = (at: number, act: () => void) => {
    const moment = Math.max(at, hand.monotonic())
    due.add(moment)
    hand.after(moment - hand.monotonic(), () => {
      due.delete(moment)
      act()
    })
  }
  const answer = async <R>(recorded: RecordedAnswer, signal: AbortSignal | undefined): Promise<Answer<R>> => {
    const { at, ms, answer: held } = recorded
    // The session did not wait for this answer to its end: it must not come before the reason for that.
    const unheard = ms === undefined || (held?.kind === 'failure' && held.cause === 'aborted')
    return await new Promise(resolve => {
      signal?.addEventListener('abort', () => resolve(aborted), { once: true })
      if (!unheard) schedule(at + ms, () => resolve(held as Answer<R>))
    })
  }
  const isEvent = (next: number): boolean => {
    for (const moment of due) if (Math.abs(moment - hand.monotonic() - next) < 1e-6) return true
    return false
  }

  return {
    missing,
    schedule,
    clock: hand,
    store: memoryStore({ clock: hand }),
    notify: () => undefined,
    // What was decided by load was recorded; a replay has no load.
    load: loadMeter({ clock: hand, process: { busy: () => 0, memory: () => 0 } }),
    dns: {
      known: <T extends RecordType>(name: string, type: T) => {
        const question = hide(`${name} ${type}`)
        const recorded = answers.peek(question)
        if (!recorded?.known) return undefined
        return answers.next(question)?.answer as Answer<Records[T]> | undefined
      },
      resolve: async <T extends RecordType>(name: string, type: T, options?: ResolveOptions) => {
        const question = hide(`${queryName(name) ?? name} ${type}`)
        const recorded = answers.next(question)
        if (recorded) return await answer<Records[T]>(recorded, options?.signal)
        missing.add(question)
        return failure('unreachable', `${question} is not in the recording`)
      },
    },
    callExternal: async <T>(key: string) => {
      const recorded = consulted.next(hide(key))
      if (recorded === undefined) {
        missing.add(hide(key))
        throw new Error(`${hide(key)} is not in the recording`)
      }
      const { at, ms, answer: held, error } = recorded
      return await new Promise<T>((resolve, reject) => {
        if (ms === undefined) return
        schedule(at + ms, () => (error === undefined ? resolve(held as T) : reject(new Error(error))))
      })
    },
    reach: at => hand.advance(Math.max(at - hand.monotonic(), 0)),
    settle: async (verb, until, stuck) => {
      let settled = false
      const done = verb.finally(() => {
        settled = true
      })
      let looks = 0
      await hand.advance(0)
      while (!settled) {
        const next = hand.next()
        const event = next !== undefined && isEvent(next)
        const rang = next !== undefined && hand.monotonic() + next <= until + 1
        if (event || looks > (rang ? MAX_LOOKS : MAX_LOOKS_AT_WORK)) {
          if (!event && !rang) stuck()
          await hand.advance(next ?? 0)
          looks = 0
        } else {
          await new Promise(resolve => setTimeout(resolve, LOOK))
          looks += 1
        }
      }
      return await done
    },
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
