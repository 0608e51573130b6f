/** Counts what a resolver answers, how often its cache does, and how long the other questions take. */
import type { Metric } from '../model/metric.ts'
import type { Answer, Resolver } from '../model/resolver.ts'
import type { Clock } from '../model/services.ts'
import { histogram, samplesOf, tally } from './count.ts'

/** Upper bounds of the histogram, in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export class DnsCounts {
  readonly #results = tally()
  readonly #times = histogram(BOUNDS)
  #cached = 0

  /** The same resolver, counted. */
  counted(inner: Resolver, clock: Clock): Resolver {
    const { known } = inner
    const resolve: Resolver['resolve'] = (name, type, options) => {
      const since = clock.monotonic()
      return inner.resolve(name, type, options).then(answer => {
        this.#results.add(answer.kind === 'failure' ? answer.cause : answer.kind)
        this.#times.record((clock.monotonic() - since) / 1000)
        return answer
      })
    }
    if (known === undefined) return { resolve }
    const counted: Resolver['known'] = (name, type) => {
      const answer = known.call(inner, name, type) as Answer<never> | undefined
      if (answer !== undefined) this.#cached += 1
      return answer
    }
    return { resolve, known: counted }
  }

  read(): readonly Metric[] {
    return [
      {
        name: 'postern_dns_questions_total',
        help: 'Questions that the cache of the resolver did not answer, by their answer or the kind of failure.',
        type: 'counter',
        samples: samplesOf('result', this.#results),
      },
      {
        name: 'postern_dns_cached_total',
        help: 'Questions that the cache of the resolver answered.',
        type: 'counter',
        samples: [{ value: this.#cached }],
      },
      {
        name: 'postern_dns_seconds',
        help: 'How long questions took that the cache did not answer.',
        type: 'histogram',
        samples: [this.#times.read()],
      },
    ]
  }
}
