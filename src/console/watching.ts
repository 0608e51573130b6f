/** What is measured while the console runs: points, the minutes of a day, and the streams of those who watch. */
import type { History } from '../history/types.ts'
import { forecast } from '../load/forecast.ts'
import type { Clock, Notify } from '../model/services.ts'
import { LiveFeed } from './live/feed.ts'
import { MeasuredMeans, type ReadHistory } from './live/means.ts'
import { Sampler } from './live/sampler.ts'
import { LoadSeries } from './load/series.ts'
import type { ConsoleSources } from './options.ts'

/** Samplers and series. */
export class Watching {
  readonly sampler: Sampler
  readonly series: LoadSeries
  readonly feed: LiveFeed

  constructor(metrics: NonNullable<ConsoleSources['metrics']>, sources: ConsoleSources, clock: Clock, notify: Notify) {
    const history = sources.history ?? NO_HISTORY
    this.sampler = new Sampler({ metrics, means: new MeasuredMeans(history, clock), clock, notify })
    const own = sources.forecast === undefined ? forecast({ clock }) : undefined
    this.series = new LoadSeries(sources.forecast ?? own ?? forecast({ clock }))
    this.sampler.onPoint(point => {
      own?.arrived(Math.round(point.sessions.opened * point.seconds))
      this.series.add(point)
    })
    this.feed = new LiveFeed({ sampler: this.sampler, history, clock })
  }

  close(): void {
    this.feed.close()
    this.sampler.close()
  }
}

const NO_HISTORY: ReadHistory & Pick<History, 'search'> = {
  search: async () => ({ entries: [] }),
  get: async () => [],
}
