/** The options of `postern()`, and the checks of them. */
import { callback, duration, having, oneOf, secret, text } from '../model/checks.ts'
import type { Policy } from '../model/decision.ts'
import { PosternError } from '../model/errors.ts'
import type { EventReceiver } from '../model/events.ts'
import type { Filter } from '../model/filter.ts'
import { MIN_DEADLINE_MS, wrongFilters } from '../model/filter-check.ts'
import type { LoadMeter } from '../model/load.ts'
import { check, isRecord, list, object, problemsOf, required, schemaOf } from '../model/options.ts'
import type { Resolver } from '../model/resolver.ts'
import type { CallExternal, Clock, Notify } from '../model/services.ts'
import type { Store } from '../model/store.ts'
import type { Duration } from '../model/units.ts'
import { knownClient, ownNetwork } from '../net/checks.ts'
import { hostNameCheck } from '../trace/authentication-results.ts'
import type { Tracer } from '../trace/tracer.ts'
import { type MessageLimits, messageLimits } from './message-limits.ts'

/** What {@link postern} takes. */
export interface PosternOptions {
  /**
   * The filters, in the order in which their findings are listed. Lists may be nested, as `unless` and `recommended`
   * make them.
   */
  readonly filters: readonly (Filter | readonly Filter[])[]
  /**
   * Networks of our own hosts and programs: exempt from checks of the client's identity (SPF, DMARC, reverse DNS,
   * greeting, DNS lists, greylisting) and from limits by address, never from content, virus, loop and relay control. An
   * address behind which are many clients is not trusted; `notify` gets `clients/hidden`. @default the loopback
   */
  readonly trustedNetworks?: readonly string[]
  /**
   * Servers that forward mail to us: addresses, networks, domains of confirmed reverse names (`.example.org` for all
   * names below it). Exempt as `trustedNetworks`; the client that a forwarder names in its own Received field is
   * checked in its place. @default []
   */
  readonly forwarders?: readonly string[]
  /** Makes the decision from the findings. @default thresholds() */
  readonly policy?: Policy
  /**
   * Our host name, which is also the authserv-id of the fields that we write (RFC 8601 §2.5). @default the system's
   * host name
   */
  readonly name?: string
  /** Answers DNS queries. @default resolver() */
  readonly dns?: Resolver
  /** Tells the time and starts timers. @default the system's clock */
  readonly clock?: Clock
  /** `shadow` decides, logs and counts, but accepts everything. @default 'enforce' */
  readonly mode?: 'enforce' | 'shadow'
  /** How long a filter may take at a stage, unless it has its own deadline. @default '10s' */
  readonly deadline?: Duration
  /** What messages may take: size, memory, temporary files. @default as each limit says */
  readonly limits?: MessageLimits
  /** The folder for temporary files. @default the system's folder for them */
  readonly folder?: string
  /**
   * What happens to a bare CR or LF. A sequence that looks like the end of the data is refused in either case. @default
   * 'normalise'
   */
  readonly lineEnds?: 'normalise' | 'reject'
  /** Writes fields on top of a message. @default Authentication-Results, X-Spam-Status and X-Postern-Ref */
  readonly trace?: readonly Tracer[]
  /** Calls scanners and directories. @default each filter calls for itself */
  readonly callExternal?: CallExternal
  /**
   * What is counted and remembered, by this process or by several. A store that may fail gets local memory as its
   * fallback, as if this process were alone. Several processes that share one write `withFallback(store, { nodes })`,
   * so that each has its part of a limit while the store is down. @default memoryStore()
   */
  readonly store?: Store
  /**
   * Tells the operator what belongs to no session: a list is switched off, a store is down. @default warnings of the
   * process
   */
  readonly notify?: Notify
  /** Measures the load of this process. @default loadMeter() */
  readonly load?: LoadMeter
  /**
   * Takes the events: what happened to each session, transaction, recipient and delivery, feedback and notices. Sinks
   * for streams, files and databases are in `postern/log`. They are not closed with the gateway. @default none
   */
  readonly events?: EventReceiver | readonly EventReceiver[]
  /** The name of this process in events. @default `name` */
  readonly node?: string
  /** What events leave out. @default as each option says */
  readonly privacy?: PrivacyOptions
}

/** What events leave out of what they could say about people. */
export interface PrivacyOptions {
  /**
   * The subject of messages: `off` leaves it out, as mail servers do; `hash` writes a keyed hash, so that equal
   * subjects are found and none can be read; `plain` writes the words. @default 'off'
   */
  readonly subject?: 'off' | 'hash' | 'plain'
  /** The key of the hash, where processes and restarts are to have the same one. @default a random one */
  readonly key?: string
}

const isTarget = (value: unknown): boolean =>
  typeof value === 'function' || (isRecord(value) && typeof value.write === 'function')

const areTargets = (value: unknown): boolean => (Array.isArray(value) ? value.every(isTarget) : isTarget(value))

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
  events: check('a sink, as postern/log makes it, a function that takes an event, or a list of them', areTargets),
  node: text('the name of this process'),
  privacy: object<PrivacyOptions>(
    {
      subject: oneOf('off', 'hash', 'plain'),
      key: secret(),
    },
    'privacy',
  ),
  trustedNetworks: list(ownNetwork(), 'networks'),
  forwarders: list(knownClient(), 'networks and names'),
})

/** Where that belongs which is often given as an option of the gateway. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['domains', 'write filters: recommended({ domains: […] })'],
  ['plugins', 'write filters: […]'],
  ['rules', 'write filters: […]'],
  ['log', 'write events: […] with a sink of postern/log'],
  ['logger', 'write events: […] with a sink of postern/log'],
  ['metrics', 'write prometheus(gateway) of postern/metrics'],
  ['resolver', 'write dns: resolver({ … }) of postern/dns'],
  ['redis', 'write store: redisStore({ client }) of postern/redis'],
  ['thresholds', 'write policy: thresholds({ … })'],
  ['reject', 'write policy: thresholds({ reject })'],
  ['quarantine', 'write policy: thresholds({ quarantine })'],
  ['size', 'write limits: { size }'],
  ['maxSize', 'write limits: { size }'],
  ['timeout', 'write deadline'],
  ['dryRun', "write mode: 'shadow'"],
  ['shadow', "write mode: 'shadow'"],
])

/** @throws PosternError with all that is wrong at once */
export function checkOptions(options: PosternOptions): void {
  const problems = problemsOf(schema, options).map(problem => ({
    ...problem,
    remedy: ELSEWHERE.get(problem.path) ?? problem.remedy,
  }))
  const wrong = Array.isArray(options?.filters) ? wrongFilters(options.filters) : []
  if (problems.length + wrong.length > 0) throw new PosternError([...problems, ...wrong])
}
