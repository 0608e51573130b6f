/** The words of what is counted: values with labels, in the manner of the Prometheus data model. */

/** One value of a metric. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** A count that only grows, or a value that goes up and down. */
export interface Plain {
  /** `postern_sessions_total`: small letters, digits and underscores, units at the end. */
  readonly name: string
  /** A sentence. */
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly samples: readonly Sample[]
}

/** How values are distributed: for each bound the number of those at or below it. */
export interface Distribution {
  readonly name: string
  readonly help: string
  readonly type: 'histogram'
  readonly samples: readonly {
    readonly labels?: Readonly<Record<string, string>>
    /** Upper bounds with the number of values at or below them, ascending. */
    readonly buckets: readonly (readonly [upTo: number, count: number])[]
    readonly sum: number
    readonly count: number
  }[]
}

export type Metric = Plain | Distribution
