/** What is measured while the console runs: points, the minutes of a day, and the streams of those who watch. */
import type { History } from '../history/types.ts'
import { LiveFeed } from './live/feed.ts'
import { MeasuredMeans, type ReadHistory } from './live/means.ts'
import { Sampler } from './live/sampler.ts'
import { KeptForecast, type KeptForecastOptions } from './load/kept-forecast.ts'
import { LoadSeries, type ReadForecast } from './load/series.ts'
import type { ConsoleSources } from './options.ts'

/** What {@link Watching} works with. */
export interface WatchingOptions extends KeptForecastOptions {
  readonly metrics: NonNullable<ConsoleSources['metrics']>
  readonly sources: ConsoleSources
}

/** Samplers and series. */
export class Watching {
  readonly sampler: Sampler
  readonly series: LoadSeries
  readonly feed: LiveFeed
  readonly #forecast: KeptForecast | undefined

  constructor(options: WatchingOptions) {
    const { metrics, sources, clock, notify } = options
    const history = sources.history ?? NO_HISTORY
    const own = sources.forecast === undefined ? new KeptForecast(options) : undefined
    this.#forecast = own
    this.sampler = new Sampler({ metrics, means: new MeasuredMeans(history, clock), clock, notify })
    this.series = new LoadSeries(sources.forecast ?? own ?? NO_FORECAST)
    this.sampler.onPoint(point => {
      own?.arrived(Math.round(point.sessions.opened * point.seconds))
      this.series.add(point)
    })
    this.feed = new LiveFeed({ sampler: this.sampler, history, clock })
    void own?.restore()
  }

  async close(): Promise<void> {
    this.feed.close()
    this.sampler.close()
    await this.#forecast?.close()
  }
}

const NO_FORECAST: ReadForecast = { expect: () => undefined }

const NO_HISTORY: ReadHistory & Pick<History, 'search'> = {
  search: async () => ({ entries: [] }),
  get: async () => [],
}
