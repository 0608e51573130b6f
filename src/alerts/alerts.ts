/** Alerts: asks all rules every 15 seconds, and tells the operators what begins and what ends. */

import { errorText } from '../model/errors.ts'
import type { Metric } from '../model/metric.ts'
import { checked } from '../model/options.ts'
import type { Clock, Notice, Notify } from '../model/services.ts'
import type { Store } from '../model/store.ts'
import { ArrivalForecasts } from './arrivals.ts'
import { alertOf, type Channel, claim, isActive, type Outgoing, settle, update } from './board.ts'
import { Conditions } from './conditions.ts'
import { Counters } from './counters.ts'
import { type AlertMail, mailOf } from './mail-text.ts'
import { type AlertsOptions, alertsSchema, rulesOf } from './options.ts'
import { COUNTERS } from './rules.ts'
import { type Check, Notices, OF_MAIL, Seen } from './seen.ts'
import { SharedBoard } from './shared-board.ts'
import type { Alert, Rule } from './types.ts'
import { type Fetch, post } from './webhook.ts'

export interface AlertsParts {
  readonly options: AlertsOptions
  /** The name of this node. */
  readonly node: string
  readonly clock: Clock
  readonly notify: Notify
  /** Shared by all nodes; it rejects while it is down. */
  readonly store: Store
  /** What this node has counted; empty when that is not known now. */
  readonly metrics: () => Promise<readonly Metric[]>
  /** What the doctor found last. @default not known */
  readonly checks?: () => readonly Check[] | undefined
  /** Sends a mail to the addresses of `options.mail`. Rejects when one of them did not get it. */
  readonly sendMail: (mail: AlertMail) => Promise<void>
  /** @default the platform's */
  readonly fetch?: Fetch
}

const EVERY_MS = 15_000
const SAVE_MS = 600_000
const MAX_SETTLES = 5
const SAVED_TTL_MS = 14 * 86_400_000

type Results = Record<Channel, { sent: number; failed: number }>

/**
 * Watches one node; the store joins those of several. Never throws once it runs.
 *
 * @throws PosternError when an option is wrong
 */
export class Alerts {
  readonly #parts: AlertsParts
  readonly #rules: readonly Rule[]
  readonly #conditions: Conditions
  readonly #counters: Counters
  readonly #notices = new Notices()
  readonly #forecasts: ArrivalForecasts
  readonly #board: SharedBoard
  readonly #channels: readonly Channel[]
  readonly #results: Results = { mail: { sent: 0, failed: 0 }, webhook: { sent: 0, failed: 0 } }
  /** What failed last, so that it is said once. */
  readonly #failures = new Map<string, string>()
  #cancel = (): void => undefined
  #running: Promise<void> = Promise.resolve()
  #sending: Promise<void> | undefined
  #savedAt: number
  #hasResumed = false
  /** Before that nothing is saved: it would replace what was learnt. */
  #hasForecast = false
  #isClosed = false

  constructor(parts: AlertsParts) {
    const { clock, node, store, notify } = parts
    const { mail = [], webhook, custom = [] } = checked(alertsSchema, parts.options)
    this.#parts = parts
    this.#rules = rulesOf(parts.options)
    const now = clock.monotonic()
    this.#counters = new Counters([...COUNTERS, ...custom.map(({ metric }) => metric)], now)
    this.#conditions = new Conditions(this.#rules, (rule, error) => this.#failed(`rule ${rule}`, error))
    this.#forecasts = new ArrivalForecasts(clock)
    this.#board = new SharedBoard({ node, store, clock, notify })
    this.#channels = [...(mail.length > 0 ? (['mail'] as const) : []), ...(webhook ? (['webhook'] as const) : [])]
    this.#savedAt = now
  }

  /** Reads what the forecast has learnt, and begins to watch. Never rejects. */
  async start(): Promise<void> {
    await this.#readForecast()
    this.#next()
  }

  async #readForecast(): Promise<void> {
    const { store, node, notify } = this.#parts
    try {
      const [saved] = await store.run([{ op: 'get', key: forecastKey(node) }])
      this.#hasForecast = true
      const problem = saved && this.#forecasts.restore(saved.value)
      if (problem !== undefined)
        notify({ code: 'alerts/forecast', reason: `the forecast begins anew: ${problem}`, level: 'warning' })
    } catch (error) {
      this.#failed('the forecast in the store', error)
    }
  }

  /** Takes a notice of this node. */
  noticed(notice: Notice): void {
    this.#notices.take(notice, this.#parts.clock.monotonic())
  }

  /** The alerts of all nodes that last, the first that began first. */
  get active(): readonly Alert[] {
    return this.#board.last.entries
      .filter(isActive)
      .map(alertOf)
      .toSorted((a, b) => a.since - b.since)
  }

  metrics(): readonly Metric[] {
    const active = new Map<string, number>(this.#rules.map(({ name }) => [name, 0]))
    for (const { rule } of this.active) active.set(rule, (active.get(rule) ?? 0) + 1)
    const sent = (['sent', 'failed'] as const).flatMap(result =>
      this.#channels.map(channel => ({ labels: { channel, result }, value: this.#results[channel][result] })),
    )
    const { outgoing, dropped } = this.#board.last
    return [
      {
        name: 'postern_alert',
        type: 'gauge',
        help: 'Alerts of a rule that last, on whatever node.',
        samples: Array.from(active, ([name, value]) => ({ labels: { name }, value })),
      },
      {
        name: 'postern_alert_messages_total',
        type: 'counter',
        help: 'Messages about alerts, by result.',
        samples: sent,
      },
      {
        name: 'postern_alert_queue',
        type: 'gauge',
        help: 'Messages that wait.',
        samples: [{ value: outgoing.length }],
      },
      {
        name: 'postern_alert_dropped_total',
        type: 'counter',
        help: 'Messages about alerts that were given up, by all nodes.',
        samples: [{ value: dropped }],
      },
    ]
  }

  /** Ends at once what it watches; a message that is being sent is sent. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    await this.#running
    await this.#sending
    await this.#save()
  }

  /** Asks all rules now. Never rejects. */
  async tick(): Promise<void> {
    try {
      await this.#look()
      // A slow server of mail must not stop the watching.
      this.#sending ??= this.#send().finally(() => {
        this.#sending = undefined
      })
      if (this.#parts.clock.monotonic() - this.#savedAt >= SAVE_MS) await this.#save()
    } catch (error) {
      this.#failed('alerts', error)
    }
  }

  #next(): void {
    if (this.#isClosed) return
    this.#cancel = this.#parts.clock.after(EVERY_MS, () => {
      this.#running = this.tick().then(() => this.#next())
    })
  }

  async #look(): Promise<void> {
    const { clock, node, checks, options } = this.#parts
    const metrics = await this.#parts.metrics().catch(() => [])
    const now = clock.monotonic()
    if (metrics.some(({ name }) => name === OF_MAIL)) {
      this.#counters.take(metrics, now)
      this.#forecasts.take({
        arrived: this.#counters.step('postern_arrivals_total'),
        refused: this.#counters.step('postern_decisions_total', isRefusal),
      })
    }
    const parts = { counters: this.#counters, notices: this.#notices, forecasts: this.#forecasts }
    const seen = new Seen({ ...parts, now, metrics, checks: checks?.() })
    await this.#resume(now)
    const outcome = this.#conditions.check(seen)
    const look = { node, outcome, channels: this.#channels, maxMails: options.maxMails ?? 10 }
    await this.#board.change(board => update(board, { ...look, now: clock.now(), isAlone: this.#board.isAlone }))
  }

  /** What this node saw before it began anew. */
  async #resume(now: number): Promise<void> {
    if (this.#hasResumed) return
    this.#hasResumed = await this.#board.change(board => board)
    const { node } = this.#parts
    const mine = this.#board.last.entries.filter(entry => isActive(entry) && entry.nodes[node] !== undefined)
    this.#conditions.resume(
      mine.map(entry => ({ rule: entry.rule, found: entry })),
      now,
    )
  }

  async #send(): Promise<void> {
    const { node, clock } = this.#parts
    let due: readonly Outgoing[] = []
    const isMine = await this.#board.change(board => {
      const claimed = claim(board, node, clock.now())
      due = claimed.due
      return claimed.board
    })
    if (!isMine || due.length === 0) return
    const results = new Map(await Promise.all(due.map(async one => [one.id, await this.#sendOne(one)] as const)))
    // Where other nodes are always faster it is sent again after a minute, under the same name.
    for (let tries = 0; tries < MAX_SETTLES; tries += 1)
      if (await this.#board.change(board => settle(board, results, node, clock.now()))) return
  }

  /** Never rejects. */
  async #sendOne(outgoing: Outgoing): Promise<boolean> {
    const { channel } = outgoing
    const { options, node, clock, fetch = globalThis.fetch, sendMail } = this.#parts
    try {
      if (channel === 'mail') await sendMail(mailOf(outgoing))
      else if (options.webhook) await post(outgoing, { ...options.webhook, node, now: clock.now(), fetch })
      this.#results[channel].sent += 1
      this.#failures.delete(channel)
      return true
    } catch (error) {
      this.#results[channel].failed += 1
      this.#failed(channel, error)
      return false
    }
  }

  async #save(): Promise<void> {
    if (!this.#hasForecast) await this.#readForecast()
    if (!this.#hasForecast) return
    this.#savedAt = this.#parts.clock.monotonic()
    const { store, node } = this.#parts
    try {
      const value = this.#forecasts.save()
      await store.run([{ op: 'set', key: forecastKey(node), value, ttl: SAVED_TTL_MS }])
    } catch (error) {
      this.#failed('the forecast in the store', error)
    }
  }

  /** Says it once, until it fails in another way. */
  #failed(what: string, error: unknown): void {
    const reason = errorText(error)
    if (this.#failures.get(what) === reason) return
    this.#failures.set(what, reason)
    this.#parts.notify({ code: 'alerts/failed', reason: `${what}: ${reason}`, level: 'warning' })
  }
}

const forecastKey = (node: string): string => `alerts:forecast:${node}`

/** In shadow mode, what would have been refused. */
const isRefusal = ({ verdict, dryRun }: Readonly<Record<string, string>>): boolean =>
  verdict === 'reject' || dryRun === 'reject'
