/**
 * Forecasts a count per step from its days and weeks so far, in constant memory.
 *
 * A slowly learnt daily and a weekly profile are blended by how well each has forecast the past, smoothed over
 * neighbouring steps. The deviation of the last steps is carried on, as far ahead as it has proved to last. All sums
 * are of logarithms, since traffic grows by factors. decisions/014-forecast.md has the measurements.
 */

/** What is expected of one step. */
export interface Expected {
  /** The count that is most likely. */
  readonly expected: number
  /** Nine of ten counts lie between this and `high`. */
  readonly low: number
  /** Nine of ten counts lie between `low` and this. */
  readonly high: number
}

/** The weight of a new day, and of a new week, in the profile. */
const DAILY = 0.1
const WEEKLY = 0.3
/** How fast the deviation of the last steps is followed: by the quick average and by the steady one. */
const QUICK = 0.6
const STEADY = 0.1
/** How slowly old errors are forgotten, when profiles are weighted and deviations are followed. */
const MEMORY = 0.999
/** The power of its error by which a profile loses weight. */
const SHARPNESS = 4
/** The lowest error of a profile. */
const MIN_LOSS = 1e-3
/** Deviations are cut at this many standard deviations: a flood must not become part of the pattern. */
const OUTLIER = 4
/** The quantile of the normal distribution that leaves one of twenty on each side. */
const QUANTILE_95 = 1.645

interface Profile {
  readonly values: Float32Array<ArrayBuffer>
  readonly seen: Uint16Array<ArrayBuffer>
  readonly rate: number
  loss: number
}

/**
 * How the deviation `ahead` steps later follows from the quick and the steady deviation now, learnt by least squares.
 */
interface Carry {
  readonly ahead: number
  quick2: number
  steady2: number
  both: number
  quickLater: number
  steadyLater: number
  /** The mean square of forecast errors. */
  error: number
}

/** A season as JSON: numbers, and arrays of them in base64. */
export interface SavedSeason {
  readonly stepsPerDay: number
  readonly numbers: readonly number[]
  readonly carries: readonly (readonly number[])[]
  readonly arrays: readonly string[]
}

export class Season {
  readonly #stepsPerDay: number
  readonly #smooth: number
  readonly #profiles: readonly Profile[]
  readonly #carries: readonly Carry[]
  readonly #quicks: Float32Array<ArrayBuffer>
  readonly #steadies: Float32Array<ArrayBuffer>
  #last = -1
  #observed = 0
  #mean = 0
  #quick = 0
  #steady = 0

  /**
   * @param stepsPerDay how many steps make a day; `smooth` how many neighbours on each side a step is averaged with.
   */
  constructor(stepsPerDay: number, smooth: number) {
    this.#stepsPerDay = stepsPerDay
    this.#smooth = smooth
    this.#profiles = [profile(stepsPerDay, DAILY), profile(stepsPerDay * 7, WEEKLY)]
    const distances = [1, Math.max(2, Math.round(stepsPerDay / 24)), Math.round(stepsPerDay / 4), stepsPerDay]
    this.#carries = [...new Set(distances)].map(carryOver)
    this.#quicks = new Float32Array(stepsPerDay + 1)
    this.#steadies = new Float32Array(stepsPerDay + 1)
  }

  /** How many steps were observed. */
  get observed(): number {
    return this.#observed
  }

  /** Observes the count of step `index`, which comes after all observed steps; steps in between are unknown. */
  observe(index: number, count: number): void {
    const hasDay = this.#observed >= this.#stepsPerDay
    this.#last = index - 1
    const raw = Math.log1p(Math.max(count, 0))
    const { middle, spread } = this.#forecast(1)
    const value = hasDay ? middle + within(raw - middle, OUTLIER * spread) : raw
    const deviation = this.#observed === 0 ? 0 : value - this.#base(index)
    if (hasDay) this.#learnCarries(index, deviation)
    for (const one of this.#profiles) learn(one, index, value)
    this.#observed += 1
    this.#mean += Math.max(0.01, 1 / this.#observed) * (value - this.#mean)
    this.#quick += QUICK * (deviation - this.#quick)
    this.#steady += STEADY * (deviation - this.#steady)
    this.#quicks[index % this.#quicks.length] = this.#quick
    this.#steadies[index % this.#steadies.length] = this.#steady
    this.#last = index
  }

  save(): SavedSeason {
    return {
      stepsPerDay: this.#stepsPerDay,
      numbers: [this.#last, this.#observed, this.#mean, this.#quick, this.#steady, ...this.#profiles.map(p => p.loss)],
      carries: this.#carries.map(carry => CARRY_KEYS.map(key => carry[key])),
      arrays: this.#arrays().map(base64),
    }
  }

  /** @throws an error that says what is wrong, when it is no season of this form */
  restore({ stepsPerDay, numbers, carries, arrays }: SavedSeason): void {
    const own = this.#arrays()
    const [last = -1, observed = 0, mean = 0, quick = 0, steady = 0, ...losses] = numbers
    const sizes = [losses.length, carries.length, arrays.length]
    if (stepsPerDay !== this.#stepsPerDay) throw new Error(`it has ${stepsPerDay} steps a day`)
    if (`${sizes}` !== `${[this.#profiles.length, this.#carries.length, own.length]}`)
      throw new Error('parts are missing')
    if (carries.some(carry => carry.length !== CARRY_KEYS.length)) throw new Error('parts are missing')
    if (![...numbers, ...carries.flat()].every(Number.isFinite)) throw new Error('it has a value that is no number')
    const bytes = arrays.map(text => Buffer.from(text, 'base64'))
    if (own.some(({ byteLength }, place) => bytes[place]?.length !== byteLength))
      throw new Error('a part has another size')
    if (bytes.some((part, place) => own[place] instanceof Float32Array && hasStranger(part)))
      throw new Error('it has a value that is no number')
    for (const [place, { buffer }] of own.entries()) new Uint8Array(buffer).set(bytes[place] ?? [])
    for (const [place, profile] of this.#profiles.entries()) profile.loss = losses[place] ?? MIN_LOSS
    for (const [place, carry] of this.#carries.entries())
      for (const [at, key] of CARRY_KEYS.entries()) carry[key] = carries[place]?.[at] ?? carry[key]
    this.#last = last
    this.#observed = observed
    this.#mean = mean
    this.#quick = quick
    this.#steady = steady
  }

  #arrays(): readonly (Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>)[] {
    return [...this.#profiles.flatMap(({ values, seen }) => [values, seen]), this.#quicks, this.#steadies]
  }

  /** What is expected `ahead` steps after the last observed step; from 1. */
  expect(ahead: number): Expected {
    const { middle, spread } = this.#forecast(ahead)
    const count = (log: number) => Math.max(0, Math.expm1(log))
    return {
      expected: count(middle),
      low: count(middle - QUANTILE_95 * spread),
      high: count(middle + QUANTILE_95 * spread),
    }
  }

  /** How many standard deviations `count` lies from what is expected of the next step. */
  surprise(count: number): number {
    const { middle, spread } = this.#forecast(1)
    const expected = Math.max(0, Math.expm1(middle))
    // Chance (Poisson), and the usual error of the forecast.
    return (count - expected) / Math.sqrt(1 + expected + (spread * expected) ** 2)
  }

  /** The expected logarithm, and the standard deviation of its error. */
  #forecast(steps: number): { readonly middle: number; readonly spread: number } {
    const carries = this.#carries
    const after = Math.max(
      carries.findIndex(({ ahead }) => ahead > steps),
      0,
    )
    const far = carries[after === 0 && steps >= this.#stepsPerDay ? carries.length - 1 : after]
    const near = carries[Math.max(after - 1, 0)] ?? far
    const whole = this.#base(this.#last + steps)
    if (near === undefined || far === undefined) return { middle: whole, spread: 1 }
    const share = far === near ? 0 : Math.log(steps / near.ahead) / Math.log(far.ahead / near.ahead)
    const mix = (of: (carry: Carry) => number) => of(near) + share * (of(far) - of(near))
    const spread = Math.sqrt(mix(({ error }) => error))
    const deviation = within(
      mix(carry => carried(carry, this.#quick, this.#steady)),
      OUTLIER * spread,
    )
    return { middle: Math.max(whole + deviation, 0), spread }
  }

  /** What the profiles say of a step, weighted by how well each has forecast the past. */
  #base(index: number): number {
    let sum = 0
    let weights = 0
    for (const one of this.#profiles) {
      const value = around(one, index, this.#smooth)
      if (value === undefined) continue
      const weight = Math.max(one.loss, MIN_LOSS) ** -SHARPNESS
      sum += weight * value
      weights += weight
    }
    return weights > 0 ? sum / weights : this.#mean
  }

  #learnCarries(index: number, deviation: number): void {
    const { length } = this.#quicks
    for (const carry of this.#carries) {
      if (this.#observed < carry.ahead) continue
      const before = (((index - carry.ahead) % length) + length) % length
      const [q, s] = [this.#quicks[before] ?? 0, this.#steadies[before] ?? 0]
      const wrong = deviation - carried(carry, q, s)
      carry.error += Math.max(1 - MEMORY, 1 / this.#observed) * (wrong * wrong - carry.error)
      carry.quick2 = carry.quick2 * MEMORY + q * q
      carry.steady2 = carry.steady2 * MEMORY + s * s
      carry.both = carry.both * MEMORY + q * s
      carry.quickLater = carry.quickLater * MEMORY + q * deviation
      carry.steadyLater = carry.steadyLater * MEMORY + s * deviation
    }
  }
}

const CARRY_KEYS = ['quick2', 'steady2', 'both', 'quickLater', 'steadyLater', 'error'] as const

const base64 = ({ buffer }: { readonly buffer: ArrayBuffer }): string => Buffer.from(buffer).toString('base64')

/** Whether bytes hold a float that is infinite or no number. */
function hasStranger(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += 4) if (!Number.isFinite(bytes.readFloatLE(at))) return true
  return false
}

const carryOver = (ahead: number): Carry => ({
  ahead,
  quick2: 0,
  steady2: 0,
  both: 0,
  quickLater: 0,
  steadyLater: 0,
  error: 1,
})

const within = (value: number, reach: number): number => Math.min(Math.max(value, -reach), reach)

const profile = (length: number, rate: number): Profile => ({
  values: new Float32Array(length),
  seen: new Uint16Array(length),
  rate,
  loss: MIN_LOSS,
})

/** The value at a step, averaged with its neighbours, the near ones more; undefined where nothing was seen. */
function around({ values, seen }: Profile, index: number, smooth: number): number | undefined {
  const { length } = values
  if (!seen[index % length]) return undefined
  let sum = 0
  let weights = 0
  for (let offset = -smooth; offset <= smooth; offset += 1) {
    const place = (index + offset + length) % length
    if (!seen[place]) continue
    const weight = smooth + 1 - Math.abs(offset)
    sum += weight * (values[place] ?? 0)
    weights += weight
  }
  return sum / weights
}

function learn(one: Profile, index: number, value: number): void {
  const place = index % one.values.length
  const old = one.values[place] ?? 0
  const times = one.seen[place] ?? 0
  if (times > 0) one.loss += (1 - MEMORY) * (Math.abs(value - old) - one.loss)
  one.seen[place] = Math.min(times + 1, 65_535)
  one.values[place] = old + Math.max(one.rate, 1 / (times + 1)) * (value - old)
}

/** Ridge regression on two deviations: how much of them is left `ahead` steps later. */
function carried({ quick2, steady2, both, quickLater, steadyLater }: Carry, quick: number, steady: number): number {
  const ridge = 0.01 * (quick2 + steady2) + 1e-9
  const [a, b] = [quick2 + ridge, steady2 + ridge]
  const determinant = a * b - both * both
  const onQuick = (quickLater * b - steadyLater * both) / determinant
  const onSteady = (steadyLater * a - quickLater * both) / determinant
  return onQuick * quick + onSteady * steady
}
