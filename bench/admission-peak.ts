/**
 * What it brings to reserve more slots for known clients before an expected peak: the real queue, simulated clients.
 *
 *     node bench/admission-peak.ts
 */
import { PriorityQueue } from '../src/load/priority-queue.ts'
import { clock as handClock } from '../src/testing/clock.ts'

interface Scene {
  readonly name: string
  /** How long the peak takes to be there, in milliseconds. */
  readonly ramp: number
  /** Clients a second at the peak. */
  readonly known: number
  readonly unknown: number
  /** The share of unknown clients that keep a slot for a minute. */
  readonly slow: number
}

type Priority = 'known' | 'unknown'

const MINUTE = 60_000
const SLOTS = 200
const USUAL = 0.3
const AT_PEAK = 0.6
const QUIET = { known: 5, unknown: 10 }
const BEGIN = 20 * MINUTE
const EARLY = 5 * MINUTE
const END = 30 * MINUTE
const STEP = 100

const scenes: readonly Scene[] = [
  { name: 'a peak that grows for ten minutes', ramp: 10 * MINUTE, known: 30, unknown: 80, slow: 0 },
  { name: 'a peak at once', ramp: 0, known: 30, unknown: 80, slow: 0 },
  { name: 'the same, a tenth of the unknown slow', ramp: 0, known: 30, unknown: 80, slow: 0.1 },
  { name: 'known clients alone are too many', ramp: 0, known: 90, unknown: 80, slow: 0 },
]

/** The same numbers on every machine. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

class Counts {
  out = 0
  readonly waits: number[] = []

  get text(): string {
    const sorted = this.waits.toSorted((a, b) => a - b)
    const share = (100 * this.out) / Math.max(1, this.out + this.waits.length)
    return `${share.toFixed(1)} % turned away, 95th wait ${Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? 0)} ms`
  }
}

async function play(scene: Scene, usesForecast: boolean): Promise<void> {
  const clock = handClock()
  const next = random(5)
  let now = 0
  const reserve = (): number => (usesForecast && now >= BEGIN - EARLY && now < END ? AT_PEAK : USUAL)
  const slots = new PriorityQueue({ limit: () => SLOTS, reserve, maxQueue: 100, maxWait: 5_000 })
  const never = new AbortController().signal
  const counts = new Map<string, Counts>()
  const carry = { known: 0, unknown: 0 }
  const durationOf = (priority: Priority): number => {
    if (priority === 'known') return 1_500 + 3_000 * next()
    return next() < scene.slow ? MINUTE : 2_000 + 6_000 * next()
  }
  const enter = (priority: Priority): void => {
    const phase = now < BEGIN - EARLY ? 'quiet' : now < BEGIN ? 'before' : now < BEGIN + 30_000 ? 'first 30 s' : 'peak'
    const seen = counts.get(`${phase} ${priority}`) ?? new Counts()
    counts.set(`${phase} ${priority}`, seen)
    const [since, duration] = [clock.monotonic(), durationOf(priority)]
    const settle = (isIn: boolean): void => {
      if (!isIn) {
        seen.out += 1
        return
      }
      seen.waits.push(clock.monotonic() - since)
      clock.after(duration, () => slots.leave(priority, clock))
    }
    const answer = slots.enter(priority, clock, never)
    if (typeof answer === 'boolean') settle(answer)
    else void answer.then(settle)
  }
  for (now = 0; now < END; now += STEP) {
    const level = now < BEGIN ? 0 : scene.ramp === 0 ? 1 : Math.min(1, (now - BEGIN) / scene.ramp)
    for (const priority of ['known', 'unknown'] as const) {
      carry[priority] += ((QUIET[priority] + (scene[priority] - QUIET[priority]) * level) * STEP) / 1000
      for (; carry[priority] >= 1; carry[priority] -= 1) enter(priority)
    }
    await clock.advance(STEP)
  }
  console.log(`${scene.name}, ${usesForecast ? `reserve ${AT_PEAK} from 5 minutes before` : `reserve ${USUAL}`}`)
  for (const phase of ['before', 'first 30 s', 'peak'])
    console.log(
      `  ${phase}: known ${counts.get(`${phase} known`)?.text} · unknown ${counts.get(`${phase} unknown`)?.text}`,
    )
}

for (const scene of scenes) for (const usesForecast of [false, true]) await play(scene, usesForecast)
