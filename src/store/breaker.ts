/** Asks a service that may be slow, silent or broken, and has somebody else answer while it is. */
import { errorText } from '../model/errors.ts'
import type { Clock, Notify } from '../model/services.ts'

export interface Breaker {
  /**
   * What `ask` answers in time; else, and without asking while the service is away, what `instead` answers.
   * Never rejects, unless `instead` does.
   */
  run<T>(ask: () => T | Promise<T>, instead: () => T | Promise<T>): T | Promise<T>
  readonly state: 'up' | 'down'
  /** Asks for it no more; it stays as it is. */
  stop(): void
}

export interface BreakerOptions {
  /** Notices are called by it: `store/down`, `store/up`. */
  readonly name: string
  /** Who is asked: `the store`. */
  readonly who: string
  /** What happens meanwhile: a sentence. */
  readonly fallback: string
  /** Milliseconds that an answer may take. */
  readonly deadline: number
  /** Milliseconds between two tries while it is away. */
  readonly retry: number
  readonly clock: Pick<Clock, 'after' | 'monotonic'>
  readonly notify: Notify
  /** Finds out whether it is back; rejects if not. Without it, one of those who ask does. */
  readonly probe?: () => Promise<unknown>
}

/** Questions under way: a silent service must not gather more of them until the first is given up. */
const MAX_UNDER_WAY = 10_000
/** Milliseconds after which a service that came back counts as well; one that fails again sooner is left alone longer. */
const RECOVERY_MS = 60_000
const MAX_RETRY_MS = 30_000

export function breaker({ name, who, fallback, deadline, retry, clock, notify, probe }: BreakerOptions): Breaker {
  let state: 'up' | 'down' = 'up'
  let told = false
  let underWay = 0
  let relapses = 0
  let backAt = Number.NEGATIVE_INFINITY
  let retryAt = 0
  let stopped = false
  let silence: () => void = () => undefined

  const back = () => {
    if (state === 'up') return
    state = 'up'
    backAt = clock.monotonic()
    if (told) notify({ code: `${name}/up`, reason: `${who} answers again`, level: 'info' })
    told = false
  }
  const tell = (cause: string) => {
    if (told) return
    told = true
    notify({ code: `${name}/down`, reason: `${who} ${cause}; ${fallback}`, level: 'warning' })
  }
  const pause = () => Math.min(retry * 2 ** relapses, Math.max(MAX_RETRY_MS, retry))

  const examine = async (find: () => Promise<unknown>) => {
    const { cause } = await within(find)
    if (stopped) return
    if (cause === undefined) return back()
    tell(cause)
    silence = clock.after(pause(), () => void examine(find))
  }
  const failed = (cause: string) => {
    if (state === 'down' || stopped) return
    state = 'down'
    relapses = clock.monotonic() - backAt < RECOVERY_MS ? relapses + 1 : 0
    retryAt = clock.monotonic() + pause()
    // One that failed for a moment is found well at once, and nobody need hear of it. One that failed again must wait.
    if (probe && relapses === 0) return void examine(probe)
    tell(cause)
    if (probe) silence = clock.after(pause(), () => void examine(probe))
  }

  /** What it answers, or why it did not. */
  const within = <T>(ask: () => T | Promise<T>): Promise<{ readonly answer?: T; readonly cause?: string }> =>
    new Promise(resolve => {
      underWay += 1
      const settle = (outcome: { readonly answer?: T; readonly cause?: string }) => {
        if (ended) return
        ended = true
        underWay -= 1
        hush()
        resolve(outcome)
      }
      let ended = false
      // After a stall of our own the answer may lie there unread: it is looked for once before it is too late.
      const late = () => setImmediate(() => settle({ cause: `has not answered within ${deadline} ms` }))
      const hush = clock.after(deadline, late)
      const broken = (error: unknown) => settle({ cause: `fails: ${brief(error)}` })
      try {
        Promise.resolve(ask()).then(answer => settle({ answer }), broken)
      } catch (error) {
        broken(error)
      }
    })

  const attempt = async <T>(ask: () => T | Promise<T>, instead: () => T | Promise<T>): Promise<T> => {
    const { answer, cause } = await within(ask)
    if (cause !== undefined) {
      failed(cause)
      return await instead()
    }
    // One that was asked before it went away says nothing about now, unless it was asked to find out.
    if (!probe) back()
    return answer as T
  }

  return {
    run: (ask, instead) => {
      if (underWay >= MAX_UNDER_WAY) return instead()
      if (state === 'up') return attempt(ask, instead)
      if (probe || clock.monotonic() < retryAt) return instead()
      retryAt = clock.monotonic() + pause()
      return attempt(ask, instead)
    },
    get state() {
      return state
    },
    stop: () => {
      stopped = true
      silence()
    },
  }
}

const brief = (error: unknown): string => errorText(error).slice(0, 200)
