/** Measures how loaded this process is: ten times a second while a caller asks, and not at all when none does. */
import { callback, duration, having, number, size, whole } from '../model/checks.ts'
import { describeLoad, type Level, type Load, type LoadMeter, type Resource } from '../model/load.ts'
import { checked, schemaOf } from '../model/options.ts'
import { type Clock, type Notify, systemClock, warnOnThrow } from '../model/services.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../model/units.ts'
import { descriptorLimit, descriptors, openDescriptors } from './descriptors.ts'
import { type Latency, latency } from './latency.ts'
import { levelHolder } from './level.ts'
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

type Counted = Exclude<Resource, 'descriptors'>

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
/** How many services behind us are distinguished; further ones are not measured. */
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
  const { memory } = checked(schema, options)
  const {
    sessions = 2_000,
    scans = 50,
    spool = '1gb',
    delay = '250ms',
    descriptors: limit = descriptorLimit(),
    descriptorReserve: reserve = 0.4,
    clock = systemClock,
    notify: listener = () => undefined,
    process = processProbe(memory === undefined ? undefined : toBytes(memory)),
  } = options
  const full: Readonly<Record<Counted, number>> = { sessions, scans, spool: toBytes(spool) }
  const latest = toMilliseconds(delay)
  const notify = warnOnThrow('notify', listener)
  const files = descriptors({ limit, reserve, count: () => process.descriptors?.() ?? openDescriptors(), clock })
  const held: Record<Counted, number> = { sessions: 0, scans: 0, spool: 0 }
  const services = new Map<string, Latency>()
  const levels = levelHolder(clock.monotonic())
  let [busy, taken, stall, stallAt] = [0, 0, 0, Number.NEGATIVE_INFINITY]
  /** Memory that cannot be read counts as full. */
  let isMemoryUnknown = false
  let overflowAt = Number.NEGATIVE_INFINITY
  let [ticks, asked] = [0, Number.NEGATIVE_INFINITY]
  let next: number | undefined
  let shown: Load = { value: 0, level: 'green', since: levels.since, parts: {}, slowdown: 1 }

  const measure = (late: number, now: number): void => {
    if (late >= stall || now - stallAt > STALL_SHOWN_MS) [stall, stallAt] = [late, now]
    // One measurement varies a lot: this averages over about a second.
    busy += ((probed(() => process.busy()) ?? 1) - busy) * 0.2
    if (ticks % MEMORY_EVERY === 0) {
      const memory = probed(() => process.memory())
      taken = memory ?? taken
      isMemoryUnknown = memory === undefined
    }
    if (ticks % LATENCY_EVERY === 0) for (const one of services.values()) one.update(now)
    ticks += 1
    update(now)
  }
  const update = (now: number): void => {
    const parts: Record<string, number> = {
      loop: part(stall / latest),
      busy: part(busy),
      memory: isMemoryUnknown ? 1 : part(taken),
      sessions: part(held.sessions / full.sessions),
      scans: part(held.scans / full.scans),
      spool: part(held.spool / full.spool),
      descriptors: part(files.share()),
    }
    let slowdown = 1
    for (const [name, one] of services) {
      parts[name] = UNCERTAIN.has(name) ? Math.min(one.part, MAX_UNCERTAIN) : one.part
      if (!UNCERTAIN.has(name)) slowdown = Math.max(slowdown, one.slowdown)
    }
    const value = Math.max(...Object.values(parts))
    const before = levels.level
    const level = levels.step(value, now)
    shown = { value, level, since: levels.since, parts, slowdown }
    if (level !== before) announce(before, shown)
  }
  const announce = (before: Level, load: Load): void => {
    const reason = `the load is ${describeLoad(load)}: ${before} becomes ${load.level}`
    notify({ code: `load/${load.level}`, reason, level: load.level === 'green' ? 'info' : 'warning' })
  }
  const wake = (): void => {
    next = clock.monotonic() + TICK_MS
    clock.after(TICK_MS, tick)
  }
  const tick = (): void => {
    const now = clock.monotonic()
    measure(Math.max(0, now - (next ?? now)), now)
    next = undefined
    if (now - asked < IDLE_AFTER_MS || shown.level !== 'green') wake()
  }

  return {
    now: () => {
      asked = clock.monotonic()
      if (next === undefined) {
        // What was measured before the pause is outdated, and the pause itself is not measured.
        stall = 0
        busy = 0
        probed(() => process.busy())
        measure(0, asked)
        wake()
      }
      return shown
    },
    get level() {
      return shown.level
    },
    get overflowing() {
      return clock.monotonic() - overflowAt < OVERFLOW_COOLDOWN_MS
    },
    reportOverflow: () => {
      overflowAt = clock.monotonic()
    },
    adjust: (what, by) => {
      if (what === 'descriptors') files.adjust(by)
      else held[what] += by
    },
    hasDescriptor: use => files.has(use),
    recordLatency: (what, ms) => {
      const known = services.get(what)
      if (known) known.record(ms)
      else if (services.size < MAX_SERVICES) {
        const first = latency()
        first.record(ms)
        services.set(what, first)
      }
    },
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
