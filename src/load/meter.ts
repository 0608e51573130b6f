/** Measures how loaded this process is: ten times a second while a caller asks, and not at all when none does. */
import { callback, duration, having, number, size, whole } from '../model/checks.ts'
import {
  type DescriptorUse,
  describeLoad,
  type Level,
  type Load,
  type LoadMeter,
  type Resource,
} from '../model/load.ts'
import { checked, schemaOf } from '../model/options.ts'
import { type Clock, type Notify, systemClock, warnOnThrow } from '../model/services.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../model/units.ts'
import { type Descriptors, descriptorLimit, descriptors, openDescriptors } from './descriptors.ts'
import { type Latency, latency } from './latency.ts'
import { AMBER, type LevelHolder, levelHolder } from './level.ts'
import { OwnTime } from './own-time.ts'
import { type ProcessProbe, processProbe } from './process.ts'

/** What `loadMeter` takes: the amounts that count as full load. */
export interface LoadMeterOptions {
  /** How many sessions are full load. @default 2_000 */
  readonly sessions?: number
  /** How many messages in expensive filters, waiting ones included, are full load. @default 50 */
  readonly scans?: number
  /** How many bytes of messages in progress are full load. @default '1gb' */
  readonly spool?: Size
  /** How much memory is full load. @default what the container allows, or the machine has */
  readonly memory?: Size
  /** How many file descriptors the process may have open. @default what the system allows it */
  readonly descriptors?: number
  /** The share of them that new sessions leave free for files and deliveries of open sessions. @default 0.4 */
  readonly descriptorReserve?: number
  /** How late the event loop is at full load: a stall of four fifths of it is amber. @default '250ms' */
  readonly delay?: Duration
  /** The clock that measurements go by. @default the system's clock */
  readonly clock?: Clock
  /** Called when the level changes. @default no notice */
  readonly notify?: Notify
  /** Reads the state of the process. @default node:perf_hooks and node:v8 */
  readonly process?: ProcessProbe
}

const schema = schemaOf<LoadMeterOptions>('load', {
  sessions: whole({ min: 1 }),
  scans: whole({ min: 1 }),
  spool: size({ min: 1 }),
  memory: size({ min: 1 }),
  descriptors: whole({ min: 1 }),
  descriptorReserve: number({ above: 0, max: 0.99 }, 'a share'),
  delay: duration({ min: '1ms' }),
  clock: having('a clock', 'now', 'monotonic', 'after'),
  notify: callback(),
  process: having('an object that reads the state of the process', 'busy', 'memory'),
})

type Counted = Exclude<Resource, 'descriptors' | 'work'>

const TICK_MS = 100
/** A stall counts for this time after it was measured. */
const STALL_SHOWN_MS = 1_000
/** Memory is read at every fifth tick, latencies at every tenth. */
const MEMORY_EVERY = 5
const LATENCY_EVERY = 10
/** The overflow is over when no client has been turned away for this time. */
const OVERFLOW_COOLDOWN_MS = 10_000
/**
 * Measuring stops when the level is green and no caller has asked for this time; a scrape each minute keeps it running.
 */
const IDLE_AFTER_MS = 90_000
/** How many services behind us are distinguished, and how many reports; further ones are not measured. */
const MAX_SERVICES = 32
/** DNS may be slow because of the sender's name servers, so it alone must not turn the level amber. */
const UNCERTAIN: ReadonlySet<string> = new Set(['dns'])
const MAX_UNCERTAIN = 0.65

/**
 * Makes a load meter for this process. A gateway makes one by itself; hand one over to share it between gateways, or to
 * keep it when the configuration is read again.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const load = loadMeter({ memory: '512mb' })
 * postern({ load, filters: loadControl({ filters: recommended({ domains }) }) })
 */
export function loadMeter(options: LoadMeterOptions = {}): LoadMeter {
  const load = new ProcessLoad(checked(schema, options))
  return {
    get level() {
      return load.level
    },
    get overflowing() {
      return load.overflowing
    },
    now: () => load.now(),
    reportOverflow: () => load.reportOverflow(),
    adjust: (resource, by) => load.adjust(resource, by),
    hasDescriptor: use => load.hasDescriptor(use),
    hasBudget: share => load.hasBudget(share),
    report: (what, share) => load.report(what, share),
    recordLatency: (service, ms) => load.recordLatency(service, ms),
  }
}

class ProcessLoad {
  readonly #full: Readonly<Record<Counted, number>>
  readonly #maxDelay: number
  readonly #clock: Clock
  readonly #notify: Notify
  readonly #process: ProcessProbe
  readonly #files: Descriptors
  readonly #held: Record<Counted, number> = { sessions: 0, scans: 0, spool: 0 }
  readonly #services = new Map<string, Latency>()
  readonly #reports = new Map<string, number>()
  /** The work in progress, in bounds. */
  #work = 0
  readonly #levels: LevelHolder
  #busy = 0
  #memory = 0
  /** Memory that cannot be read counts as full. */
  #isMemoryUnknown = false
  #stall = 0
  #stallAt = Number.NEGATIVE_INFINITY
  #overflowAt = Number.NEGATIVE_INFINITY
  #ticks = 0
  #askedAt = Number.NEGATIVE_INFINITY
  /** When the next tick is due; undefined while the meter is idle. */
  #nextTick: number | undefined
  readonly #time: OwnTime
  #shown: Load

  constructor(options: LoadMeterOptions) {
    const { sessions = 2_000, scans = 50, spool = '1gb', delay = '250ms', memory, clock = systemClock } = options
    const {
      descriptors: limit = descriptorLimit(),
      descriptorReserve: reserve = 0.4,
      notify = () => undefined,
    } = options
    const { process = processProbe(memory === undefined ? undefined : toBytes(memory)) } = options
    this.#full = { sessions, scans, spool: toBytes(spool) }
    this.#maxDelay = toMilliseconds(delay)
    this.#clock = clock
    this.#notify = warnOnThrow('notify', notify)
    this.#process = process
    this.#files = descriptors({ limit, reserve, count: () => process.descriptors?.() ?? openDescriptors(), clock })
    this.#levels = levelHolder(0)
    const start = clock.monotonic()
    this.#time = new OwnTime(TICK_MS, start)
    this.#shown = { value: 0, level: 'green', since: start, parts: {}, slowdown: 1 }
  }

  get level(): Level {
    return this.#shown.level
  }

  get overflowing(): boolean {
    return this.#clock.monotonic() - this.#overflowAt < OVERFLOW_COOLDOWN_MS
  }

  now(): Load {
    this.#askedAt = this.#clock.monotonic()
    if (this.#nextTick === undefined) {
      // What was measured before the pause is outdated, and the pause itself is not measured.
      this.#stall = 0
      this.#busy = 0
      probed(() => this.#process.busy())
      this.#time.resume(this.#askedAt)
      this.#measure(0, this.#askedAt)
      this.#scheduleTick()
    }
    return this.#shown
  }

  reportOverflow(): void {
    this.#overflowAt = this.#clock.monotonic()
  }

  adjust(resource: Resource, by: number): void {
    if (resource === 'descriptors') this.#files.adjust(by)
    else if (resource === 'work') this.#work = Math.max(0, this.#work + by)
    else this.#held[resource] += by
    if (resource === 'sessions' && by > 0) this.#checkRise(this.#held.sessions / this.#full.sessions)
  }

  hasBudget(share: number): boolean {
    return this.#levels.level !== 'red' || this.#work + share <= 1
  }

  report(what: string, share: number): void {
    if (!this.#reports.has(what) && this.#reports.size >= MAX_SERVICES) return
    const before = this.#reports.get(what) ?? 0
    this.#reports.set(what, share)
    if (share > before) this.#checkRise(share)
  }

  /** The level is never behind what is counted: what fills between two ticks is amber at once. */
  #checkRise(share: number): void {
    if (share < AMBER || this.#levels.level !== 'green') return
    this.#update(this.#clock.monotonic())
    if (this.#nextTick === undefined) this.#scheduleTick()
  }

  hasDescriptor(use: DescriptorUse): boolean {
    return this.#files.has(use)
  }

  recordLatency(service: string, ms: number): void {
    const now = this.#clock.monotonic()
    const waited = ms - this.#time.pausedIn(ms, now, now - (this.#nextTick ?? now))
    const known = this.#services.get(service)
    if (known) known.record(waited)
    else if (this.#services.size < MAX_SERVICES) {
      const first = latency()
      first.record(waited)
      this.#services.set(service, first)
    }
  }

  #scheduleTick(): void {
    this.#nextTick = this.#clock.monotonic() + TICK_MS
    this.#clock.after(TICK_MS, () => this.#tick())
  }

  #tick(): void {
    const now = this.#clock.monotonic()
    this.#measure(Math.max(0, now - (this.#nextTick ?? now)), now)
    this.#nextTick = undefined
    if (now - this.#askedAt < IDLE_AFTER_MS || this.#shown.level !== 'green') this.#scheduleTick()
  }

  #measure(late: number, now: number): void {
    if (late >= this.#stall || now - this.#stallAt > STALL_SHOWN_MS) {
      this.#stall = late
      this.#stallAt = now
    }
    this.#time.tick(now, late)
    // One measurement varies a lot: this averages over about a second.
    this.#busy += ((probed(() => this.#process.busy()) ?? 1) - this.#busy) * 0.2
    if (this.#ticks % MEMORY_EVERY === 0) {
      const memory = probed(() => this.#process.memory())
      this.#memory = memory ?? this.#memory
      this.#isMemoryUnknown = memory === undefined
    }
    if (this.#ticks % LATENCY_EVERY === 0) for (const one of this.#services.values()) one.update(now)
    this.#ticks += 1
    this.#update(now)
  }

  #update(now: number): void {
    const parts: Record<string, number> = {
      loop: part(this.#stall / this.#maxDelay),
      busy: part(this.#busy),
      memory: this.#isMemoryUnknown ? 1 : part(this.#memory),
      sessions: part(this.#held.sessions / this.#full.sessions),
      scans: part(this.#held.scans / this.#full.scans),
      spool: part(this.#held.spool / this.#full.spool),
      descriptors: part(this.#files.share()),
    }
    let slowdown = 1
    for (const [name, one] of this.#services) {
      parts[name] = UNCERTAIN.has(name) ? Math.min(one.part, MAX_UNCERTAIN) : one.part
      if (!UNCERTAIN.has(name)) slowdown = Math.max(slowdown, one.slowdown)
    }
    for (const [name, share] of this.#reports) parts[name] = part(share)
    const value = Math.max(...Object.values(parts))
    const before = this.#levels.level
    // A pause of this process counts as two ticks: it is no time in which the load was high, or low.
    const level = this.#levels.step(value, this.#time.now)
    this.#shown = { value, level, since: level === before ? this.#shown.since : now, parts, slowdown }
    if (level !== before) this.#announce(before, this.#shown)
  }

  #announce(before: Level, load: Load): void {
    const reason = `the load is ${describeLoad(load)}: ${before} becomes ${load.level}`
    this.#notify({ code: `load/${load.level}`, reason, level: load.level === 'green' ? 'info' : 'warning' })
  }
}

/** Undefined when the system fails: without a free descriptor not even the memory of the process can be read. */
function probed(probe: () => number): number | undefined {
  try {
    const found = probe()
    return Number.isFinite(found) ? found : undefined
  } catch {
    return undefined
  }
}

/** From 0 to 1. */
const part = (share: number): number => Math.min(1, Math.max(0, share))
