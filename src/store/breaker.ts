/** Asks a service that may be slow, silent or broken, and has somebody else answer while it is. */
import type { Clock, Notify } from '../core/world.ts'

export interface Breaker {
  /**
   * What `ask` answers in time; else, and without asking while the service is away, what `instead` answers.
   * Never rejects, unless `instead` does.
   */
  through<T>(ask: () => T | Promise<T>, instead: () => T | Promise<T>): T | Promise<T>
  readonly state: 'there' | 'away'
  /** Asks for it no more; it stays as it is. */
  stop(): void
}

export interface BreakerOptions {
  /** Notices are called by it: `store/away`, `store/back`. */
  readonly name: string
  /** Who is asked: `the store`. */
  readonly who: string
  /** What happens meanwhile: a sentence. */
  readonly meanwhile: string
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
const MOST_UNDER_WAY = 10_000
/** Milliseconds after which a service that came back counts as well; one that fails again sooner is left alone longer. */
const CONVALESCENCE = 60_000
const LONGEST_RETRY = 30_000

export function breaker({ name, who, meanwhile, deadline, retry, clock, notify, probe }: BreakerOptions): Breaker {
  let state: 'there' | 'away' = 'there'
  let told = false
  let underWay = 0
  let relapses = 0
  let backAt = Number.NEGATIVE_INFINITY
  let retryAt = 0
  let stopped = false
  let silence: () => void = () => undefined

  const back = () => {
    if (state === 'there') return
    state = 'there'
    backAt = clock.monotonic()
    if (told) notify({ what: `${name}/back`, reason: `${who} answers again`, level: 'info' })
    told = false
  }
  const tell = (cause: string) => {
    if (told) return
    told = true
    notify({ what: `${name}/away`, reason: `${who} ${cause}; ${meanwhile}`, level: 'warning' })
  }
  const pause = () => Math.min(retry * 2 ** relapses, Math.max(LONGEST_RETRY, retry))

  const examine = async (find: () => Promise<unknown>) => {
    const { cause } = await within(find)
    if (stopped) return
    if (cause === undefined) return back()
    tell(cause)
    silence = clock.after(pause(), () => void examine(find))
  }
  const failed = (cause: string) => {
    if (state === 'away' || stopped) return
    state = 'away'
    relapses = clock.monotonic() - backAt < CONVALESCENCE ? relapses + 1 : 0
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
    through: (ask, instead) => {
      if (underWay >= MOST_UNDER_WAY) return instead()
      if (state === 'there') return attempt(ask, instead)
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

const brief = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 200)
