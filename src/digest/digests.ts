/** Sends digests: daily at a time of day, or within a minute of the first message; each once, whatever crashes. */
import type { Mailer } from '../mailing/mailer.ts'
import { errorText } from '../model/errors.ts'
import type { Metric } from '../model/metric.ts'
import { type Clock, type Notify, systemClock } from '../model/services.ts'
import type { Store } from '../model/store.ts'
import { toMilliseconds } from '../model/units.ts'
import { addressKey, mailboxOf } from '../net/path.ts'
import type { Quarantine } from '../quarantine/index.ts'
import { listedIn, recipientsIn, type Window } from './collect.ts'
import { digestMail } from './digest-mail.ts'
import { DigestReports } from './digest-reports.ts'
import { DigestState } from './digest-state.ts'
import type { Links } from './links.ts'
import { type ReadRule, readRules } from './rules.ts'
import { lastSlot } from './slots.ts'
import type { DigestOptions } from './types.ts'

/** What `newDigests` works with. */
export interface DigestsOptions {
  readonly digest: DigestOptions
  readonly quarantine: Quarantine
  /** Names the quarantine: nodes that share one have the same name. */
  readonly scope: string
  readonly mailer: Mailer
  readonly links: Links
  /** The store that all nodes share. */
  readonly store: Store
  readonly notify: Notify
  /** @default the system's clock */
  readonly clock?: Clock
}

/** Messages that are still being written are left to the next digest. */
const SETTLE_MS = { daily: 60_000, first: 5_000 } as const
/** With `first` the search looks back so much further than the pause. */
const LOOK_BACK_MS = 300_000
/** A digest that could not be sent is tried again for so long. */
const GIVE_UP_MS = 12 * 3_600_000

export class Digests {
  readonly #options: DigestsOptions
  readonly #clock: Clock
  readonly #state: DigestState
  readonly #rules: readonly ReadRule[]
  readonly #reports: DigestReports

  /** @internal */
  constructor(options: DigestsOptions) {
    const { digest, mailer, store, scope, notify, clock = systemClock } = options
    this.#options = options
    this.#clock = clock
    this.#state = new DigestState(store, scope)
    this.#rules = readRules(digest.rules ?? [{}], mailer.language)
    this.#reports = new DigestReports(clock, notify)
  }

  /** Sends what is due now. Never rejects: what could not be sent is reported, and tried again later. */
  async run(signal?: AbortSignal): Promise<void> {
    for (const rule of this.#rules) {
      if (signal?.aborted) return
      try {
        await (rule.when === 'daily' ? this.#daily(rule, signal) : this.#first(rule, signal))
      } catch (error) {
        this.#reports.failed(rule.key, error)
      }
    }
  }

  metrics(): readonly Metric[] {
    return this.#reports.metrics()
  }

  async #daily(rule: ReadRule, signal: AbortSignal | undefined): Promise<void> {
    const now = this.#clock.now() - SETTLE_MS.daily
    const until = lastSlot(rule.times, rule.zone, now)
    // What was held before there were digests is in none.
    const from = await this.#state.moment('slot', rule.key, until)
    if (from >= until || !this.#reports.isDue(rule.key)) return
    const isAllSent = await this.#sendAll(rule, { from, until }, `daily:${rule.key}:${until}`, signal)
    if (signal?.aborted) return
    if (isAllSent || now - until > GIVE_UP_MS) await this.#state.setMoment('slot', rule.key, until)
  }

  /** @returns whether every reader has theirs */
  async #sendAll(rule: ReadRule, window: Window, name: string, signal: AbortSignal | undefined): Promise<boolean> {
    const results: Sent[] = []
    for (const { address } of await this.#readersIn(rule, window)) {
      if (signal?.aborted) return false
      results.push(await this.#send(rule, address, window, name))
    }
    return this.#roundEnded(rule, results)
  }

  async #first(rule: ReadRule, signal: AbortSignal | undefined): Promise<void> {
    const until = this.#clock.now() - SETTLE_MS.first
    const begun = await this.#state.moment('begun', rule.key, until)
    const seen = await this.#state.moment('seen', rule.key, until)
    const from = Math.max(seen - rule.pause - LOOK_BACK_MS, begun)
    const results: Sent[] = []
    for (const { address, newest } of await this.#readersIn(rule, { from, until })) {
      if (signal?.aborted) return
      const last = await this.#state.lastOf(rule.key, address)
      if (last !== undefined && (newest <= last || until - last < rule.pause)) continue
      const name = `first:${rule.key}:${last ?? begun}`
      const planned = await this.#state.planned(name, address, until)
      const result = await this.#send(rule, address, { from: last ?? from, until: planned }, name)
      if (result.isOver) await this.#state.setLast(rule.key, address, planned)
      results.push(result)
    }
    const isAllSent = this.#roundEnded(rule, results)
    // The readers who have none yet are found again as long as the search begins before their mail.
    if (isAllSent || until - seen > GIVE_UP_MS) await this.#state.setMoment('seen', rule.key, until)
  }

  /** To whom digests go, and when the newest message for them was held. */
  async #readersIn({ to, includes }: ReadRule, window: Window): Promise<readonly Reading[]> {
    const { quarantine } = this.#options
    const waiting = await recipientsIn(quarantine, window, includes)
    if (to === undefined) return waiting.map(({ recipient, newest }) => ({ address: recipient, newest }))
    return waiting.length === 0 ? [] : [{ address: to, newest: Math.max(...waiting.map(({ newest }) => newest)) }]
  }

  /** @returns whether every reader is served */
  #roundEnded({ key }: ReadRule, results: readonly Sent[]): boolean {
    const failures = results.flatMap(({ failure }) => failure ?? [])
    // A reader who waits for the next try was reported before.
    if (failures.length > 0 || results.every(({ isOver }) => isOver)) this.#reports.round(key, failures)
    return results.every(({ isOver }) => isOver)
  }

  async #send(rule: ReadRule, address: string, window: Window, name: string): Promise<Sent> {
    const reader = addressKey(mailboxOf(address))
    const key = `${rule.key} ${reader}`
    try {
      if (await this.#state.isSent(name, reader)) return { isOver: true }
      if (!this.#reports.isDue(key)) return { isOver: false }
      await this.#write(rule, address, window, name)
      await this.#state.setSent(name, reader)
      return { isOver: true }
    } catch (error) {
      this.#reports.notSent(key)
      const failure = { address, reason: errorText(error) }
      // Another try would be refused, too.
      if (!PERMANENT.test(failure.reason)) return { isOver: false, failure }
      await this.#state.setSent(name, reader)
      return { isOver: true, failure }
    }
  }

  async #write(rule: ReadRule, address: string, window: Window, name: string): Promise<void> {
    const { quarantine, digest, links, mailer } = this.#options
    const { to, includes, zone, language, whose } = rule
    const { lines = 50, linkTtl = '7d' } = digest
    const [query, those] = to === undefined ? [{ recipient: address }, undefined] : [{}, includes]
    const { entries, more } = await listedIn(quarantine, query, window, lines, those)
    if (entries.length === 0) return
    const content = {
      ...{ entries, more, zone, until: window.until, expires: window.until + toMilliseconds(linkTtl) },
      reader: { role: to === undefined ? 'user' : 'operator', address, language },
      ...(to !== undefined && { whose }),
    } as const
    await mailer.send(digestMail(`digest:${name}`, content, links))
    this.#reports.sent(`${rule.key} ${addressKey(mailboxOf(address))}`)
  }
}

/** The next hop has refused it for good. */
const PERMANENT = /^5\d\d\b/

/** What came of one digest; `isOver`: it is not tried again. */
interface Sent {
  readonly isOver: boolean
  readonly failure?: { readonly address: string; readonly reason: string }
}

interface Reading {
  readonly address: string
  readonly newest: number
}

/**
 * Sends digests, once over all nodes that share the store.
 *
 * @example
 * const digests = newDigests({ digest, quarantine, scope: 'mx1', mailer, links, store, notify })
 * await digests.run()
 */
export const newDigests = (options: DigestsOptions): Digests => new Digests(options)
