/**
 * Says when counts are so far from their forecast that an operator should look, at most about once a week.
 *
 * How far is unusual differs from series to series by a factor of twenty, so each series sets its own limits: the
 * highest score that it has reached, which is forgotten by halves. decisions/014-forecast.md has the measurements.
 */
import { type SavedSeason, Season } from './season.ts'

/** Arrivals that differ from their forecast. */
export interface Unusual {
  /** More arrivals than expected, or fewer. */
  readonly direction: 'more' | 'fewer'
  /** What is unusual: a single step, three hours in all, or many unusual steps within half a day. */
  readonly kind: 'sudden' | 'sustained' | 'repeated'
  /** The arrivals of that time. */
  readonly count: number
  /** How many were expected a day before. */
  readonly expected: number
}

/** The spans in hours: of a sustained deviation, and of repeated ones. */
const SUSTAINED_HOURS = 3
const REPEATED_HOURS = 12
/** A step counts as repeatedly unusual from this score on, and no more than at the other one. */
const NOTABLE = 2.5
const MAX_NOTABLE = 8
const REPEATED_WEIGHT = 2
/** Deviations are cut at this many standard deviations when their spread is learnt. */
const OUTLIER = 4
/** Days over which the spread of deviations is averaged. */
const SPREAD_DAYS = 3.5
const DAYS_OF_LEARNING = 7

/** What a {@link Threshold} is made of: fitted to the second half of each series, and judged on the first one. */
const FLOOR = 6
const HALF_LIFE_WEEKS = 4
const MARGIN = 1.2
const MAX_RISE = 1.5
/** A week is short for a record: no alarm until then, and this share of its highest score afterwards. */
const FIRST_WEEK = 0.65

/** A deviation over one span, in units of its own spread. */
class Deviation {
  #square = 0
  #seen = 0
  readonly #stepsPerDay: number

  constructor(stepsPerDay: number) {
    this.#stepsPerDay = stepsPerDay
  }

  score(count: number, expected: number): number {
    const raw = (count - expected) / Math.sqrt(Math.max(expected, 0) + 1)
    const spread = Math.sqrt(this.#square)
    const isKnown = this.#seen >= this.#stepsPerDay / 2
    const cut = isKnown ? Math.min(Math.max(raw, -OUTLIER * spread), OUTLIER * spread) : raw
    this.#seen += 1
    const rate = Math.max(1 / this.#seen, 1 / (SPREAD_DAYS * this.#stepsPerDay))
    this.#square += rate * (cut * cut - this.#square)
    // Chance alone (Poisson) has a spread of 1: a series that varies less is no more certain than that.
    return isKnown ? raw / Math.max(spread, 1) : 0
  }

  save(): readonly number[] {
    return [this.#square, this.#seen]
  }

  restore([square = 0, seen = 0]: readonly number[]): void {
    this.#square = square
    this.#seen = seen
  }
}

/** The limit of one score: exceeded, it rises towards the score; it falls by halves. */
class Threshold {
  #limit = FLOOR
  #highest = 0
  #quiet = 0

  learn(score: number): void {
    this.#limit = Math.max(this.#limit, FIRST_WEEK * Math.abs(score))
  }

  /** @returns whether the score exceeds the limit; `stepsPerDay` is how many scores make a day */
  exceeds(score: number, stepsPerDay: number): boolean {
    const size = Math.abs(score)
    this.#limit = FLOOR + (this.#limit - FLOOR) * 0.5 ** (1 / (HALF_LIFE_WEEKS * 7 * stepsPerDay))
    if (size > this.#limit) {
      this.#highest = Math.max(this.#highest, size)
      this.#quiet = 0
      return true
    }
    this.#quiet += 1
    // An hour without another one: the limit rises once for all of them.
    if (this.#highest > 0 && this.#quiet >= stepsPerDay / 24) {
      this.#limit = Math.max(this.#limit, Math.min(this.#limit * MAX_RISE, this.#highest * MARGIN))
      this.#highest = 0
    }
    return false
  }

  save(): readonly number[] {
    return [this.#limit, this.#highest, this.#quiet]
  }

  restore([limit = FLOOR, highest = 0, quiet = 0]: readonly number[]): void {
    this.#limit = Math.max(limit, FLOOR)
    this.#highest = highest
    this.#quiet = quiet
  }
}

/** What of {@link UnusualCounts} survives a restart. */
export interface SavedUnusual {
  readonly season: SavedSeason
  readonly numbers: readonly (readonly number[])[]
}

/** Observes counts step by step; constant memory. */
export class UnusualCounts {
  readonly #stepsPerDay: number
  readonly #season: Season
  /** What was expected of each step a day before, and for which step. */
  readonly #ahead: Float64Array
  readonly #aheadFor: Float64Array
  /** The last steps without a gap: counts, what was expected of them, how unusual each was. */
  readonly #counts: Float64Array
  readonly #expected: Float64Array
  readonly #notable: Float64Array
  #run = 0
  #last = Number.NEGATIVE_INFINITY
  readonly #deviations: readonly [step: Deviation, span: Deviation]
  readonly #thresholds: Readonly<Record<Unusual['kind'], Threshold>>
  #quiet = Number.POSITIVE_INFINITY
  #found: Unusual | undefined

  constructor(stepsPerDay: number, smooth: number) {
    this.#stepsPerDay = stepsPerDay
    this.#season = new Season(stepsPerDay, smooth)
    this.#ahead = new Float64Array(stepsPerDay)
    this.#aheadFor = new Float64Array(stepsPerDay).fill(-1)
    this.#counts = new Float64Array(stepsOf(stepsPerDay, SUSTAINED_HOURS))
    this.#expected = new Float64Array(this.#counts.length)
    this.#notable = new Float64Array(stepsOf(stepsPerDay, REPEATED_HOURS))
    this.#deviations = [new Deviation(stepsPerDay), new Deviation(stepsPerDay)]
    this.#thresholds = { sudden: new Threshold(), sustained: new Threshold(), repeated: new Threshold() }
  }

  /** What is unusual now, until an hour has passed without it; undefined in the first week. */
  get current(): Unusual | undefined {
    return this.#quiet < this.#stepsPerDay / 24 ? this.#found : undefined
  }

  /** Whether the last step itself was unusual. */
  get isNow(): boolean {
    return this.#quiet === 0
  }

  /** Observes the count of step `index`, which comes after all observed steps; steps in between are unknown. */
  observe(index: number, count: number): void {
    const season = this.#season
    if (index !== this.#last + 1) this.#run = 0
    this.#last = index
    const surprise = season.observed >= this.#stepsPerDay ? season.surprise(count) : 0
    this.#notable[index % this.#notable.length] = Math.max(0, Math.min(Math.abs(surprise), MAX_NOTABLE) - NOTABLE)
    const place = index % this.#stepsPerDay
    const expected = this.#aheadFor[place] === index ? this.#ahead[place] : undefined
    season.observe(index, count)
    this.#ahead[place] = season.expect(this.#stepsPerDay).expected
    this.#aheadFor[place] = season.observed >= this.#stepsPerDay ? index + this.#stepsPerDay : -1
    this.#quiet += 1
    if (expected === undefined) this.#run = 0
    else this.#judge({ index, count, expected, surprise })
  }

  #judge({ index, count, expected, surprise }: Step): void {
    this.#counts[index % this.#counts.length] = count
    this.#expected[index % this.#expected.length] = expected
    this.#run += 1
    const [one, span] = this.#deviations
    const isSpan = this.#run >= this.#counts.length
    const [inSpan, expectedInSpan] = [sum(this.#counts), sum(this.#expected)]
    const scores = {
      // A single step counts as far as both forecasts are wrong: that of the step before, and that of the day before.
      sudden: nearer(surprise, one.score(count, expected)),
      sustained: isSpan ? span.score(inSpan, expectedInSpan) : 0,
      repeated:
        this.#run >= this.#notable.length
          ? (REPEATED_WEIGHT * sum(this.#notable)) / Math.sqrt(this.#notable.length)
          : 0,
    }
    const isLearning = this.#season.observed <= DAYS_OF_LEARNING * this.#stepsPerDay
    for (const kind of ['sudden', 'sustained', 'repeated'] as const) {
      const threshold = this.#thresholds[kind]
      if (isLearning) threshold.learn(scores[kind])
      else if (threshold.exceeds(scores[kind], this.#stepsPerDay)) {
        const isOne = kind === 'sudden' || !isSpan
        const [seen, usual] = isOne ? [count, expected] : [inSpan, expectedInSpan]
        this.#found = { direction: seen >= usual ? 'more' : 'fewer', kind, count: seen, expected: usual }
        this.#quiet = 0
      }
    }
  }

  save(): SavedUnusual {
    const { sudden, sustained, repeated } = this.#thresholds
    const parts = [...this.#deviations, sudden, sustained, repeated]
    return { season: this.#season.save(), numbers: parts.map(part => part.save()) }
  }

  /** What is unusual now is not kept, nor are the last hours: after a pause they begin anew. */
  restore({ season, numbers }: SavedUnusual): void {
    if (!numbers.flat().every(Number.isFinite)) throw new Error('it has a value that is no number')
    this.#season.restore(season)
    const { sudden, sustained, repeated } = this.#thresholds
    for (const [place, part] of [...this.#deviations, sudden, sustained, repeated].entries())
      part.restore(numbers[place] ?? [])
  }
}

interface Step {
  readonly index: number
  readonly count: number
  readonly expected: number
  readonly surprise: number
}

const stepsOf = (stepsPerDay: number, hours: number): number => Math.max(1, Math.round((stepsPerDay * hours) / 24))

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0)

/** The score that is nearer to 0; 0 where they point to different sides. */
const nearer = (a: number, b: number): number =>
  Math.sign(a) !== Math.sign(b) ? 0 : Math.sign(a) * Math.min(Math.abs(a), Math.abs(b))
