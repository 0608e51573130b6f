/** A share of questions and time, so that no message makes us ask for ever (RFC 7208 §11.1 tells of the attack). */
import { type Duration, toMilliseconds } from '../core/units.ts'
import { type Clock, systemClock } from '../core/world.ts'
import { badName, type Failure, failure, within } from './answer.ts'
import { queryName } from './name.ts'
import type { Resolver } from './resolver.ts'

export interface BudgetOptions {
  /** How many different questions may be asked for one transaction, or before the first. @default 30 */
  readonly questions?: number
  /** How many a session may ask within a minute, in all its transactions: honest relays send for hours over one. @default 1_000 */
  readonly session?: number
  /** How long a transaction may wait for DNS in all, questions that overlap counted once. @default '5s' */
  readonly time?: Duration
  /** Tells the time. @default the system's clock */
  readonly clock?: Clock
}

const MINUTE = 60_000

/** A resolver that asks no more than its share. */
export interface Budget extends Resolver {
  /** A new transaction begins: its share of questions and time is whole again. */
  renew(): void
}

/**
 * Holds what is asked through it to a budget. To ask again what this transaction has asked already is free, whether
 * the answer is in a cache or not: so the outcome for a message does not hang on what other sessions asked before.
 * Beyond the number of questions: failure `budget` (the message's doing: permanent). Beyond the time: failure `timeout`.
 */
export function withBudget(
  resolver: Resolver,
  { questions = 30, session = 1_000, time = '5s', clock = systemClock }: BudgetOptions = {},
): Budget {
  const total = toMilliseconds(time, 'dns.budget.time')
  const late = failure('timeout', `DNS took more than ${total} ms for one transaction`)
  const asked = new Set<string>()
  let left = session
  let minute = Number.NEGATIVE_INFINITY
  let spent = 0
  let waiting = 0
  let since = 0

  const elapsed = () => (waiting > 0 ? spent + clock.monotonic() - since : spent)
  const begin = () => {
    if (waiting === 0) since = clock.monotonic()
    waiting += 1
  }
  const end = () => {
    spent = elapsed()
    since = clock.monotonic()
    waiting -= 1
  }
  const charge = (key: string): Failure | undefined => {
    if (asked.has(key)) return undefined
    if (asked.size >= questions) return failure('budget', `the transaction has asked its ${questions} questions`)
    const now = clock.monotonic()
    if (now - minute >= MINUTE) {
      minute = now
      left = session
    }
    if (left === 0) return failure('budget', `the session has asked its ${session} questions of this minute`)
    left -= 1
    asked.add(key)
    return undefined
  }

  return {
    renew: () => {
      asked.clear()
      spent = 0
      since = clock.monotonic()
    },
    resolve: async (name, type, options) => {
      const query = queryName(name)
      if (query === undefined) return badName
      const ms = total - elapsed()
      if (ms <= 0) return late
      const over = charge(`${type} ${query}`)
      if (over !== undefined) return over
      begin()
      const answer = await within(resolver.resolve(query, type, options), { ms, late, clock })
      end()
      return answer
    },
  }
}
