/** Forecasts arrivals of the next hours, and says whether arrivals now are unusual. Constant memory, no timer. */
import { duration, having } from '../model/checks.ts'
import { PosternError } from '../model/errors.ts'
import { check, checked, relation, schemaOf } from '../model/options.ts'
import { type Clock, systemClock } from '../model/services.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { type Expected, type SavedSeason, Season } from './season.ts'
import { type SavedUnusual, type Unusual, UnusualCounts } from './unusual.ts'

/** Learns how many messages or sessions arrive, and forecasts them. */
export interface Forecast {
  /** Counts arrivals at this moment. */
  arrived(count?: number): void
  /** What is expected of the step that lies `ahead`; undefined before a whole day was observed. */
  expect(ahead: Duration): Expected | undefined
  /**
   * The step with the most arrivals within the next `within`, and how many milliseconds away it is; undefined as in
   * `expect`.
   */
  peak(within: Duration): (Expected & { readonly in: number }) | undefined
  /**
   * By how many standard deviations the arrivals of the last step differ from what was expected: an operator should
   * look beyond 6 and below -6. 0 before a whole day was observed.
   */
  anomaly(): number
  /**
   * What an alarm should say: arrivals far from the forecast, judged every five minutes by limits that the series sets
   * itself, so that it happens about once a week at most. Undefined when nothing is unusual, and in the first week.
   */
  unusual(): Unusual | undefined
  /** What has arrived since the last call is not known: that time is no time without arrivals. */
  skip(): void
  /** What was learnt, as text for the option `saved`: about 130 KB for a step of a minute. */
  save(): string
}

const DAY = 86_400_000
const WEEK = 7 * DAY
/** A step is smoothed with its neighbours within this time. */
const SMOOTHING_MS = 600_000
/** The last step is a sliding window of so many parts. */
const PARTS = 6
/** Arrivals are unusual by steps of this length: single minutes leap by nature. */
const UNUSUAL_STEP = 300_000
/** A step that begins at most this share of it before us is observed all the same. */
const NEARLY_WHOLE = 0.05
const VERSION = 1
const MAX_SAVED_LENGTH = 16_000_000

/** What `forecast` takes. */
export interface ForecastOptions {
  /** The length of a step: arrivals within it are counted together. @default '1m' */
  readonly step?: Duration
  /** The clock that steps go by. @default the system's clock */
  readonly clock?: Pick<Clock, 'now' | 'monotonic'>
  /** What `save` of a forecast with the same step has returned. @default nothing was learnt before */
  readonly saved?: string
}

const schema = schemaOf<ForecastOptions>(
  'forecast',
  {
    step: duration({ min: '1s', max: '6h' }),
    clock: having('a clock', 'now', 'monotonic'),
    saved: check('what save() has returned', value => typeof value === 'string'),
  },
  relation(
    ['step'],
    ({ step = '1m' }) =>
      DAY % toMilliseconds(step) !== 0 && {
        found: step,
        expected: 'a part of a day, from 1s to 6h',
        remedy: "set step: '1m'",
      },
  ),
)

/**
 * Learns the daily and weekly pattern of arrivals. Days are those of UTC: where clocks are changed, the pattern moves
 * by an hour and is learnt again within days.
 *
 * @throws PosternError when `step` does not divide a day, or `saved` cannot be read
 * @example
 * const arrivals = forecast()
 * arrivals.arrived()
 * arrivals.peak('6h') // { expected: 410, low: 300, high: 560, in: 5_400_000 }
 */
export function forecast(options: ForecastOptions = {}): Forecast {
  return new LearningForecast(checked(schema, options))
}

class LearningForecast implements Forecast {
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>
  readonly #length: number
  readonly #stepsPerDay: number
  readonly #season: Season
  readonly #unusual: UnusualCounts
  #sliding: ReturnType<typeof window>
  /** How many steps make one of the longer steps by which arrivals are unusual. */
  readonly #group: number
  /** The arrivals of such a step so far, and how many steps of it were observed. */
  #grouped = { index: -1, count: 0, steps: 0 }
  #index: number
  #since: number
  #count = 0
  /** The first step is unknown when it had begun before. */
  #isWhole: boolean
  #startedAt: number

  constructor({ step = '1m', clock = systemClock, saved }: ForecastOptions) {
    this.#clock = clock
    this.#length = toMilliseconds(step)
    this.#stepsPerDay = DAY / this.#length
    this.#group = UNUSUAL_STEP % this.#length === 0 ? UNUSUAL_STEP / this.#length : 1
    const smooth = (length: number): number => Math.round(SMOOTHING_MS / length)
    this.#season = new Season(this.#stepsPerDay, smooth(this.#length))
    const longer = this.#length * this.#group
    this.#unusual = new UnusualCounts(DAY / longer, smooth(longer))
    if (saved !== undefined) this.#restore(saved)
    this.#sliding = window(this.#length / PARTS, clock)
    this.#index = Math.floor(clock.now() / this.#length)
    this.#since = clock.monotonic()
    this.#startedAt = this.#since
    this.#isWhole = clock.now() - this.#index * this.#length <= this.#length * NEARLY_WHOLE
  }

  arrived(more = 1): void {
    this.#advance()
    this.#count += more
    this.#sliding.add(more)
  }

  expect(ahead: Duration): Expected | undefined {
    return this.#isKnown() ? this.#season.expect(this.#stepsTo(ahead, 'ahead')) : undefined
  }

  peak(within: Duration): (Expected & { readonly in: number }) | undefined {
    if (!this.#isKnown()) return undefined
    const steps = this.#stepsTo(within, 'within')
    let highest = { ...this.#season.expect(1), in: this.#length }
    for (let ahead = 2; ahead <= steps; ahead += 1) {
      const expected = this.#season.expect(ahead)
      if (expected.expected > highest.expected) highest = { ...expected, in: ahead * this.#length }
    }
    return highest
  }

  anomaly(): number {
    const isWhole = this.#clock.monotonic() - this.#startedAt >= this.#length
    return this.#isKnown() && isWhole ? this.#season.surprise(this.#sliding.sum()) : 0
  }

  unusual(): Unusual | undefined {
    this.#advance()
    return this.#unusual.current
  }

  skip(): void {
    const now = this.#clock.now()
    this.#sliding = window(this.#length / PARTS, this.#clock)
    this.#index = Math.floor(now / this.#length)
    this.#since = this.#clock.monotonic()
    this.#startedAt = this.#since
    this.#isWhole = now - this.#index * this.#length <= this.#length * NEARLY_WHOLE
    this.#count = 0
  }

  save(): string {
    this.#advance()
    return JSON.stringify({ version: VERSION, season: this.#season.save(), unusual: this.#unusual.save() })
  }

  #restore(saved: string): void {
    try {
      if (saved.length > MAX_SAVED_LENGTH) throw new Error(`it has ${saved.length} characters`)
      const { version, season, unusual } = JSON.parse(saved) as Saved
      if (version !== VERSION) throw new Error(`it has version ${version}`)
      this.#season.restore(season)
      this.#unusual.restore(unusual)
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error)
      const remedy = 'begin without it: the pattern is learnt again within a week'
      throw new PosternError([{ path: 'forecast.saved', found, expected: 'what save() has returned', remedy }])
    }
  }

  /**
   * Observes every step that has ended. A step that the wall clock jumped over or the machine slept through is unknown.
   */
  #advance(): void {
    const now = Math.floor(this.#clock.now() / this.#length)
    if (now === this.#index) return
    const passed = this.#clock.monotonic() - this.#since
    const steps = now - this.#index
    if (steps > 0 && Math.abs(passed - steps * this.#length) <= this.#length && passed <= WEEK)
      for (let done = this.#isWhole ? 0 : 1; done < steps; done += 1)
        this.#observe(this.#index + done, done === 0 ? this.#count : 0)
    this.#isWhole = true
    this.#index = now
    this.#since = this.#clock.monotonic()
    this.#count = 0
  }

  #observe(index: number, count: number): void {
    this.#season.observe(index, count)
    const group = Math.floor(index / this.#group)
    if (this.#grouped.index !== group) this.#grouped = { index: group, count: 0, steps: 0 }
    this.#grouped.count += count
    this.#grouped.steps += 1
    if (this.#grouped.steps === this.#group) this.#unusual.observe(group, this.#grouped.count)
  }

  #isKnown(): boolean {
    this.#advance()
    return this.#season.observed >= this.#stepsPerDay
  }

  #stepsTo(ahead: Duration, path: string): number {
    return Math.min(Math.max(1, Math.ceil(toMilliseconds(ahead, path) / this.#length)), this.#stepsPerDay * 7)
  }
}

interface Saved {
  readonly version: number
  readonly season: SavedSeason
  readonly unusual: SavedUnusual
}

/** What was added in the last {@link PARTS} parts of time and the present one, as if it were just so many parts. */
function window(part: number, clock: Pick<Clock, 'monotonic'>) {
  const sums = new Float64Array(PARTS + 1)
  let at = Math.floor(clock.monotonic() / part)
  const advance = () => {
    const now = Math.floor(clock.monotonic() / part)
    for (let gone = Math.max(at + 1, now - PARTS); gone <= now; gone += 1) sums[gone % sums.length] = 0
    at = now
  }
  return {
    add: (more: number) => {
      advance()
      sums[at % sums.length] = (sums[at % sums.length] ?? 0) + more
    },
    sum: () => {
      advance()
      const covered = PARTS + clock.monotonic() / part - at
      return (sums.reduce((a, b) => a + b, 0) * PARTS) / covered
    },
  }
}
