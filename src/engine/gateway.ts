/** Configuration in, gateway out. */
import { hostname } from 'node:os'
import { resolver } from '../dns/node.ts'
import { reportSuffixListAge } from '../dns/organisation.ts'
import { loadMeter } from '../load/meter.ts'
import { callback, duration, having, oneOf, text } from '../model/checks.ts'
import type { Policy, Reply } from '../model/decision.ts'
import { errorText, PosternError } from '../model/errors.ts'
import type { Feedback, SentMail } from '../model/feedback.ts'
import type { Filter } from '../model/filter.ts'
import { MIN_DEADLINE_MS, wrongFilters } from '../model/filter-check.ts'
import type { LoadMeter } from '../model/load.ts'
import type { Metric } from '../model/metric.ts'
import { check, list, problemsOf, required, schemaOf } from '../model/options.ts'
import type { Resolver } from '../model/resolver.ts'
import {
  type CallExternal,
  type Clock,
  callDirectly,
  emitWarning,
  type Notify,
  type Services,
  systemClock,
  warnOnThrow,
} from '../model/services.ts'
import { stages } from '../model/stage.ts'
import type { Store } from '../model/store.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { canonical } from '../net/address.ts'
import { knownClient, ownNetwork } from '../net/checks.ts'
import { loadMetrics, merged, observer, storeMetrics } from '../observe/observer.ts'
import { thresholds } from '../policy/thresholds.ts'
import { batched } from '../store/batched.ts'
import { memoryStore } from '../store/memory.ts'
import { withFallback } from '../store/with-fallback.ts'
import { authenticationResults, hostNameCheck } from '../trace/authentication-results.ts'
import { forged } from '../trace/forged.ts'
import { spamStatus } from '../trace/spam-status.ts'
import type { Tracer } from '../trace/tracer.ts'
import type { Client } from './client.ts'
import type { CompiledGateway } from './compiled.ts'
import { submitFeedback, submitSentMail } from './feedback.ts'
import { knownClients } from './known-clients.ts'
import { type MessageLimits, messageLimits, readLimits } from './message-limits.ts'
import { plan } from './run.ts'
import { openSession, type Session } from './session.ts'
import type { SessionEntry } from './session-log.ts'
import { spoolBudget } from './spool-budget.ts'

export interface PosternOptions {
  /** Who looks, in this order. Lists may be nested, as `unless` and `recommended` make them. */
  readonly filters: readonly (Filter | readonly Filter[])[]
  /**
   * Networks of our own hosts and programs: exempt from checks of who the client is (SPF, DMARC, reverse DNS, greeting, DNS
   * lists, greylisting) and from limits by address, never from content, virus, loop and relay control. An address that
   * turns out to hide many clients is not trusted; `notify` hears of it as `clients/hidden`. @default the loopback
   */
  readonly trustedNetworks?: readonly string[]
  /**
   * Servers that forward mail to us: addresses, networks, domains of confirmed reverse names (`.example.org` for all names
   * below it). Exempt as `trustedNetworks`; the client that a forwarder names in its own Received field is checked in its
   * place. @default []
   */
  readonly forwarders?: readonly string[]
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
  readonly callExternal?: CallExternal
  /**
   * What is counted and remembered, by this process or by several. One that may fail is insured, as if this process were alone:
   * several that share it write `withFallback(store, { nodes })`, so that each holds its part of a limit while it is away. @default memoryStore()
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
  readonly services: Services
  /** What its filters know that must not be written down. */
  readonly secrets: readonly string[]
  /** A client has connected. `world` stands in for the gateway's own, part by part. @throws PosternError when `ip` is no address */
  open(peer: Client, world?: Partial<Services>): Session
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
   * await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
   */
  recordSent(mail: SentMail): Promise<void>
  /**
   * What an address hears that needs no session to be refused, because it was refused for good a moment ago. Hosts that
   * see the socket ask this first.
   */
  precheck(ip: string): Reply | undefined
  /** What was counted so far; `prometheus` writes it down. */
  metrics(): readonly Metric[]
  /** Ends what filters have begun. Sessions that are open go on to their end. */
  close(): Promise<void>
}

const schema = schemaOf<PosternOptions>('', {
  filters: required(check('an array of filters; write filters: [] with filters in it', Array.isArray)),
  policy: callback('a policy, as thresholds() makes it'),
  name: hostNameCheck(),
  dns: having('a resolver, as resolver() makes it', 'resolve'),
  clock: having('a clock', 'now', 'monotonic', 'after'),
  mode: oneOf('enforce', 'shadow'),
  deadline: duration({ min: MIN_DEADLINE_MS }),
  limits: messageLimits,
  folder: text('the path of a folder'),
  lineEnds: oneOf('normalise', 'reject'),
  trace: list(callback<Tracer>('a tracer, as authenticationResults() makes it'), 'tracers'),
  callExternal: callback(),
  store: having('a store, as memoryStore() makes it', 'run'),
  notify: callback(),
  load: having('a load meter, as loadMeter() makes it', 'now', 'adjust', 'recordLatency'),
  log: callback('a function that takes an entry'),
  trustedNetworks: list(ownNetwork(), 'networks'),
  forwarders: list(knownClient(), 'networks and names'),
})

/**
 * Builds a gateway.
 *
 * @throws PosternError with all that is wrong at once
 * @example
 * const gateway = postern({ filters: recommended({ domains: ['example.org'] }) })
 */
export function postern(options: PosternOptions): Gateway {
  const problems = problemsOf(schema, options)
  const wrong = Array.isArray(options?.filters) ? wrongFilters(options.filters) : []
  if (problems.length + wrong.length > 0) throw new PosternError([...problems, ...wrong])
  const filters = options.filters.flat()
  const { clock = systemClock, callExternal = callDirectly } = options
  const notify = warnOnThrow('notify', options.notify ?? emitWarning)
  const { load = loadMeter({ clock, notify }) } = options
  const { dns = resolver({ onLatency: ms => load.recordLatency('dns', ms) }) } = options
  const seen = observer()
  const { files, disk, ...compiled } = compile(options, filters)
  const lent =
    options.store === undefined || options.store.neverFails ? undefined : withFallback(options.store, { clock, notify })
  const store = batched(lent ?? options.store ?? memoryStore({ clock }), clock)
  const world: Services = { dns, clock, callExternal, store, notify, load }
  const setup: CompiledGateway = {
    ...compiled,
    budget: spoolBudget({ files, disk, load }),
    filters: [...compiled.filters, { name: 'observer', onDecision: seen.decided }],
    onSessionEnd: (ms, spent) => {
      load.adjust('sessions', -1)
      seen.ended(ms, spent)
    },
  }
  reportSuffixListAge(world)
  for (const filter of filters) begin(filter, world)
  const bars = filters.filter(({ precheck }) => precheck !== undefined)
  return {
    services: world,
    secrets: [...new Set(filters.flatMap(({ secrets = [] }) => secrets))],
    open: (peer, other) => {
      const session = openSession(setup, peer, other === undefined ? world : { ...world, ...other })
      seen.opened()
      load.adjust('sessions', 1)
      return session
    },
    precheck: ip => {
      if (bars.length === 0) return undefined
      const address = canonical(ip) ?? ip
      for (const { precheck } of bars) {
        const reply = precheck?.(address)
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
    feedback: said => submitFeedback(setup, world, said),
    recordSent: mail => submitSentMail(setup, world, mail),
    close: async () => {
      await Promise.allSettled(filters.map(async filter => filter.stop?.()))
      // What is yet to be written leaves now.
      await store.run([])
      // The store itself belongs to whoever made it, and may serve another gateway.
      lent?.stop()
    },
  }
}

type Compiled = Omit<CompiledGateway, 'onSessionEnd' | 'budget'> & { readonly files: number; readonly disk: number }

function compile(options: PosternOptions, filters: readonly Filter[]): Compiled {
  const { policy = thresholds(), mode = 'enforce', lineEnds = 'normalise', limits = {} } = options
  const name = options.name ?? hostname()
  const clients = knownClients(options)
  const deadline = toMilliseconds(options.deadline ?? '10s')
  const { size, memory, files, disk } = readLimits(limits)
  const tracers = options.trace ?? [authenticationResults({ id: name }), spamStatus]
  const isForged = forged({ id: name, ids: tracers.flatMap(({ authservId = [] }) => authservId) })
  const deadlineOf = (filter: Filter): number => toMilliseconds(filter.deadline ?? deadline)
  const plans = Object.fromEntries(
    stages.map(stage => [stage, plan(filters, stage, deadlineOf)]),
  ) as CompiledGateway['plans']
  const readings = [...new Set(filters.flatMap(({ reads = [] }) => reads))]
  const { folder } = options
  const log = options.log && warnOnThrow('log', options.log)
  const checks = new Map(filters.map(filter => [filter.name, filter.checks]))
  const judging = { plans, filters, checks, clients, readings, policy, mode }
  return { ...judging, lineEnds, size, memory, files, disk, folder, tracers, isForged, log }
}

/** A filter that cannot begin is told of, and asked all the same: its own `failure` says what that means. */
function begin(filter: Filter, world: Services): void {
  const warn = (error: unknown) => {
    const reason = errorText(error)
    world.notify({ code: `${filter.name}/start`, reason, level: 'warning' })
  }
  try {
    const started = filter.start?.(world)
    if (started instanceof Promise) started.catch(warn)
  } catch (error) {
    warn(error)
  }
}
