/**
 * Counts the sessions that arrive, learns their days and weeks, and shows what is to be expected. What was learnt is
 * kept in a store that survives a restart.
 */
import { type Forecast, forecast } from '../load/index.ts'
import { errorText } from '../model/errors.ts'
import type { Filter } from '../model/filter.ts'
import { type Clock, type Notify, systemClock, warnOnThrow } from '../model/services.ts'
import type { Store } from '../model/store.ts'
import type { Metric, Sample } from '../observe/index.ts'
import { single } from './status-server.ts'

export interface ArrivalsOptions {
  /** Where what was learnt is kept: a store, and a name that no other process has. @default nowhere */
  readonly kept?: { readonly store: Store; readonly name: string }
  /** @default the system's clock */
  readonly clock?: Clock
  /** @default no notice */
  readonly notify?: Notify
}

/** A filter that finds nothing, and the forecast that it makes. */
export interface ArrivalsFilter extends Filter {
  readonly forecast: Pick<Forecast, 'peak'>
}

/** How far ahead the peak is looked for: enough time to start another machine. */
const HORIZON = '6h'
const AHEAD = ['1m', '1h', '6h', '1d'] as const
const SAVE_MS = 600_000
const RETRY_MS = 60_000
const TTL_MS = 14 * 86_400_000

/** Clients that are refused at connect count too; those that get no session do not. */
export function arrivals(options: ArrivalsOptions = {}): ArrivalsFilter {
  const counted = new Arrivals(options)
  return {
    name: 'arrivals',
    order: 'early',
    connect: () => counted.add(),
    metrics: () => counted.metrics(),
    start: () => counted.start(),
    stop: () => counted.stop(),
    forecast: { peak: within => counted.peak(within) },
  }
}

class Arrivals {
  readonly #kept: ArrivalsOptions['kept']
  readonly #clock: Clock
  readonly #notify: Notify
  #forecast: Forecast
  #count = 0
  #cancel = (): void => undefined
  /** Before that nothing is saved: it would replace what was learnt. */
  #hasRead = false
  #reading: Promise<void> = Promise.resolve()
  #isStopped = false
  #isFailing = false

  constructor({ kept, clock = systemClock, notify = () => undefined }: ArrivalsOptions) {
    this.#kept = kept
    this.#clock = clock
    this.#notify = warnOnThrow('notify', notify)
    this.#forecast = forecast({ clock })
  }

  add(): void {
    this.#count += 1
    this.#forecast.arrived()
  }

  peak(within: Parameters<Forecast['peak']>[0]): ReturnType<Forecast['peak']> {
    return this.#forecast.peak(within)
  }

  /** Takes up what was learnt before. Never rejects. */
  async start(): Promise<void> {
    this.#isStopped = false
    this.#reading = this.#tryRead()
    await this.#reading
    if (!this.#isStopped) this.#later()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel()
    await this.#reading
    await this.#save()
  }

  metrics(): readonly Metric[] {
    const [peak, unusual] = [this.#forecast.peak(HORIZON), this.#forecast.unusual()]
    const expected = AHEAD.flatMap((ahead): readonly Sample[] => {
      const found = this.#forecast.expect(ahead)
      if (found === undefined) return []
      return (['expected', 'low', 'high'] as const).map(bound => ({ labels: { ahead, bound }, value: found[bound] }))
    })
    return [
      single('postern_arrivals_total', 'counter', 'Sessions that have arrived.', this.#count),
      single(
        'postern_forecast_anomaly',
        'gauge',
        'By how many deviations the last minute differs from what was expected of it; 0 in the first day.',
        this.#forecast.anomaly(),
      ),
      single(
        'postern_forecast_unusual',
        'gauge',
        '1 while more arrive than expected, -1 while fewer do, so far from it that an operator should look; else 0.',
        unusual === undefined ? 0 : unusual.direction === 'more' ? 1 : -1,
      ),
      ...(expected.length === 0
        ? []
        : [
            {
              name: 'postern_forecast_arrivals',
              type: 'gauge',
              help: 'Sessions expected of the minute that lies ahead; nine of ten counts lie between low and high.',
              samples: expected,
            } as const,
          ]),
      ...(peak
        ? [
            single('postern_forecast_peak', 'gauge', `Sessions in the fullest minute of ${HORIZON}.`, peak.high),
            single('postern_forecast_peak_seconds', 'gauge', 'Seconds until that minute.', peak.in / 1000),
          ]
        : []),
    ]
  }

  async #tryRead(): Promise<void> {
    if (this.#kept === undefined || this.#hasRead) return
    const { store, name } = this.#kept
    const before = this.#count
    let saved: string | undefined
    try {
      saved = (await store.run([{ op: 'get', key: keyOf(name) }]))[0]?.value
    } catch (error) {
      this.#failed(`the forecast of arrivals cannot be read: ${errorText(error)}`)
      return
    }
    // While the store is down its fallback answers, which has nothing: later there is an answer.
    this.#hasRead = saved !== undefined || !isDown(store)
    if (saved === undefined) return
    try {
      this.#forecast = forecast({ clock: this.#clock, saved })
      this.#forecast.arrived(this.#count - before)
    } catch (error) {
      this.#failed(`the forecast of arrivals begins anew: ${errorText(error)}`)
    }
  }

  #later(): void {
    this.#cancel = this.#clock.after(this.#hasRead ? SAVE_MS : RETRY_MS, () => {
      void (this.#hasRead ? this.#save() : this.#tryRead())
      this.#later()
    })
  }

  /** Never rejects. */
  async #save(): Promise<void> {
    if (this.#kept === undefined || !this.#hasRead) return
    const { store, name } = this.#kept
    try {
      await store.run([{ op: 'set', key: keyOf(name), value: this.#forecast.save(), ttl: TTL_MS }])
      this.#isFailing = false
    } catch (error) {
      this.#failed(`the forecast of arrivals is not kept: ${errorText(error)}`)
    }
  }

  /** Says it once, until the store takes it. */
  #failed(reason: string): void {
    if (!this.#isFailing) this.#notify({ code: 'arrivals/forecast', reason, level: 'warning' })
    this.#isFailing = true
  }
}

const isDown = (store: Store): boolean => 'state' in store && store.state === 'down'

const keyOf = (name: string): string => `forecast:${name}`
