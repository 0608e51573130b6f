/** Lets in as many clients at once as can be served well; the rest hear when to come again. */

import { type Trust, trust } from '../../facts/trust.ts'
import { concurrencyLimit } from '../../load/limit.ts'
import { priorityQueue } from '../../load/priority-queue.ts'
import { duration, number, whole } from '../../model/checks.ts'
import { isFinal } from '../../model/decision.ts'
import type { Filter } from '../../model/filter.ts'
import { defer, type Finding } from '../../model/finding.ts'
import { describeLoad } from '../../model/load.ts'
import type { Metric } from '../../model/metric.ts'
import { checked, relation, schemaOf } from '../../model/options.ts'
import type { Clock } from '../../model/services.ts'
import type { Connection } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { overflowQueue } from './overflow-queue.ts'
import { minutesUntil } from './retry.ts'

export interface AdmissionOptions {
  /** The most sessions at once, however well all goes. @default 1_000 */
  readonly max?: number
  /** The fewest sessions at once, however badly all goes. @default 20 */
  readonly min?: number
  /** The share of places that only the known may have. @default 0.3 */
  readonly reserve?: number
  /** How long a client may wait for a place; a fifth of it when many do. @default '5s' */
  readonly maxWait?: Duration
  /** How many known, and how many unknown clients may wait. @default 100 */
  readonly maxQueue?: number
}

const MAX = 1_000
const MIN = 20

/** @internal */
export const admissionSchema = schemaOf<AdmissionOptions>(
  'admission',
  {
    max: whole({ min: 1 }),
    min: whole({ min: 1 }),
    reserve: number({ min: 0, max: 0.99 }, 'a share'),
    maxWait: duration({ max: '5m' }),
    maxQueue: whole({ max: 100_000 }),
  },
  relation(
    ['max', 'min'],
    ({ max = MAX, min = MIN }) =>
      max < min && { found: max, expected: `not below min, which is ${min}`, remedy: 'set both' },
  ),
)

/** What became of a client at the door. Survives JSON, so that a replay decides the same. */
interface Admitted {
  readonly isIn: boolean
  readonly priority: Trust
  readonly reason: string
  readonly minutes: number
}

/** Whom to know is asked only when it matters, and no longer than this. */
const TRUST_WAIT = 500

/**
 * Holds the number of sessions at what the process and all behind it can bear. When it is full the bad are turned away
 * first, then the unknown; a share of the places is kept for the known. What is turned away hears `421 4.3.2` and when to
 * come again, and never a 5xx.
 *
 * @throws PosternError when a number makes no sense
 * @example
 * postern({ filters: [admission(), ...recommended({ domains })] })
 */
export function admission(options: AdmissionOptions = {}): Filter {
  const { max = MAX, min = MIN, reserve = 0.3, maxWait = '5s', maxQueue = 100 } = checked(admissionSchema, options)
  const patience = toMilliseconds(maxWait)
  const limit = concurrencyLimit({ min, max, initial: max / 5 })
  const places = priorityQueue({ limit: () => limit.value, reserve, maxQueue, maxWait: patience })
  const seen = overflowQueue()
  const held = new Map<string, Trust>()
  let [stepped, peak] = [Number.NEGATIVE_INFINITY, 0]

  const step = ({ load, clock }: Pick<Connection, 'load' | 'clock'>): boolean => {
    const { slowdown, value, level } = load.now()
    const now = clock.monotonic()
    if (now - stepped >= 1_000) {
      limit.step({ inside: peak, slowdown, load: value })
      stepped = now
      peak = places.inside()
    }
    return level === 'green' && places.inside() < limit.value / 2
  }
  const decide = async (connection: Connection): Promise<Admitted> => {
    const { clock, signal, ref, load } = connection
    // With room for all nobody need be known.
    const lane = step(connection) ? 'unknown' : await within(connection.ask(trust), TRUST_WAIT, clock)
    const entering = !signal.aborted && places.enter(lane, clock, signal)
    // The bad are turned away while there is room for others.
    if (entering !== true && !signal.aborted && lane !== 'bad') load.reportOverflow()
    const isIn = await entering
    if (isIn && (signal.aborted || held.has(ref))) places.leave(lane, clock)
    else if (isIn) held.set(ref, lane)
    peak = Math.max(peak, places.inside())
    // Whom another filter has refused meanwhile, or who has left, was not turned away here.
    if (isIn || !signal.aborted) seen.count(lane, isIn, connection)
    if (isIn) return { isIn, priority: lane, reason: '', minutes: 0 }
    const reason = `${places.inside()} of ${Math.floor(limit.value)} places are taken, and a client that is ${lane} has to wait; the load is ${describeLoad(load.now())}`
    return { isIn, priority: lane, reason, minutes: minutesUntil(lane, seen.pressure(clock.monotonic()), ref) }
  }
  const giveBack = ({ ref, clock }: Connection): void => {
    const lane = held.get(ref)
    if (lane === undefined) return
    held.delete(ref)
    places.leave(lane, clock)
  }

  return {
    name: 'admission',
    order: 'early',
    deadline: patience + TRUST_WAIT + 1_000,
    connect: async (connection): Promise<Finding | undefined> => {
      // Judged a second time, since it has spoken too early: it has its place.
      if (held.has(connection.ref)) return undefined
      const answer = await connection.callExternal('admission', () => decide(connection))
      if (answer.isIn) return undefined
      const { priority, reason, minutes } = answer
      const say = `Too busy now, please try again in about ${minutes} minutes`
      return defer('4.3.2', reason, { rule: priority, replyText: say, close: true })
    },
    onDecision: ({ stage, verdict }, context) => {
      // Whoever is refused as a whole costs nothing more, even if he is told so only at RCPT.
      if (isFinal(verdict) && (stage === 'connect' || stage === 'helo')) giveBack(context)
    },
    onClose: giveBack,
    metrics: (): readonly Metric[] => [
      gauge('postern_admission_limit', 'Sessions that may be open at once.', [{ value: Math.floor(limit.value) }]),
      gauge(
        'postern_admission_inside',
        'Sessions that have a place, by lane.',
        LANES.map(lane => ({ labels: { priority: lane }, value: places.inside(lane) })),
      ),
      gauge(
        'postern_admission_waiting',
        'Clients that wait for a place, by lane.',
        LANES.map(lane => ({ labels: { priority: lane }, value: places.queued(lane) })),
      ),
      ...seen.metrics(),
    ],
  }
}

const LANES: readonly Trust[] = ['known', 'unknown', 'bad']

const gauge = (name: string, help: string, samples: Metric['samples'] & readonly { value: number }[]): Metric => ({
  name,
  help,
  type: 'gauge',
  samples,
})

/** A store or name server that is slow must not keep the door shut. */
function within(asked: Promise<Trust>, ms: number, clock: Clock): Promise<Trust> {
  const { promise, resolve } = Promise.withResolvers<Trust>()
  const cancel = clock.after(ms, () => resolve('unknown'))
  asked.then(
    found => {
      cancel()
      resolve(found)
    },
    () => {
      cancel()
      resolve('unknown')
    },
  )
  return promise
}
