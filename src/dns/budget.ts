/** A share of questions and time, so that no message makes us ask for ever (RFC 7208 §11.1 tells of the attack). */

import type { Purpose, RecordType, Resolver } from '../model/resolver.ts'
import { type Clock, systemClock } from '../model/services.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { badName, type Failure, failure, within } from './answer.ts'
import { queryName } from './name.ts'

export interface BudgetOptions {
  /**
   * How many different questions may be asked for one transaction, or before the first, besides those of SPF, DKIM, ARC
   * and DMARC, which have shares of their own. @default 30
   */
  readonly questions?: number
  /** How many a session may ask within a minute, in all its transactions: honest relays send for hours over one. @default 1_000 */
  readonly session?: number
  /** How long a transaction may wait for DNS in all, questions that overlap counted once. @default '5s' */
  readonly time?: Duration
  /** Tells the time. @default the system's clock */
  readonly clock?: Clock
}

const MINUTE = 60_000

/**
 * What nothing else can use up: else a costly SPF record of a third party would leave no question for the author's DMARC.
 * DKIM, ARC and DMARC have as many as their own limits let them ask. SPF may ask more by RFC 7208 §4.6.4 (111); what is
 * left over is asked when the client comes again, because what was answered is remembered.
 */
const SHARES: Readonly<Record<Purpose, number>> = { spf: 30, 'spf-helo': 30, dkim: 10, arc: 11, dmarc: 8 }

/** What SPF leaves of the time, so that the key and the policy of the author can still be asked for. */
const RESERVED_TIME = 0.3

/** A resolver that asks no more than its share. */
export interface Budget extends Resolver {
  /** A new transaction begins: its share of questions and time is whole again. */
  renew(): void
}

/**
 * Holds what is asked through it to a budget. What this transaction has asked already is free, and so is what the resolver
 * remembers: a client that comes again gets further. Beyond the number of questions: failure `budget`. Beyond the time:
 * failure `timeout`. Both say "not now".
 */
export function withBudget(
  resolver: Resolver,
  { questions = 30, session = 1_000, time = '5s', clock = systemClock }: BudgetOptions = {},
): Budget {
  return new Shares(resolver, { questions, session, total: toMilliseconds(time, 'dns.budget.time'), clock })
}

interface Limits {
  readonly questions: number
  readonly session: number
  readonly total: number
  readonly clock: Clock
}

class Shares implements Budget {
  readonly #resolver: Resolver
  readonly #limits: Limits
  readonly #asked = new Set<string>()
  readonly #used = new Map<Purpose | undefined, number>()
  #left: number
  #minute = Number.NEGATIVE_INFINITY
  #spent = 0
  #waiting = 0
  #since = 0

  constructor(resolver: Resolver, limits: Limits) {
    this.#resolver = resolver
    this.#limits = limits
    this.#left = limits.session
  }

  renew(): void {
    this.#asked.clear()
    this.#used.clear()
    this.#spent = 0
    this.#since = this.#limits.clock.monotonic()
  }

  readonly resolve: Resolver['resolve'] = async (name, type, options) => {
    const query = queryName(name)
    if (query === undefined) return badName
    const known = this.#resolver.known?.(query, type)
    if (known !== undefined) return known
    const { total, clock } = this.#limits
    const purpose = options?.purpose
    const limit = purpose === 'spf' || purpose === 'spf-helo' ? total * (1 - RESERVED_TIME) : total
    const late = failure('timeout', `DNS took more than ${limit} ms for one transaction`)
    const ms = limit - this.#elapsed()
    if (ms <= 0) return late
    const over = this.#charge(query, type, purpose)
    if (over !== undefined) return over
    if (this.#waiting === 0) this.#since = clock.monotonic()
    this.#waiting += 1
    const answer = await within(this.#resolver.resolve(query, type, options), { ms, late, clock })
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
    const most = purpose === undefined ? questions : SHARES[purpose]
    const used = this.#used.get(purpose) ?? 0
    if (used >= most) {
      const what = purpose === undefined ? `${most} questions` : `${most} questions for ${purpose.toUpperCase()}`
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

/** A share of questions, made with the first of them: most clients that are refused at once cause none. */
export function budgetOf({ dns, clock }: { readonly dns: Resolver; readonly clock: Clock }): Budget {
  let budget: Budget | undefined
  return {
    resolve: (name, type, options) => {
      budget ??= withBudget(dns, { clock })
      return budget.resolve(name, type, options)
    },
    renew: () => budget?.renew(),
  }
}
