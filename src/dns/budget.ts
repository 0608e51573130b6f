/**
 * A budget of questions and time for each transaction, against messages that cause endless lookups (RFC 7208 §11.1).
 */

import type { Purpose, RecordType, Resolver } from '../model/resolver.ts'
import { type Clock, systemClock } from '../model/services.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { badName, type Failure, failure, withDeadline } from './answer.ts'
import { queryName } from './name.ts'

/** The limits of a budget. */
export interface BudgetOptions {
  /**
   * The maximum of different questions for one transaction, or before the first. SPF, DKIM, ARC and DMARC have separate
   * shares. @default 30
   */
  readonly questions?: number
  /**
   * The maximum for a session within a minute, in all its transactions: honest relays use one for hours.
   * @default 1_000
   */
  readonly session?: number
  /** How long a transaction may wait for DNS in all; overlapping questions count once. @default '5s' */
  readonly time?: Duration
  /** The clock. @default the system's clock */
  readonly clock?: Clock
}

const MINUTE = 60_000

/**
 * The shares that nothing else can use up: otherwise a costly SPF record of a third party would leave no question for
 * the author's DMARC. DKIM, ARC and DMARC have as many as their own limits allow; `dmarc-sender` is for the
 * domain of the sender, which an author of the same organisation needs too. RFC 7208 §4.6.4 allows SPF more (111); the
 * rest is looked up when the client tries again, because answers are cached.
 */
const SHARES: Readonly<Record<Purpose, number>> = {
  spf: 30,
  'spf-helo': 30,
  dkim: 10,
  arc: 11,
  dmarc: 8,
  'dmarc-sender': 8,
}

/** Questions about domains that the client chooses, whatever the author's is. */
const ABOUT_SENDER: ReadonlySet<Purpose | undefined> = new Set(['spf', 'spf-helo', 'dmarc-sender'])
/** The part of the time that these leave, so that the key and the policy of the author can still be looked up. */
const RESERVED_TIME = 0.3

/** A resolver with a budget. */
export interface Budget extends Resolver {
  /** Restores the budget when a new transaction begins. */
  renew(): void
}

/**
 * Limits the questions that are asked through it. Questions that this transaction has asked already and cached answers
 * are free, so a client that tries again gets further. Beyond the number of questions the failure is `budget`, beyond
 * the time `timeout`; both mean "try again later".
 */
export function withBudget(
  resolver: Resolver,
  { questions = 30, session = 1_000, time = '5s', clock = systemClock }: BudgetOptions = {},
): Budget {
  return new LimitedResolver(resolver, { questions, session, total: toMilliseconds(time, 'dns.budget.time'), clock })
}

interface Limits {
  readonly questions: number
  readonly session: number
  readonly total: number
  readonly clock: Clock
}

class LimitedResolver implements Budget {
  readonly #resolver: Resolver
  readonly #limits: Limits
  readonly #asked = new Set<string>()
  readonly #used = new Map<Purpose | undefined, number>()
  #left: number
  #minute = Number.NEGATIVE_INFINITY
  #spent = 0
  #waiting = 0
  #transaction = 0
  #since = 0

  constructor(resolver: Resolver, limits: Limits) {
    this.#resolver = resolver
    this.#limits = limits
    this.#left = limits.session
  }

  /** Questions that are still open were asked before the transaction, and take none of its time. */
  renew(): void {
    this.#asked.clear()
    this.#used.clear()
    this.#transaction += 1
    this.#waiting = 0
    this.#spent = 0
    this.#since = this.#limits.clock.monotonic()
  }

  /** A cached answer is free. */
  readonly known: NonNullable<Resolver['known']> = (name, type) => this.#resolver.known?.(name, type)

  readonly resolve: Resolver['resolve'] = async (name, type, options) => {
    const query = queryName(name)
    if (query === undefined) return badName
    const known = this.#resolver.known?.(query, type)
    if (known !== undefined) return known
    const { total, clock } = this.#limits
    const purpose = options?.purpose
    const limit = ABOUT_SENDER.has(purpose) ? total * (1 - RESERVED_TIME) : total
    const late = failure('timeout', `DNS took more than ${limit} ms for one transaction`)
    const ms = limit - this.#elapsed()
    if (ms <= 0) return late
    const refused = this.#charge(query, type, purpose)
    if (refused !== undefined) return refused
    if (this.#waiting === 0) this.#since = clock.monotonic()
    this.#waiting += 1
    const transaction = this.#transaction
    const answer = await withDeadline(this.#resolver.resolve(query, type, options), { ms, late, clock })
    if (transaction !== this.#transaction) return answer
    this.#spent = this.#elapsed()
    this.#since = clock.monotonic()
    this.#waiting -= 1
    return answer
  }

  #elapsed(): number {
    return this.#waiting > 0 ? this.#spent + this.#limits.clock.monotonic() - this.#since : this.#spent
  }

  #charge(query: string, type: RecordType, purpose: Purpose | undefined): Failure | undefined {
    const key = `${type} ${query}`
    if (this.#asked.has(key)) return undefined
    const { questions, session, clock } = this.#limits
    const max = purpose === undefined ? questions : SHARES[purpose]
    const used = this.#used.get(purpose) ?? 0
    if (used >= max) {
      const what = purpose === undefined ? `${max} questions` : `${max} questions for ${purpose.toUpperCase()}`
      return failure('budget', `the transaction has asked its ${what}`)
    }
    const now = clock.monotonic()
    if (now - this.#minute >= MINUTE) {
      this.#minute = now
      this.#left = session
    }
    if (this.#left === 0) return failure('budget', `the session has asked its ${session} questions of this minute`)
    this.#left -= 1
    this.#used.set(purpose, used + 1)
    this.#asked.add(key)
    return undefined
  }
}

/** A budget that is created with the first question: most clients that are refused at once cause none. */
export function budgetOf({ dns, clock }: { readonly dns: Resolver; readonly clock: Clock }): Budget {
  let budget: Budget | undefined
  return {
    known: (name, type) => dns.known?.(name, type),
    resolve: (name, type, options) => {
      budget ??= withBudget(dns, { clock })
      return budget.resolve(name, type, options)
    },
    renew: () => budget?.renew(),
  }
}
