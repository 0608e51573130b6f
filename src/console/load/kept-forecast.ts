/** A forecast of arrivals that survives a restart: what it has learnt is kept in the store. */
import { type Forecast, forecast } from '../../load/forecast.ts'
import type { Expected } from '../../load/season.ts'
import { errorText } from '../../model/errors.ts'
import { type Clock, type Notify, warnOnThrow } from '../../model/services.ts'
import type { Store } from '../../model/store.ts'
import type { Duration } from '../../model/units.ts'
import type { ReadForecast } from './series.ts'

/** What {@link KeptForecast} works with. */
export interface KeptForecastOptions {
  readonly store: Store
  /** Nodes have different arrivals. */
  readonly node: string
  readonly clock: Clock
  readonly notify: Notify
}

/** 130 KB each time: a restart costs this much of what was counted. */
const SAVE_EVERY_MS = 600_000
/** Older patterns are of no use. */
const TTL_MS = 14 * 86_400_000

/** Learns from the start on; what was kept takes its place as soon as it is read. */
export class KeptForecast implements ReadForecast {
  readonly #options: KeptForecastOptions
  #forecast: Forecast
  #cancel = (): void => undefined
  #isClosed = false
  #isFailing = false

  constructor(options: KeptForecastOptions) {
    this.#options = options
    this.#forecast = forecast({ clock: options.clock })
    this.#schedule()
  }

  /** Reads what was kept. Never rejects: without it the forecast begins anew. */
  async restore(): Promise<void> {
    const { store, node, clock } = this.#options
    try {
      const [kept] = await store.run([{ op: 'get', key: keyOf(node) }])
      if (kept !== undefined) this.#forecast = forecast({ clock, saved: kept.value })
    } catch (error) {
      this.#report(error)
    }
  }

  arrived(count: number): void {
    this.#forecast.arrived(count)
  }

  expect(ahead: Duration): Expected | undefined {
    return this.#forecast.expect(ahead)
  }

  /** Keeps what was learnt. Never rejects. */
  async save(): Promise<void> {
    const { store, node } = this.#options
    try {
      await store.run([{ op: 'set', key: keyOf(node), value: this.#forecast.save(), ttl: TTL_MS }])
      this.#isFailing = false
    } catch (error) {
      this.#report(error)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    await this.save()
  }

  #schedule(): void {
    const next = (): void => void this.save().then(() => this.#schedule())
    if (!this.#isClosed) this.#cancel = this.#options.clock.after(SAVE_EVERY_MS, warnOnThrow('the forecast', next))
  }

  #report(error: unknown): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const reason = `the forecast of the console is not kept: ${errorText(error)}`
    this.#options.notify({ code: 'console/forecast', reason, level: 'warning' })
  }
}

const keyOf = (node: string): string => `console:forecast:${node}`
