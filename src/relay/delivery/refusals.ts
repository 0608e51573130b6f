/**
 * Recipients that the next server has refused for good, in a message that others got: they are refused at the next try.
 */
import type { Answer } from './answer.ts'

export interface Refusals {
  remember(reversePath: string, answer: Answer): void
  of(reversePath: string, forwardPath: string): Answer | undefined
}

/** Long enough for the next tries of a client, and short enough for a mailbox that is made meanwhile. */
const KEPT_MS = 6 * 3_600_000
const MAX = 10_000

export function rememberRefusals(now: () => number = () => performance.now()): Refusals {
  const kept = new Map<string, { readonly answer: Answer; readonly until: number }>()
  const keyOf = (reversePath: string, forwardPath: string) => `${reversePath}\n${forwardPath}`
  return {
    remember: (reversePath, { code, refused, taken = [] }) => {
      // A refusal that the sender has heard himself needs no memory.
      if (refused === undefined || taken.length === 0 || code >= 500) return
      for (const [path, answer] of refused) {
        if (answer.code < 500) continue
        const [oldest] = kept.keys()
        if (kept.size >= MAX && oldest !== undefined) kept.delete(oldest)
        kept.set(keyOf(reversePath, path), { answer, until: now() + KEPT_MS })
      }
    },
    of: (reversePath, forwardPath) => {
      const key = keyOf(reversePath, forwardPath)
      const found = kept.get(key)
      if (found === undefined) return undefined
      if (now() < found.until) return found.answer
      kept.delete(key)
      return undefined
    },
  }
}
