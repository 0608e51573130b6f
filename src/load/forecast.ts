/** Forecasts arrivals of the next hours, and says whether arrivals now are unusual. Constant memory, no timer. */
import { duration, having } from '../model/checks.ts'
import { checked, relation, schemaOf } from '../model/options.ts'
import { type Clock, systemClock } from '../model/services.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { type Expected, Season } from './season.ts'

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
}

const DAY = 86_400_000
const WEEK = 7 * DAY
/** A step is smoothed with its neighbours within this time. */
const SMOOTHING_MS = 600_000
/** The last step is a sliding window of so many parts. */
const PARTS = 6

/** What `forecast` takes. */
export interface ForecastOptions {
  /** The length of a step: arrivals within it are counted together. @default '1m' */
  readonly step?: Duration
  /** The clock that steps go by. @default the system's clock */
  readonly clock?: Pick<Clock, 'now' | 'monotonic'>
}

const schema = schemaOf<ForecastOptions>(
  'forecast',
  { step: duration({ min: '1s', max: '6h' }), clock: having('a clock', 'now', 'monotonic') },
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
 * @throws PosternError when `step` does not divide a day
 * @example
 * const arrivals = forecast()
 * arrivals.arrived()
 * arrivals.peak('6h') // { expected: 410, low: 300, high: 560, in: 5_400_000 }
 */
export function forecast(options: ForecastOptions = {}): Forecast {
  const { step = '1m', clock = systemClock } = checked(schema, options)
  const length = toMilliseconds(step)
  const stepsPerDay = DAY / length
  const seasons = new Season(stepsPerDay, Math.round(SMOOTHING_MS / length))
  const sliding = window(length / PARTS, clock)
  let index = Math.floor(clock.now() / length)
  let since = clock.monotonic()
  let count = 0

  /**
   * Observes every step that has ended. A step that the wall clock jumped over or the machine slept through is unknown.
   */
  const advance = () => {
    const now = Math.floor(clock.now() / length)
    if (now === index) return
    const passed = clock.monotonic() - since
    const steps = now - index
    if (steps > 0 && Math.abs(passed - steps * length) <= length && passed <= WEEK) {
      for (let done = 0; done < steps; done += 1) seasons.observe(index + done, done === 0 ? count : 0)
    }
    index = now
    since = clock.monotonic()
    count = 0
  }
  const known = () => {
    advance()
    return seasons.observed >= stepsPerDay
  }
  const stepsTo = (ahead: Duration, path: string) => Math.max(1, Math.ceil(toMilliseconds(ahead, path) / length))

  return {
    arrived: (more = 1) => {
      advance()
      count += more
      sliding.add(more)
    },
    expect: ahead => (known() ? seasons.expect(Math.min(stepsTo(ahead, 'ahead'), stepsPerDay * 7)) : undefined),
    peak: within => {
      if (!known()) return undefined
      const steps = Math.min(stepsTo(within, 'within'), stepsPerDay * 7)
      let highest = { ...seasons.expect(1), in: length }
      for (let ahead = 2; ahead <= steps; ahead += 1) {
        const expected = seasons.expect(ahead)
        if (expected.expected > highest.expected) highest = { ...expected, in: ahead * length }
      }
      return highest
    },
    anomaly: () => (known() ? seasons.surprise(sliding.sum()) : 0),
  }
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
