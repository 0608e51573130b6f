/** What rules ask: the metrics of this moment, how counters have grown, notices, checks of the doctor, forecasts. */
import type { Metric, Sample } from '../model/metric.ts'
import type { Notice } from '../model/services.ts'
import type { ArrivalForecasts } from './arrivals.ts'
import type { Counters } from './counters.ts'

/** What a check of the doctor has found; `CheckResult` of the doctor is one. */
export interface Check {
  readonly name: string
  readonly status: 'ok' | 'warning' | 'failed' | 'unknown'
  readonly found: string
  readonly remedy?: string
}

interface LastNotice extends Notice {
  readonly at: number
}

/** A metric that mail processes always have. */
export const OF_MAIL = 'postern_sessions_total'
/** Notices of this many codes are remembered: codes are made by our own code. */
const MAX_CODES = 500

/** The last notice of each code. */
export class Notices {
  readonly #last = new Map<string, LastNotice>()

  take({ code, reason, level }: Notice, at: number): void {
    if (!this.#last.has(code) && this.#last.size >= MAX_CODES) return
    this.#last.set(code, { code, reason: reason.slice(0, 500), level, at })
  }

  /** Whether there was any of these codes. */
  has(codes: RegExp): boolean {
    return [...this.#last.keys()].some(code => codes.test(code))
  }

  /** The last warning of these codes, unless one of the others came after it, or it is older than `within`. */
  standing(codes: RegExp, endedBy: RegExp, now: number, within: number): LastNotice | undefined {
    let [last, ended] = [undefined as LastNotice | undefined, Number.NEGATIVE_INFINITY]
    for (const notice of this.#last.values()) {
      if (codes.test(notice.code) && notice.level === 'warning' && notice.at > (last?.at ?? Number.NEGATIVE_INFINITY))
        last = notice
      if (endedBy.test(notice.code)) ended = Math.max(ended, notice.at)
    }
    return last !== undefined && last.at >= ended && now - last.at <= within ? last : undefined
  }
}

export interface SeenParts {
  /** Milliseconds of the monotonic clock. */
  readonly now: number
  readonly metrics: readonly Metric[]
  readonly counters: Counters
  readonly notices: Notices
  /** What the doctor found last; undefined where it has not run. */
  readonly checks: readonly Check[] | undefined
  readonly forecasts: ArrivalForecasts
}

/** The state of this node at one moment. */
export class Seen {
  readonly now: number
  readonly notices: Notices
  readonly checks: readonly Check[] | undefined
  readonly forecasts: ArrivalForecasts
  readonly #metrics: ReadonlyMap<string, Metric>
  readonly #counters: Counters

  constructor({ now, metrics, counters, notices, checks, forecasts }: SeenParts) {
    this.now = now
    this.notices = notices
    this.checks = checks
    this.forecasts = forecasts
    this.#metrics = new Map(metrics.map(metric => [metric.name, metric]))
    this.#counters = counters
  }

  /** Whether the mail processes have answered at all; what the management process counts is always there. */
  get isKnown(): boolean {
    return this.#metrics.has(OF_MAIL)
  }

  /** The samples of a gauge or counter; empty where there is none. */
  samples(name: string): readonly Sample[] {
    const metric = this.#metrics.get(name)
    return metric === undefined || metric.type === 'histogram' ? [] : metric.samples
  }

  /** The highest value of a gauge over all processes; undefined where there is none. */
  highest(name: string): number | undefined {
    const values = this.samples(name).map(({ value }) => value)
    return values.length === 0 ? undefined : Math.max(...values)
  }

  /** The type of a metric; undefined where there is none of this name. */
  typeOf(name: string): Metric['type'] | undefined {
    return this.#metrics.get(name)?.type
  }

  /** By how much a counter has grown, summed over all processes. */
  growth(name: string, within: number, isMeant: (labels: Readonly<Record<string, string>>) => boolean = () => true) {
    return this.growthBy(name, within, labels => (isMeant(labels) ? '' : undefined)).get('') ?? 0
  }

  /** The same by a key that is made of the labels; undefined leaves a sample out. */
  growthBy(name: string, within: number, keyOf: (labels: Readonly<Record<string, string>>) => string | undefined) {
    return this.#counters.growth(name, within, this.now, keyOf)
  }

  /** Whether growth over this time can be known. */
  hasRunFor(ms: number): boolean {
    return this.#counters.hasRunFor(ms, this.now)
  }
}
