/** Measures how loaded this process is: looks ten times a second while somebody asks, and sleeps when nobody does. */
import { callback, duration, having, number, size, whole } from '../model/checks.ts'
import { describeLoad, type Level, type Load, type LoadMeter, type Resource } from '../model/load.ts'
import { checked, schemaOf } from '../model/options.ts'
import { type Clock, type Notify, systemClock, warnOnThrow } from '../model/services.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../model/units.ts'
import { descriptorLimit, descriptors, openDescriptors } from './descriptors.ts'
import { type Latency, latency } from './latency.ts'
import { levelHolder } from './level.ts'
import { type ProcessProbe, processProbe } from './process.ts'

export interface LoadMeterOptions {
  /** How many sessions are full load. @default 2_000 */
  readonly sessions?: number
  /** How many messages that dear filters look at, or that wait for them, are full load. @default 50 */
  readonly scans?: number
  /** How many bytes of messages that are under way are full load. @default '1gb' */
  readonly spool?: Size
  /** How much memory is full load. @default what the container allows, or the machine has */
  readonly memory?: Size
  /** How many file descriptors the process may have open. @default what the system allows it */
  readonly descriptors?: number
  /** The share of them that new sessions leave free for files and deliveries of those that are here. @default 0.4 */
  readonly descriptorReserve?: number
  /** How late the event loop is at full load: a stall of four fifths of it is amber. @default '250ms' */
  readonly delay?: Duration
  /** Who tells the time. @default the system's clock */
  readonly clock?: Clock
  /** Hears when the level changes. @default nobody */
  readonly notify?: Notify
  /** What shows the state of the process. @default node:perf_hooks and node:v8 */
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
  process: having('what shows the state of the process', 'busy', 'memory'),
})

type Counted = Exclude<Resource, 'descriptors'>

const TICK_MS = 100
/** A stall is shown for as long as this after it was seen. */
const SHOWN = 1_000
/** Memory is asked for at every fifth look, latencies at every tenth. */
const MEMORY_EVERY = 5
const LATENCY_EVERY = 10
/** So long after the last one who found no place there are places enough. */
const OVERFLOW_COOLDOWN_MS = 10_000
/** Without a question for so long, and green, the measuring sleeps; whoever scrapes once a minute keeps it awake. */
const IDLE_AFTER_MS = 90_000
/** How many different things behind us are told apart; further ones are not heard. */
const MAX_BEHIND = 32
/** Its answers may be slow by the sender's own name servers, so it alone makes nothing amber. */
const DOUBTFUL: ReadonlySet<string> = new Set(['dns'])
const MAX_DOUBTFUL = 0.65

/**
 * A measure of load for one process. A gateway makes its own; hand one over to measure for several, or to keep it when
 * the configuration is read again.
 *
 * @throws PosternError when a number, a size or a duration is none, or nothing
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
    descriptors: most = descriptorLimit(),
    descriptorReserve: reserve = 0.4,
    clock = systemClock,
    notify: told = () => undefined,
    process = processProbe(memory === undefined ? undefined : toBytes(memory)),
  } = options
  const full: Readonly<Record<Counted, number>> = { sessions, scans, spool: toBytes(spool) }
  const latest = toMilliseconds(delay)
  const notify = warnOnThrow('notify', told)
  const files = descriptors({ limit: most, reserve, count: () => process.descriptors?.() ?? openDescriptors(), clock })
  const held: Record<Counted, number> = { sessions: 0, scans: 0, spool: 0 }
  const behind = new Map<string, Latency>()
  const levels = levelHolder(clock.monotonic())
  let [busy, taken, stall, stallAt] = [0, 0, 0, Number.NEGATIVE_INFINITY]
  /** Memory could not be read: what cannot be read counts as full. */
  let blind = false
  let crowdedAt = Number.NEGATIVE_INFINITY
  let [ticks, asked] = [0, Number.NEGATIVE_INFINITY]
  let next: number | undefined
  let shown: Load = { value: 0, level: 'green', since: levels.since, parts: {}, slowdown: 1 }

  const look = (late: number, now: number): void => {
    if (late >= stall || now - stallAt > SHOWN) [stall, stallAt] = [late, now]
    // One look tells little: about a second is remembered.
    busy += ((probed(() => process.busy()) ?? 1) - busy) * 0.2
    if (ticks % MEMORY_EVERY === 0) {
      const memory = probed(() => process.memory())
      taken = memory ?? taken
      blind = memory === undefined
    }
    if (ticks % LATENCY_EVERY === 0) for (const one of behind.values()) one.update(now)
    ticks += 1
    show(now)
  }
  const show = (now: number): void => {
    const parts: Record<string, number> = {
      loop: part(stall / latest),
      busy: part(busy),
      memory: blind ? 1 : part(taken),
      sessions: part(held.sessions / full.sessions),
      scans: part(held.scans / full.scans),
      spool: part(held.spool / full.spool),
      descriptors: part(files.share()),
    }
    let slowdown = 1
    for (const [name, one] of behind) {
      parts[name] = DOUBTFUL.has(name) ? Math.min(one.part, MAX_DOUBTFUL) : one.part
      if (!DOUBTFUL.has(name)) slowdown = Math.max(slowdown, one.slowdown)
    }
    const value = Math.max(...Object.values(parts))
    const before = levels.level
    const level = levels.step(value, now)
    shown = { value, level, since: levels.since, parts, slowdown }
    if (level !== before) tell(before, shown)
  }
  const tell = (before: Level, load: Load): void => {
    const reason = `the load is ${describeLoad(load)}: ${before} becomes ${load.level}`
    notify({ code: `load/${load.level}`, reason, level: load.level === 'green' ? 'info' : 'warning' })
  }
  const wake = (): void => {
    next = clock.monotonic() + TICK_MS
    clock.after(TICK_MS, tick)
  }
  const tick = (): void => {
    const now = clock.monotonic()
    look(Math.max(0, now - (next ?? now)), now)
    next = undefined
    if (now - asked < IDLE_AFTER_MS || shown.level !== 'green') wake()
  }

  return {
    now: () => {
      asked = clock.monotonic()
      if (next === undefined) {
        // Whatever was before the sleep is over: the time until now is not looked at.
        stall = 0
        busy = 0
        probed(() => process.busy())
        look(0, asked)
        wake()
      }
      return shown
    },
    get level() {
      return shown.level
    },
    get overflowing() {
      return clock.monotonic() - crowdedAt < OVERFLOW_COOLDOWN_MS
    },
    reportOverflow: () => {
      crowdedAt = clock.monotonic()
    },
    adjust: (what, by) => {
      if (what === 'descriptors') files.hold(by)
      else held[what] += by
    },
    hasDescriptor: use => files.has(use),
    recordLatency: (what, ms) => {
      const known = behind.get(what)
      if (known) known.record(ms)
      else if (behind.size < MAX_BEHIND) {
        const first = latency()
        first.record(ms)
        behind.set(what, first)
      }
    },
  }
}

/** Undefined when the system does not answer: without a descriptor not even the memory of the process can be read. */
function probed(probe: () => number): number | undefined {
  try {
    const found = probe()
    return Number.isFinite(found) ? found : undefined
  } catch {
    return undefined
  }
}

/** A share of nothing is no number. */
const part = (share: number): number => Math.min(1, Math.max(0, share))
