/** The gateway: opens sessions, takes feedback, counts. */
import { hostname } from 'node:os'
import { resolver } from '../dns/node.ts'
import { reportSuffixListAge } from '../dns/organisation.ts'
import { loadMeter } from '../load/meter.ts'
import type { Reply } from '../model/decision.ts'
import { errorText } from '../model/errors.ts'
import type { ReportedDelivery } from '../model/events.ts'
import type { Feedback, SentMail } from '../model/feedback.ts'
import type { Filter } from '../model/filter.ts'
import { nodeCrypto } from '../model/lazy.ts'
import type { Metric } from '../model/metric.ts'
import {
  type Clock,
  callDirectly,
  emitWarning,
  type Notify,
  type Services,
  systemClock,
  warnOnThrow,
} from '../model/services.ts'
import { canonical } from '../net/address.ts'
import { loadMetrics, merged, Observer, storeMetrics } from '../observe/observer.ts'
import { batched } from '../store/batched.ts'
import { memoryStore } from '../store/memory.ts'
import { withFallback } from '../store/with-fallback.ts'
import type { Client } from './client.ts'
import { compile } from './compile.ts'
import { EarlyRefusals } from './early-refusals.ts'
import { EventStream, feedbackEvent, noticeEvent } from './events.ts'
import { submitFeedback, submitSentMail } from './feedback.ts'
import { isKnownClient } from './known.ts'
import { checkOptions, type PosternOptions } from './options.ts'
import { type Session, SmtpSession } from './session.ts'

/** Judges sessions. To change its configuration make another one; a session keeps the gateway that opened it. */
export interface Gateway {
  /** What its filters work with: DNS, clock, store, load. */
  readonly services: Services
  /** Words of the configuration that may not be written into recordings. */
  readonly secrets: readonly string[]
  /**
   * Opens the session of a client that has connected. `services` replaces the gateway's own, one by one.
   *
   * @throws PosternError when `ip` is not an IP address
   */
  open(client: Client, services?: Partial<Services>): Session
  /**
   * Hands to the filters that learn what a person says a message was. Said twice it counts once, and it can be taken
   * back.
   *
   * @throws PosternError when it is malformed or no filter knows the message; after any other error call it again
   * @example
   * await gateway.feedback({ ref: '7K2Q9F0D', label: 'spam', by: 'user:alice' })
   * await gateway.feedback({ message: createReadStream(file), label: 'ham', by: 'user:alice' })
   */
  feedback(feedback: Feedback): Promise<void>
  /**
   * Reports what became of a delivery whose session is gone: after a restart, for one. While the session is there, its
   * own `delivered` is simpler.
   */
  delivered(delivery: ReportedDelivery): void
  /**
   * Records that one of our users has sent a message, so that an answer to it is wanted. Not for automatic replies: a
   * sender could make itself known by provoking one.
   *
   * @throws PosternError when no filter remembers it; after any other error call it again
   * @example
   * await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
   */
  recordSent(mail: SentMail): Promise<void>
  /**
   * The reply to an address that is refused without a session, because a list denies it or because it was refused for
   * good a moment ago; undefined for all others. Counts and records the refusal: hosts that see the socket call this
   * once for each client, before all else.
   */
  precheck(ip: string): Reply | undefined
  /**
   * Whether the client at this address is known: the configuration names it, or it has a good record. One read of the
   * store; false when that fails. Hosts ask it while they have few session slots left.
   */
  isKnown(ip: string): Promise<boolean>
  /** What was counted so far; `prometheus` writes it as text. */
  metrics(): readonly Metric[]
  /** Stops what filters have started. Open sessions run to their end. */
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
  checkOptions(options)
  const filters = options.filters.flat()
  const { clock = systemClock, callExternal = callDirectly } = options
  const observer = new Observer()
  const events = streamOf(options, clock)
  const notify = notifier(options.notify ?? emitWarning, observer, events)
  const { load = loadMeter({ clock, notify }) } = options
  const given = options.dns ?? resolver({ onLatency: ms => load.recordLatency('dns', ms) })
  const dns = observer.dns.counted(given, clock)
  const fallback =
    options.store === undefined || options.store.neverFails ? undefined : withFallback(options.store, { clock, notify })
  const store = batched(fallback ?? options.store ?? memoryStore({ clock }), clock)
  const services: Services = { dns, clock, callExternal, store, notify, load }
  const setup = compile(options, filters, load, observer, events)
  reportSuffixListAge(services)
  const feedback = async (said: Feedback): Promise<void> => {
    await submitFeedback(setup, services, said)
    events?.write(feedbackEvent(said))
  }
  for (const filter of filters) start(filter, services, feedback)
  const earlyRefusals = new EarlyRefusals(setup, filters, observer, services)
  return {
    services,
    secrets: [...new Set(filters.flatMap(({ secrets = [] }) => secrets))],
    open: (client, other) => {
      const session = new SmtpSession(setup, client, other === undefined ? services : { ...services, ...other })
      observer.opened()
      load.adjust('sessions', 1)
      return session
    },
    precheck: ip => earlyRefusals.refuse(canonical(ip) ?? ip),
    isKnown: ip => isKnownClient(ip, setup.clients, services).catch(() => false),
    metrics: () =>
      merged([
        ...observer.read(),
        ...earlyRefusals.metrics(),
        ...loadMetrics(load.now()),
        ...storeMetrics(store),
        ...(events?.metrics() ?? []),
        ...filters.flatMap(filter => filter.metrics?.() ?? []),
      ]),
    feedback,
    delivered: delivery => setup.onDelivery(delivery),
    recordSent: mail => submitSentMail(setup, services, mail),
    close: async () => {
      earlyRefusals.stop()
      await Promise.allSettled(filters.map(async filter => filter.stop?.()))
      // Writes what is still in the batch.
      await store.run([])
      // The store itself belongs to the caller, and may serve another gateway.
      fallback?.stop()
    },
  }
}

/** Undefined where no sink takes events. */
function streamOf({ events = [], name = hostname(), node = name, privacy = {} }: PosternOptions, clock: Clock) {
  const targets = [events].flat()
  if (targets.length === 0) return undefined
  const { subject = 'off', key = subject === 'hash' ? nodeCrypto().randomBytes(32).toString('hex') : '' } = privacy
  return new EventStream(targets, node, clock, { subject, key })
}

/** Notices are sent to the operator, counted, and events. */
function notifier(tell: Notify, observer: Observer, events: EventStream | undefined): Notify {
  const told = warnOnThrow('notify', tell)
  return notice => {
    told(notice)
    observer.noticed(notice)
    events?.write(noticeEvent(notice))
  }
}

/** A filter that cannot start is reported, and runs all the same: its own `failure` says what that means. */
function start(filter: Filter, services: Services, feedback: Gateway['feedback']): void {
  const warn = (error: unknown): void =>
    services.notify({ code: `${filter.name}/start`, reason: errorText(error), level: 'warning' })
  try {
    const started = filter.start?.(services, feedback)
    if (started instanceof Promise) started.catch(warn)
  } catch (error) {
    warn(error)
  }
}
