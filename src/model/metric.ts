/** Metrics: values with labels, after the data model of Prometheus. */

/** One value of a metric. */
export interface Sample {
  /** Labels and their values. @default none */
  readonly labels?: Readonly<Record<string, string>>
  /** A count, or a value in the unit of the metric. */
  readonly value: number
}

/** A count that only grows, or a value that goes up and down. */
export interface Plain {
  /** `postern_sessions_total`: small letters, digits and underscores, units at the end. */
  readonly name: string
  /** A sentence. */
  readonly help: string
  /** `counter`: only grows. `gauge`: goes up and down. */
  readonly type: 'counter' | 'gauge'
  /** One for each combination of labels. */
  readonly samples: readonly Sample[]
}

/** How values are distributed: for each bound the number of those at or below it. */
export interface Distribution {
  /** `postern_session_seconds`: small letters, digits and underscores, units at the end. */
  readonly name: string
  /** A sentence. */
  readonly help: string
  /** The type of Prometheus. */
  readonly type: 'histogram'
  /** One for each combination of labels. */
  readonly samples: readonly {
    /** Labels and their values. @default none */
    readonly labels?: Readonly<Record<string, string>>
    /** Upper bounds with the number of values at or below them, ascending. */
    readonly buckets: readonly (readonly [upTo: number, count: number])[]
    /** The sum of all values. */
    readonly sum: number
    /** The number of all values. */
    readonly count: number
  }[]
}

/** One metric, of whatever type. */
export type Metric = Plain | Distribution
