/** A relay: SMTP in, judged by postern, and out to one next hop or into a Maildir, all in one transaction. */
import { join, resolve } from 'node:path'
import { resolver } from '../dns/index.ts'
import { postern } from '../engine/gateway.ts'
import { loadMeter } from '../load/index.ts'
import { jsonLine } from '../log/json-line.ts'
import type { Policy } from '../model/decision.ts'
import type { LoadMeter } from '../model/load.ts'
import type { Metric } from '../model/metric.ts'
import { type Clock, type Notify, systemClock } from '../model/services.ts'
import { merged } from '../observe/observer.ts'
import { memoryStore } from '../store/index.ts'
import { hostPortText } from './config/addresses.ts'
import type { RelayOptions } from './config/options.ts'
import { createDelivery } from './delivery/delivery.ts'
import { type JournaledStore, journaled } from './delivery/journal.ts'
import type { Files } from './delivery/maildir.ts'
import type { RouteOptions } from './delivery/types.ts'
import { relayFilters } from './filters.ts'
import { type HeldMailbox, openHeldMailbox } from './held-mailbox.ts'
import { nameNotice } from './host-name.ts'
import { KeptFilters } from './kept-filters.ts'
import { type Current, Listener } from './listener.ts'
import { delegating, type LiveGateway, liveGateway } from './live-gateway.ts'
import { type LogSinks, openLogSinks, streamPrivacy } from './log-sinks.ts'
import type { NodeNotice } from './management/messages.ts'
import type { Management } from './management/supervisor.ts'
import { type SystemResolver, systemResolver } from './name-servers.ts'
import { PointsOfStore } from './points-of-store.ts'
import { relayPolicy, withRefusalLink } from './policy.ts'
import { listenerText, noticeLine, type Start } from './report.ts'
import { ReportCounters, reportCopies } from './report-counters.ts'
import { serveRspamd } from './rspamd.ts'
import { findScanner } from './scanner.ts'
import { type Source, sourcesOf } from './sources.ts'
import { type StatusServer, serveStatus, statusUrl } from './status-server.ts'
import { atMost, type OpenedStore, openStore, START_TIMEOUT_MS } from './stores.ts'
import { unchangeable } from './unchangeable.ts'
import { warmUp } from './warm-up.ts'

export interface Effects {
  /** Takes one line for each session. */
  readonly log: (line: string) => void
  /** Takes lines for a person: what changes for all clients. */
  readonly tell: (lines: string) => void
  /** Takes notices, for the management process. @default nothing */
  readonly noticed?: (notice: NodeNotice) => void
  /** What runs beside mail, for `/metrics` and `/health`. @default nothing */
  readonly management?: Pick<Management, 'metrics' | 'health'>
  /** Stands in the line of each session. @default none: there is one process */
  readonly worker?: number
  /** @default the system's clock */
  readonly clock?: Clock
  /** Where each listener listens. @default what the options say */
  readonly sources?: readonly Source[]
  /** @default the file system */
  readonly files?: Files
}

export interface Relay {
  /** The port of the first listener. */
  readonly port: number
  /** Where `/metrics` is served, if it is. */
  readonly metricsPort?: number
  /** What it does, for a person. */
  readonly start: Start
  readonly metrics: () => readonly Metric[]
  /** The listeners in the order of the configuration. */
  readonly listeners: readonly Listener[]
  /** Takes over another configuration for new sessions. Rejects, and changes nothing, when it cannot be used. */
  readonly reload: (options: RelayOptions) => Promise<void>
  /** Takes no new client, lets transactions end, then ends the other sessions with 421. */
  readonly close: () => Promise<void>
}

/** Starts to listen. @throws PosternError for wrong options; an error of the system if a port is taken */
export async function startRelay(options: RelayOptions, effects: Effects): Promise<Relay> {
  const parts = await RunningRelay.open(options, effects)
  await parts.listen(effects.sources ?? sourcesOf(options))
  return parts
}

/** What lives as long as the process, whatever the configuration becomes. */
interface Shared {
  readonly clock: Clock
  readonly load: LoadMeter
  readonly notify: Notify
  readonly store: OpenedStore
  /** Where it is noted what was delivered: a restart finds it there, even if counts are in memory. */
  readonly sent: OpenedStore
  /** The same behind the journal of this process. */
  readonly notes: JournaledStore
  readonly system: SystemResolver
  readonly kept: KeptFilters
  readonly sinks: LogSinks
  /** Absent without a quarantine. */
  readonly held?: HeldMailbox
  /** Absent with a store of this process alone: no console edits points there. */
  readonly points?: PointsOfStore
  readonly counters: ReportCounters
}

class RunningRelay implements Relay {
  readonly #effects: Effects
  readonly #shared: Shared
  #options: RelayOptions
  #live: LiveGateway
  #current: Current
  #scannerReport: string
  readonly listeners: readonly Listener[]
  port = 0
  metricsPort?: number
  #status: StatusServer | undefined
  #rspamd: Awaited<ReturnType<typeof serveRspamd>> | undefined
  #isClosing = false

  static async open(options: RelayOptions, effects: Effects): Promise<RunningRelay> {
    const shared = await openShared(options, effects)
    const made = await makeGateway(options, effects, shared)
    return new RunningRelay(options, effects, shared, made)
  }

  private constructor(options: RelayOptions, effects: Effects, shared: Shared, made: Made) {
    this.#options = options
    this.#effects = effects
    this.#shared = shared
    this.#live = made.live
    this.#current = made.current
    this.#scannerReport = made.scannerReport
    const parts = { options, notify: shared.notify, current: () => this.#current }
    this.listeners = options.listeners.map(listener => new Listener({ ...parts, listener }))
  }

  async listen(sources: readonly Source[]): Promise<void> {
    const { metrics, rspamd } = this.#options
    try {
      for (const [index, listener] of this.listeners.entries()) {
        const source = sources[index]
        if (source !== undefined) await listener.listen(source)
        if (index === 0) this.port = listener.port ?? 0
      }
      await warmUp(this.#options)
      if (metrics) {
        this.#status = await serveStatus(metrics, {
          metrics: async () => merged([...this.metrics(), ...((await this.#effects.management?.metrics()) ?? [])]),
          whyNotReady: () => (this.#isClosing ? 'shutting down' : undefined),
          beside: () => this.#effects.management?.health(),
        })
        this.metricsPort = this.#status.port
      }
      // One of several workers takes feedback for all: it is shared by the store.
      if (rspamd && (this.#effects.worker ?? 1) === 1)
        this.#rspamd = await serveRspamd(
          rspamd,
          delegating(() => this.#current.gateway),
        )
    } catch (error) {
      await this.close()
      throw error
    }
    const notice = nameNotice(this.#options)
    // One of several workers says it for all.
    if (notice && (this.#effects.worker ?? 1) === 1) this.#shared.notify(notice)
  }

  get start(): Start {
    const { routes, dns, name, enforce, metrics, listeners } = this.#options
    const { store, system } = this.#shared
    return {
      listens: listeners.map((listener, index) => listenerText(listener, name, this.listeners[index]?.port)),
      delivers: routes.map(routeText),
      clamd: this.#scannerReport,
      dns: (dns.length > 0 ? dns : system.servers()).join(', '),
      ...(store.report !== undefined && { store: store.report }),
      ...(this.#status && metrics && { metrics: statusUrl(metrics, this.#status.port) }),
      ...(this.#rspamd && { rspamd: hostPortText(this.#rspamd) }),
      enforce,
    }
  }

  readonly metrics = (): readonly Metric[] => [...this.#current.gateway.metrics(), ...this.#current.delivery.metrics()]

  async reload(options: RelayOptions): Promise<void> {
    const made = await makeGateway(options, this.#effects, this.#shared)
    const old = this.#live
    const fixed = unchangeable(this.#options, options)
    this.#live = made.live
    this.#current = made.current
    this.#scannerReport = made.scannerReport
    this.#options = options
    old.retire()
    this.#shared.sinks.reopen()
    await Promise.all([...this.listeners.map(listener => listener.reload()), this.#shared.system.check()])
    const rest = fixed.length === 0 ? '' : `; a change of ${fixed.join(', ')} takes effect at the next start`
    this.#shared.notify({ code: 'relay/reload', reason: `the configuration was read again${rest}`, level: 'info' })
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await Promise.all(this.listeners.map(listener => listener.close()))
    await this.#current.gateway.close()
    await this.#current.delivery.close()
    await this.#status?.close()
    this.#rspamd?.close()
    this.#shared.system.stop()
    this.#shared.points?.close()
    await this.#shared.sinks.close()
    await this.#shared.counters.close()
    await this.#shared.held?.quarantine.close()
    await this.#shared.store.close()
    if (this.#shared.sent !== this.#shared.store) await this.#shared.sent.close()
    this.#shared.notes.close()
  }
}

async function openShared(
  options: RelayOptions,
  { tell, noticed, worker, clock = systemClock }: Effects,
): Promise<Shared> {
  const node = nodeName(options, worker)
  const notify: Notify = notice => {
    tell(noticeLine(notice))
    noticed?.({ ...notice, node, time: clock.now() })
  }
  const load = loadMeter({ notify, clock })
  const { store: config, workers, relays, maildir } = options
  const memory: OpenedStore = { store: memoryStore({ clock }), close: async () => undefined }
  const store = config === 'memory' ? memory : await openStore(config, workers * relays, notify)
  const sent = config === 'memory' ? await openStore({ file: join(maildir, 'delivered.db') }, 1, notify, '2s') : store
  const system = systemResolver(ms => load.recordLatency('dns', ms), notify)
  const notes = await journaled(sent.store, maildir, notify)
  const sinks = await openLogSinks(options.log, worker, notify)
  const held = options.quarantine && (await openHeldMailbox(options.quarantine, notify))
  const counters = new ReportCounters({ store: store.store, clock, notify })
  const parts = { clock, load, notify, store, sent, notes, system, sinks, counters }
  const points = store.direct && new PointsOfStore(store.direct, clock)
  if (points) await atMost(START_TIMEOUT_MS, points.start())
  return { ...parts, kept: new KeptFilters(), ...(held && { held }), ...(points && { points }) }
}

interface Made {
  readonly live: LiveGateway
  readonly current: Current
  readonly scannerReport: string
}

/** @throws PosternError with all that is wrong, before anything is started */
async function makeGateway(options: RelayOptions, effects: Effects, shared: Shared): Promise<Made> {
  const { log, worker, files } = effects
  const { clock, load, notify, store, sent, notes, system, kept, sinks, held, counters } = shared
  const scanner = await findScanner(options.filters.clamav)
  const onLatency = (ms: number) => load.recordLatency('dns', ms)
  const copies = reportCopies(options, notify)
  const services = {
    ...{ name: options.name, clock, notify, load, store: notes },
    ...(held && { held: { quarantine: held.quarantine, whenFull: options.quarantine?.whenFull ?? 'deliver' } }),
    ...(files && { files }),
    ...(copies && { copies }),
  } as const
  const delivery = await createDelivery({ routes: options.routes }, services)
  held?.deliverBy(delivery)
  const forecast = { kept: { store: sent.store, name: nodeName(options, worker) }, clock, notify }
  // The workers share a folder, and one writes.
  const training = (worker ?? 1) === 1 ? 'keep' : 'learn'
  const targets = [...sinks.targets, ...counters.receivers(options)]
  const inner = postern({
    filters: relayFilters({ options, delivery, scanner: scanner.filters, kept, forecast, training }),
    policy: policyOf(options),
    name: options.authservId,
    load,
    clock,
    notify,
    ...(options.trustedNetworks && { trustedNetworks: options.trustedNetworks }),
    forwarders: options.forwarders,
    mode: options.enforce ? 'enforce' : 'shadow',
    dns: options.dns.length > 0 ? resolver({ servers: options.dns, onLatency }) : system.dns,
    events: options.log.stdout === false ? targets : [event => log(jsonLine(event)), ...targets],
    ...(options.log.privacy && { privacy: streamPrivacy(options.log.privacy) }),
    node: nodeName(options, worker),
    store: store.store,
  })
  const live = liveGateway(shared.points?.appliedTo(inner) ?? inner, () => delivery.close())
  return { live, current: { gateway: live.gateway, delivery }, scannerReport: scanner.report }
}

function policyOf({ thresholds, policies, console }: RelayOptions): Policy {
  const policy = relayPolicy(thresholds, policies)
  return console?.refusalLink && console.url !== undefined ? withRefusalLink(policy, console.url) : policy
}

/** What stands in events: with several workers, which one. */
const nodeName = ({ name }: RelayOptions, worker?: number): string =>
  worker === undefined ? name : `${name}/${worker}`

/** `example.org, .example.org: smtp mail.example.org:25`, or without the domains where there is one route for all. */
function routeText({ domains, nextHop, maildir = '' }: RouteOptions): string {
  const hosts = nextHop?.hosts.map(host => (typeof host === 'string' ? host : host.address)).join(', ')
  const target = nextHop ? `${nextHop.protocol ?? 'smtp'} ${hosts}` : `Maildir ${resolve(maildir)}`
  return domains === undefined ? target : `${target} for ${domains.join(', ')}`
}
