/** Configuration in, gateway out. */
import { hostname } from 'node:os'
import type { Policy, Reply } from './core/decision.ts'
import { PosternError, type Problem } from './core/errors.ts'
import type { Feedback, Written } from './core/feedback.ts'
import type { Filter } from './core/filter.ts'
import type { SessionEntry } from './core/journal.ts'
import { type MessageLimits, readLimits } from './core/message-limits.ts'
import { plan } from './core/run.ts'
import { openSession, type Peer, type Session } from './core/session.ts'
import type { Setup } from './core/setup.ts'
import { spoolBudget } from './core/spool-budget.ts'
import { type Stage, stages } from './core/stage.ts'
import { teach, tellWritten } from './core/teach.ts'
import { type Duration, toMilliseconds } from './core/units.ts'
import {
  type Clock,
  type Consult,
  consultOutside,
  harmless,
  type Notify,
  systemClock,
  type World,
  warnProcess,
} from './core/world.ts'
import { resolver } from './dns/node.ts'
import { tellAgeOfList } from './dns/organisation.ts'
import type { Resolver } from './dns/resolver.ts'
import type { LoadMeter } from './load/load.ts'
import { loadMeter } from './load/meter.ts'
import { canonical } from './net/address.ts'
import type { Metric } from './observe/metric.ts'
import { loadMetrics, merged, observer, storeMetrics } from './observe/observer.ts'
import { thresholds } from './policy/thresholds.ts'
import { insured } from './store/insured.ts'
import { memoryStore } from './store/memory.ts'
import type { Store } from './store/store.ts'
import { authenticationResults } from './trace/authentication-results.ts'
import { forged } from './trace/forged.ts'
import { spamStatus } from './trace/spam-status.ts'
import type { Tracer } from './trace/tracer.ts'

export interface PosternOptions {
  /** Who looks, in this order. Lists may be nested, as `unless` and `recommended` make them. */
  readonly filters: readonly (Filter | readonly Filter[])[]
  /** Who decides. @default thresholds() */
  readonly policy?: Policy
  /** Our host name, which is also the authserv-id of the fields that we write (RFC 8601 §2.5). @default the system's host name */
  readonly name?: string
  /** Who answers questions of DNS. @default resolver() */
  readonly dns?: Resolver
  /** Who tells the time. @default the system's clock */
  readonly clock?: Clock
  /** `shadow` decides and tells, but carries nothing out. @default 'enforce' */
  readonly mode?: 'enforce' | 'shadow'
  /** How long a filter may take at a stage, unless it says so itself. @default '10s' */
  readonly deadline?: Duration
  /** What messages may take: size, memory, temporary files. @default as each limit says */
  readonly limits?: MessageLimits
  /** Where temporary files are made. @default the system's folder for them */
  readonly folder?: string
  /** What becomes of a bare CR or LF. One that looks like the end of the data is refused in either case. @default 'normalise' */
  readonly lineEnds?: 'normalise' | 'reject'
  /** Who writes on top of a message. @default Authentication-Results and X-Spam-Status */
  readonly trace?: readonly Tracer[]
  /** Who asks scanners and directories. @default whoever wants to know asks for itself */
  readonly consult?: Consult
  /**
   * What is counted and remembered, by this process or by several. One that may fail is insured, as if this process were alone:
   * several that share it write `insured(store, { nodes })`, so that each holds its part of a limit while it is away. @default memoryStore()
   */
  readonly store?: Store
  /** Hears what belongs to no session: a list switched off, a store that is away. @default warnings of the process */
  readonly notify?: Notify
  /** Measures how loaded this process is. @default loadMeter() */
  readonly load?: LoadMeter
  /** Gets one entry for every session that ends. */
  readonly log?: (entry: SessionEntry) => void
}

/** Judges sessions. A value: make another to change the configuration; a session keeps the one it was opened with. */
export interface Gateway {
  readonly world: World
  /** What its filters know that must not be written down. */
  readonly secrets: readonly string[]
  /** A client has connected. `world` stands in for the gateway's own, part by part. @throws PosternError when `ip` is no address */
  open(peer: Peer, world?: Partial<World>): Session
  /**
   * Somebody says what a message was: filters that learn hear it. Said twice it counts once, and it can be taken back.
   *
   * @throws PosternError when it makes no sense or no filter knows the message; any other error means: say it again
   * @example
   * await gateway.feedback({ ref: '7K2Q9F0D', label: 'spam', by: 'user:alice' })
   * await gateway.feedback({ message: createReadStream(file), label: 'ham', by: 'user:alice' })
   */
  feedback(said: Feedback): Promise<void>
  /**
   * One of our users has sent a message by another way than through this gateway, so that an answer is wanted. Not for
   * automatic answers: whoever can have one sent would be known.
   *
   * @throws PosternError when no filter remembers it; any other error means: say it again
   * @example
   * await gateway.wrote({ from: 'bob@example.org', to: ['alice@example.net'] })
   */
  wrote(mail: Written): Promise<void>
  /**
   * What an address hears that needs no session to be refused, because it was refused for good a moment ago. Hosts that
   * see the socket ask this first.
   */
  barred(ip: string): Reply | undefined
  /** What was counted so far; `prometheus` writes it down. */
  metrics(): readonly Metric[]
  /** Ends what filters have begun. Sessions that are open go on to their end. */
  close(): Promise<void>
}

/**
 * Builds a gateway.
 *
 * @throws PosternError with all that is wrong at once
 * @example
 * const gateway = postern({ filters: recommended({ domains: ['example.org'] }) })
 */
export function postern(options: PosternOptions): Gateway {
  const filters = options.filters?.flat() ?? []
  const { clock = systemClock, consult = consultOutside } = options
  const notify = harmless('notify', options.notify ?? warnProcess)
  const { load = loadMeter({ clock, notify }) } = options
  const { dns = resolver({ took: ms => load.took('dns', ms) }) } = options
  const seen = observer()
  const { files, disk, ...compiled } = compile(options, filters)
  const lent = options.store === undefined || options.store.sure ? undefined : insured(options.store, { clock, notify })
  const store = lent ?? options.store ?? memoryStore({ clock })
  const world: World = { dns, clock, consult, store, notify, load }
  const setup: Setup = {
    ...compiled,
    budget: spoolBudget({ files, disk, load }),
    filters: [...compiled.filters, { name: 'observer', decided: seen.decided }],
    ended: (ms, spent) => {
      load.hold('sessions', -1)
      seen.ended(ms, spent)
    },
  }
  tellAgeOfList(world)
  for (const filter of filters) begin(filter, world)
  const bars = filters.filter(({ barred }) => barred !== undefined)
  return {
    world,
    secrets: [...new Set(filters.flatMap(({ secrets = [] }) => secrets))],
    open: (peer, other) => {
      const session = openSession(setup, peer, other === undefined ? world : { ...world, ...other })
      seen.opened()
      load.hold('sessions', 1)
      return session
    },
    barred: ip => {
      if (bars.length === 0) return undefined
      const address = canonical(ip) ?? ip
      for (const { barred } of bars) {
        const reply = barred?.(address)
        if (reply) return reply
      }
      return undefined
    },
    metrics: () =>
      merged([
        ...seen.read(),
        ...loadMetrics(load.now()),
        ...storeMetrics(store),
        ...filters.flatMap(filter => filter.metrics?.() ?? []),
      ]),
    feedback: said => teach(setup, world, said),
    wrote: mail => tellWritten(setup, world, mail),
    close: async () => {
      await Promise.allSettled(filters.map(async filter => filter.stop?.()))
      // The store itself belongs to whoever made it, and may serve another gateway.
      lent?.stop()
    },
  }
}

type Compiled = Omit<Setup, 'ended' | 'budget'> & { readonly files: number; readonly disk: number }

function compile(options: PosternOptions, filters: readonly Filter[]): Compiled {
  const { policy = thresholds(), mode = 'enforce', lineEnds = 'normalise', limits = {} } = options
  const problems = [...check(options, filters)]
  const attempt = <T>(make: () => T): T | undefined => {
    try {
      return make()
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      problems.push(...error.problems)
      return undefined
    }
  }
  const name = options.name ?? hostname()
  const deadline = attempt(() => toMilliseconds(options.deadline ?? '10s', 'deadline')) ?? 0
  const { size, memory, files, disk } = readLimits(limits, attempt)
  const tracers = options.trace ?? attempt(() => [authenticationResults({ id: name }), spamStatus]) ?? []
  const isForged = attempt(() => forged({ id: name, ids: tracers.flatMap(({ authservId = [] }) => authservId) }))
  const deadlines = new Map(
    filters.map((filter, index) => [
      filter,
      attempt(() => toMilliseconds(filter.deadline ?? deadline, `filters[${index}].deadline`)) ?? deadline,
    ]),
  )
  if (problems.length > 0 || isForged === undefined) throw new PosternError(problems)
  const plans = Object.fromEntries(
    stages.map(stage => [stage, plan(filters, stage, filter => deadlines.get(filter) ?? deadline)]),
  ) as Setup['plans']
  const readings = [...new Set(filters.flatMap(({ reads = [] }) => reads))]
  const { folder } = options
  const log = options.log && harmless('log', options.log)
  return { plans, filters, readings, policy, mode, lineEnds, size, memory, files, disk, folder, tracers, isForged, log }
}

const known: readonly string[] = [
  ...[
    'filters',
    'policy',
    'name',
    'dns',
    'clock',
    'store',
    'mode',
    'deadline',
    'limits',
    'folder',
    'lineEnds',
    'trace',
  ],
  ...['log', 'notify', 'consult', 'load'],
]

function* check(options: PosternOptions, filters: readonly Filter[]): Generator<Problem> {
  for (const path of Object.keys(options)) {
    if (known.includes(path)) continue
    const found = (options as unknown as Record<string, unknown>)[path]
    yield { path, found, expected: `one of ${known.join(', ')}`, remedy: `remove ${path}, or spell it right` }
  }
  if (!Array.isArray(options.filters))
    yield { path: 'filters', found: options.filters, expected: 'an array of filters', remedy: 'write filters: []' }
  for (const [index, filter] of filters.entries()) {
    const path = `filters[${index}]`
    if (typeof filter?.name !== 'string' || !/^[a-z][a-z0-9-]{0,63}$/.test(filter.name))
      yield {
        path: `${path}.name`,
        found: filter?.name,
        expected: 'a name of small letters, digits and hyphens',
        remedy: "give the filter a name such as 'freemail-invoice'",
      }
    for (const stage of Object.keys(filter ?? {}).filter(isMisspelt))
      yield {
        path: `${path}.${stage}`,
        found: stage,
        expected: `one of ${stages.join(', ')}`,
        remedy: `spell the stage right, or keep ${stage} out of the filter`,
      }
  }
  for (const [path, words] of [
    ['mode', ['enforce', 'shadow']],
    ['lineEnds', ['normalise', 'reject']],
  ] as const) {
    const found = options[path]
    if (found !== undefined && !(words as readonly string[]).includes(found))
      yield { path, found, expected: `'${words.join("' or '")}'`, remedy: `set ${path} to one of them` }
  }
}

const conduct: readonly string[] = [
  'name',
  'order',
  'failure',
  'deadline',
  'reads',
  'secrets',
  'decided',
  'closed',
  'learn',
  'wrote',
  'barred',
  'metrics',
  'start',
  'stop',
]
const isMisspelt = (key: string): boolean => !stages.includes(key as Stage) && !conduct.includes(key)

/** A filter that cannot begin is told of, and asked all the same: its own `failure` says what that means. */
function begin(filter: Filter, world: World): void {
  const warn = (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    world.notify({ what: `${filter.name}/start`, reason, level: 'warning' })
  }
  try {
    const started = filter.start?.(world)
    if (started instanceof Promise) started.catch(warn)
  } catch (error) {
    warn(error)
  }
}
