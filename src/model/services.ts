/** The effects that come in from outside, so that tests and replays can stand in for each of them. */

import type { LoadMeter } from './load.ts'
import type { Resolver } from './resolver.ts'
import type { Store } from './store.ts'

/** Tells the time and rings. */
export interface Clock {
  /** Milliseconds since 1970, as the wall shows them. May jump. */
  now(): number
  /** Milliseconds since some moment. Never jumps: measure durations with it. */
  monotonic(): number
  /** Calls back once after `ms` milliseconds, unless the returned function is called first. Keeps no process alive. */
  after(ms: number, ring: () => void): () => void
}

/**
 * Asks something outside that is not DNS: a scanner, a directory, a store. The answer must survive JSON.
 * `key` says what is asked (`clamav`, `recipients:bob@example.org`), so that a replay finds the recorded answer.
 */
export type CallExternal = <T>(key: string, question: () => Promise<T>) => Promise<T>

/** What an operator should hear of that belongs to no session: a list switched off, a store that is away. */
export interface Notice {
  /** Who tells it, and what: `dnsbl/off`, `store/down`. */
  readonly code: string
  /** A sentence. */
  readonly reason: string
  /** `warning` asks for somebody's attention; `info` says that all is well again, or that something was done. */
  readonly level: 'info' | 'warning'
}

export type Notify = (notice: Notice) => void

export interface Services {
  readonly dns: Resolver
  readonly clock: Clock
  readonly callExternal: CallExternal
  /** What is counted and remembered beyond a session, perhaps by several processes. */
  readonly store: Store
  readonly notify: Notify
  /** How loaded this process is, and who may be told of more. */
  readonly load: LoadMeter
}

// Node's timers overflow beyond 2^31-1 ms and then ring at once.
const MAX_TIMER_MS = 2 ** 31 - 1

/** The machine's own clock. */
export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  after: (ms, ring) => {
    const timer = setTimeout(warnOnThrow('a timer', ring), Math.min(Math.max(ms, 0), MAX_TIMER_MS))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** A listener or timer that throws would end the process, and all its sessions with it. It becomes a warning of the process. */
export const warnOnThrow =
  <T extends readonly unknown[]>(name: string, listener: (...heard: T) => void) =>
  (...heard: T): void => {
    try {
      listener(...heard)
    } catch (error) {
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.emitWarning(`${name} failed: ${words}`, 'PosternWarning')
    }
  }

/** Warnings become warnings of the process; the rest is not told. */
export const emitWarning: Notify = ({ code, reason, level }) => {
  if (level === 'warning') process.emitWarning(`${code}: ${reason}`, 'PosternWarning')
}

export const callDirectly: CallExternal = (_key, question) => question()
