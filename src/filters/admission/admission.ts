/** Limits concurrent sessions to what can be served well; the reply tells other clients when to come again. */

import { type Trust, trust } from '../../facts/trust.ts'
import type { Forecast } from '../../load/forecast.ts'
import { type ConcurrencyLimit, concurrencyLimit } from '../../load/limit.ts'
import { PriorityQueue } from '../../load/priority-queue.ts'
import { duration, having, number, whole } from '../../model/checks.ts'
import { isFinal } from '../../model/decision.ts'
import type { Filter } from '../../model/filter.ts'
import { defer, type Finding } from '../../model/finding.ts'
import { describeLoad, type LoadMeter } from '../../model/load.ts'
import type { Metric } from '../../model/metric.ts'
import { checked, relation, schemaOf } from '../../model/options.ts'
import type { Clock, Services } from '../../model/services.ts'
import type { Connection } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { AdmissionCounts } from './admission-counts.ts'
import { PeakReserve } from './peak-reserve.ts'
import { minutesUntil } from './retry.ts'
import { SharedLimit } from './shared-limit.ts'

/** What `admission` takes. */
export interface AdmissionOptions {
  /** How many concurrent sessions are full load, and the most there may be. @default 2_000 */
  readonly max?: number
  /** The lower bound of the limit. @default 20 */
  readonly min?: number
  /** The share of session slots that only known clients may take while the load is not green. @default 0.3 */
  readonly reserve?: number
  /**
   * The share from ten minutes before an overload that `forecast` expects. Known clients then wait less, and more of
   * the unknown ones are turned away: see decisions/011-load.md.
   * @default as `reserve`
   */
  readonly peakReserve?: number
  /** Forecasts sessions a minute, counted apart from here. @default no overload is expected */
  readonly forecast?: Pick<Forecast, 'peak'>
  /** How long a client may wait for a slot; a fifth of it under overload. @default '5s' */
  readonly maxWait?: Duration
  /** How many known and how many unknown clients may wait. @default 100 */
  readonly maxQueue?: number
}

const MAX = 2_000
const MIN = 20

/** @internal */
export const admissionSchema = schemaOf<AdmissionOptions>(
  'admission',
  {
    max: whole({ min: 1 }),
    min: whole({ min: 1 }),
    reserve: number({ min: 0, max: 0.99 }, 'a share'),
    peakReserve: number({ min: 0, max: 0.99 }, 'a share'),
    forecast: having('a forecast', 'peak'),
    maxWait: duration({ max: '5m' }),
    maxQueue: whole({ max: 100_000 }),
  },
  relation(
    ['max', 'min'],
    ({ max = MAX, min = MIN }) =>
      max < min && { found: max, expected: `not below min, which is ${min}`, remedy: 'set both' },
  ),
)

/** Whether a client got a slot. Survives JSON, so that a replay decides the same. */
interface Admitted {
  readonly isIn: boolean
  readonly priority: Trust
  readonly reason: string
  readonly minutes: number
}

/** How long the trust in a client may take to find out. It is asked only when slots are short. */
const TRUST_TIMEOUT_MS = 500
/** How long a beginning process waits for the limit of another one. */
const START_TIMEOUT_MS = 1_000

/**
 * Turns clients away when the process or a service behind it is overloaded. While the load is green no client is turned
 * away: the limit begins where an overload is measured, with the sessions that are open then, and ends at green. While
 * slots are short, clients with a bad record are turned away first, then unknown ones; a share of the slots is reserved
 * for known clients. A client that is turned away gets `421 4.3.2` and the time to come again, and never a 5xx.
 *
 * The limit is kept in the store, so that a process that begins in the middle of a flood begins with it.
 *
 * @throws PosternError when an option is wrong
 * @example
 * postern({ filters: [admission(), ...recommended({ domains: ['example.org'] })] })
 */
export function admission(options: AdmissionOptions = {}): Filter {
  return new Admission(checked(admissionSchema, options)).filter()
}

class Admission {
  readonly #timeout: number
  readonly #bounds: { readonly min: number; readonly max: number }
  #limit: ConcurrencyLimit
  #shared: SharedLimit | undefined
  /** The limit that holds now; Infinity while admission is open. */
  #current = Number.POSITIVE_INFINITY
  readonly #slots: PriorityQueue
  readonly #counts = new AdmissionCounts()
  readonly #reserve: PeakReserve
  readonly #admitted = new Map<string, { readonly priority: Trust; readonly since: number }>()
  #steppedAt = Number.NEGATIVE_INFINITY
  /** The most sessions that had a slot since the limit was adapted last. */
  #peak = 0

  constructor(options: AdmissionOptions) {
    const { max = MAX, min = MIN, reserve = 0.3, maxWait = '5s', maxQueue = 100 } = options
    const { peakReserve: atPeak = reserve, forecast = NO_FORECAST } = options
    this.#timeout = toMilliseconds(maxWait)
    this.#bounds = { min, max }
    this.#limit = concurrencyLimit(this.#bounds)
    const shares = new PeakReserve({ usual: reserve, atPeak, forecast })
    this.#reserve = shares
    const slots = { limit: () => this.#current, reserve: () => shares.share }
    this.#slots = new PriorityQueue({ ...slots, maxQueue, maxWait: this.#timeout })
  }

  filter(): Filter {
    return {
      name: 'admission',
      order: 'early',
      deadline: this.#timeout + TRUST_TIMEOUT_MS + 1_000,
      start: services => this.#start(services),
      connect: connection => this.#connect(connection),
      onDecision: ({ stage, verdict }, context) => {
        // A client that is refused as a whole costs nothing more, even if its refusal is delayed until RCPT.
        if (isFinal(verdict) && (stage === 'connect' || stage === 'helo')) this.#release(context)
      },
      onClose: connection => this.#release(connection),
      metrics: () => this.#metrics(),
    }
  }

  /** A process that was started again in a flood does not begin it anew. */
  async #start({ store, clock }: Services): Promise<void> {
    this.#shared = new SharedLimit(store)
    const inherited = await within(this.#shared.read(), START_TIMEOUT_MS, undefined, clock)
    if (inherited !== undefined) this.#limit = concurrencyLimit({ ...this.#bounds, inherited })
  }

  async #connect(connection: Connection): Promise<Finding | undefined> {
    // Judged a second time, because it sent before the greeting: it has its slot.
    if (this.#admitted.has(connection.ref)) return undefined
    const answer = await connection.callExternal('admission', () => this.#decide(connection))
    if (answer.isIn) return undefined
    const { priority, reason, minutes } = answer
    const replyText = `Too busy now, please try again in about ${minutes} minutes`
    return defer('4.3.2', reason, { rule: priority, replyText, close: true })
  }

  async #decide(connection: Connection): Promise<Admitted> {
    const { clock, signal, ref, load } = connection
    // While there are slots for all, no record is needed.
    const hasRoom = this.#adaptLimit(connection)
    const priority = hasRoom ? 'unknown' : await within(connection.ask(trust), TRUST_TIMEOUT_MS, 'unknown', clock)
    const entering = !signal.aborted && this.#slots.enter(priority, clock, signal)
    // At once: of clients that come together, those that fill the slots change the level for the next ones.
    this.#occupied(load)
    // Clients with a bad record are turned away even while there is room for others: that is no overflow.
    if (entering !== true && !signal.aborted && priority !== 'bad') load.reportOverflow()
    const isIn = await entering
    if (isIn && (signal.aborted || this.#admitted.has(ref))) this.#slots.leave(priority, clock)
    else if (isIn) this.#admitted.set(ref, { priority, since: clock.monotonic() })
    if (entering !== true) this.#occupied(load)
    // A client that another filter has refused meanwhile, or that has left, was not turned away here.
    if (isIn || !signal.aborted) this.#counts.count(priority, isIn, connection)
    if (isIn) return { isIn, priority, reason: '', minutes: 0 }
    const reason = `${this.#slots.inside()} of ${Math.floor(this.#current)} session slots are taken, and none is free for a client that is ${priority}; the load is ${describeLoad(load.now())}`
    return { isIn, priority, reason, minutes: minutesUntil(priority, this.#counts.pressure(clock.monotonic()), ref) }
  }

  /** Adapts the limit once a second. @returns whether there are slots for all */
  #adaptLimit({ load, clock }: Pick<Connection, 'load' | 'clock'>): boolean {
    const { slowdown, value, level } = load.now()
    const now = clock.monotonic()
    if (now - this.#steppedAt >= 1_000) {
      this.#limit.step({ inside: this.#peak, slowdown, load: value, level })
      this.#shared?.write(this.#limit.value)
      this.#reserve.look(Math.min(this.#limit.value, this.#bounds.max), now)
      this.#steppedAt = now
      this.#peak = this.#slots.inside()
    }
    const isOpen = level === 'green' && !this.#limit.isInherited
    this.#current = isOpen ? Number.POSITIVE_INFINITY : Math.min(this.#limit.value, this.#bounds.max)
    return this.#slots.inside() < this.#current / 2
  }

  /** Slots are a part of the load, so that it is not green when they are full. */
  #occupied(load: LoadMeter): void {
    const inside = this.#slots.inside()
    this.#peak = Math.max(this.#peak, inside)
    load.report('slots', inside / this.#bounds.max)
  }

  #release({ ref, clock, load }: Connection): void {
    const admitted = this.#admitted.get(ref)
    if (admitted === undefined) return
    this.#admitted.delete(ref)
    this.#reserve.ended(clock.monotonic() - admitted.since)
    this.#slots.leave(admitted.priority, clock)
    this.#occupied(load)
  }

  #metrics(): readonly Metric[] {
    const slots = this.#slots
    return [
      gauge('postern_admission_limit', 'Sessions that may be open at once.', [
        { value: Math.floor(Math.min(this.#current, this.#bounds.max)) },
      ]),
      gauge(
        'postern_admission_sessions',
        'Sessions that have a slot, by priority.',
        PRIORITIES.map(priority => ({ labels: { priority }, value: slots.inside(priority) })),
      ),
      gauge(
        'postern_admission_waiting',
        'Clients that wait for a session slot, by priority.',
        PRIORITIES.map(priority => ({ labels: { priority }, value: slots.queued(priority) })),
      ),
      ...this.#counts.metrics(),
    ]
  }
}

const NO_FORECAST: Pick<Forecast, 'peak'> = { peak: () => undefined }

const PRIORITIES: readonly Trust[] = ['known', 'unknown', 'bad']

const gauge = (name: string, help: string, samples: Metric['samples'] & readonly { value: number }[]): Metric => ({
  name,
  help,
  type: 'gauge',
  samples,
})

/** A slow store or name server must not keep clients out. */
function within<T>(asked: Promise<T>, ms: number, otherwise: T, clock: Clock): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>()
  const cancel = clock.after(ms, () => resolve(otherwise))
  asked.then(
    found => {
      cancel()
      resolve(found)
    },
    () => {
      cancel()
      resolve(otherwise)
    },
  )
  return promise
}
