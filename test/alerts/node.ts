/** A node of tests: metrics that a test sets, a clock, and what was sent. */
import { Alerts } from '../../src/alerts/alerts.ts'
import type { AlertMail } from '../../src/alerts/mail-text.ts'
import type { AlertsOptions } from '../../src/alerts/options.ts'
import type { Check } from '../../src/alerts/seen.ts'
import type { Metric } from '../../src/model/metric.ts'
import type { Notice } from '../../src/model/services.ts'
import type { Store } from '../../src/model/store.ts'
import { memoryStore } from '../../src/store/index.ts'
import { type HandClock, handClock } from '../support/hand-clock.ts'

/** What is there whether the mail processes answer or not. */
const OF_MANAGEMENT = /^postern_(?:quarantine|management|alert)/

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** A store that a test takes away, as a shared one without a fallback: it rejects then. */
export function breakable(clock: HandClock) {
  const inner = memoryStore({ clock })
  const state = { isDown: false }
  const store: Store = {
    run: async operations => {
      if (state.isDown) throw new Error('the store is down')
      return await inner.run(operations)
    },
  }
  return { store, state, inner }
}

export interface Given {
  readonly options?: AlertsOptions
  readonly clock?: HandClock
  readonly store?: Store
  readonly name?: string
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

export class Node {
  readonly clock: HandClock
  readonly alerts: Alerts
  readonly mails: AlertMail[] = []
  readonly notices: Notice[] = []
  checks: Check[] | undefined
  /** Whether mail can be sent. */
  canSend = true
  isAnswering = true
  readonly #values = new Map<string, Metric>()

  constructor({ options = { mail: ['ops@example.org'] }, clock, store, name = 'mx1', fetch }: Given = {}) {
    this.clock = clock ?? handClock({ now: Date.UTC(2026, 10, 2) })
    this.gauge('postern_load_level', 0)
    this.count('postern_sessions_total', 0)
    this.alerts = new Alerts({
      ...{ options, node: name, clock: this.clock, store: store ?? memoryStore({ clock: this.clock }) },
      notify: notice => this.notices.push(notice),
      metrics: async () =>
        [...this.#values.values()].filter(({ name }) => this.isAnswering || OF_MANAGEMENT.test(name)),
      checks: () => this.checks,
      sendMail: async mail => {
        if (!this.canSend) throw new Error('the mail server is down')
        this.mails.push(mail)
      },
      ...(fetch && { fetch }),
    })
  }

  gauge(name: string, value: number, labels?: Readonly<Record<string, string>>): void {
    this.#set(name, 'gauge', value, labels)
  }

  /** Adds to a counter. */
  count(name: string, by: number, labels?: Readonly<Record<string, string>>): void {
    const old = this.#values.get(name)
    const samples = old && old.type !== 'histogram' ? old.samples : []
    const known = samples.find(sample => JSON.stringify(sample.labels) === JSON.stringify(labels))
    this.#set(name, 'counter', (known?.value ?? 0) + by, labels)
  }

  get subjects(): readonly string[] {
    return this.mails.map(({ subject }) => subject)
  }

  /** All that a mail says. */
  textOf(index: number): string {
    const { introduction = '', items = [], note = '' } = this.mails.at(index) ?? {}
    return [introduction, ...items.flatMap(({ text, details }) => [text, ...details]), note].join('\n')
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms)
  }

  #set(name: string, type: 'gauge' | 'counter', value: number, labels?: Readonly<Record<string, string>>): void {
    const old = this.#values.get(name)
    const others = old && old.type !== 'histogram' ? old.samples : []
    const rest = others.filter(sample => JSON.stringify(sample.labels) !== JSON.stringify(labels))
    const samples = [...rest, { ...(labels && { labels }), value }]
    this.#values.set(name, { name, type, help: '', samples })
  }
}

export const DOWN = (node: Node, isDown: boolean, host = 'mail.example.org:25'): void =>
  node.gauge('postern_next_hop_up', isDown ? 0 : 1, { host })
