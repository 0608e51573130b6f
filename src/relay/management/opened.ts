/** What the management process opens: some once for its whole life, the rest anew with each configuration. */
import { resolver } from '../../dns/index.ts'
import { runChecks } from '../../doctor/run.ts'
import type { DoctorReport } from '../../doctor/types.ts'
import { actionEvent, EventStream } from '../../engine/events.ts'
import { type Gateway, postern } from '../../engine/gateway.ts'
import { senderLists } from '../../filters/index.ts'
import { loadMeter } from '../../load/index.ts'
import { jsonLine } from '../../log/json-line.ts'
import type { RecordAction } from '../../model/action-event.ts'
import type { EventReceiver } from '../../model/events.ts'
import type { Feedback } from '../../model/feedback.ts'
import type { Filter } from '../../model/filter.ts'
import type { LoadMeter } from '../../model/load.ts'
import type { Metric } from '../../model/metric.ts'
import { type Clock, type Notice, type Notify, systemClock } from '../../model/services.ts'
import { merged } from '../../observe/observer.ts'
import { newReleaser, type Releaser } from '../../quarantine/index.ts'
import { checksOf } from '../checks/checks.ts'
import type { RelayOptions } from '../config/options.ts'
import { createDelivery } from '../delivery/delivery.ts'
import type { Delivery } from '../delivery/types.ts'
import { relayFilters } from '../filters.ts'
import { type HeldMailbox, openHeldMailbox } from '../held-mailbox.ts'
import { KeptFilters } from '../kept-filters.ts'
import { type LogSinks, openLogSinks, streamPrivacy } from '../log-sinks.ts'
import { type SystemResolver, systemResolver } from '../name-servers.ts'
import { noticeLine } from '../report.ts'
import { connectStore, type DirectStore } from '../stores.ts'
import { Board } from './doctor-board.ts'
import type { FirstProcess } from './first-process.ts'
import { StoreLease } from './lease.ts'
import type { ManagementParts } from './types.ts'

export interface ManagementOutput {
  /** Takes one line for each event. */
  readonly log: (lines: string) => void
  /** Takes lines for a person. */
  readonly tell: (lines: string) => void
}

/** What lives as long as the process, whatever the configuration becomes. */
export class Opened {
  readonly node: string
  readonly clock: Clock
  /** Tells the operator, and writes an event. */
  readonly notify: Notify
  /** Tells the operator. A gateway writes the event itself. */
  readonly tell: Notify
  readonly first: FirstProcess
  readonly targets: readonly EventReceiver[]
  readonly store: DirectStore
  readonly sinks: LogSinks
  readonly held: HeldMailbox | undefined
  readonly system: SystemResolver
  readonly load: LoadMeter
  readonly kept = new KeptFilters()
  /** What this process has counted. */
  counted: () => readonly Metric[] = () => []

  /** @param process whose it is in events, and in the names of their files */
  static async open(
    options: RelayOptions,
    output: ManagementOutput,
    first: FirstProcess,
    process: 'management' | 'command' = 'management',
  ): Promise<Opened> {
    const node = `${options.name}/${process}`
    const clock = systemClock
    const streams: EventStream[] = []
    const tell = (notice: Notice): void => {
      output.tell(noticeLine(notice))
      first.noticed({ ...notice, node, time: clock.now() })
    }
    const notify = (notice: Notice): void => {
      tell(notice)
      for (const stream of streams) stream.write({ type: 'notice', ref: null, ...notice })
    }
    const load = loadMeter({ notify, clock })
    const store = await connectStore(storeOf(options), notify)
    const sinks = await openLogSinks(options.log, process, notify)
    const held = options.quarantine && (await openHeldMailbox(options.quarantine, notify))
    const system = systemResolver(ms => load.recordLatency('dns', ms), notify)
    const lines: readonly EventReceiver[] = options.log.stdout === false ? [] : [event => output.log(jsonLine(event))]
    const parts = { node, clock, notify, tell, first, store, sinks, held, system, load }
    const opened = new Opened({ ...parts, targets: [...lines, ...sinks.targets] })
    streams.push(opened.stream)
    return opened
  }

  readonly stream: EventStream

  private constructor(parts: Omit<Opened, 'kept' | 'stream' | 'close' | 'counted'>) {
    const { node, clock, notify, tell, first, targets, store, sinks, held, system, load } = parts
    this.node = node
    this.clock = clock
    this.notify = notify
    this.tell = tell
    this.first = first
    this.targets = targets
    this.store = store
    this.sinks = sinks
    this.held = held
    this.system = system
    this.load = load
    this.stream = new EventStream(targets, node, clock, { subject: 'off', key: '' })
  }

  async close(): Promise<void> {
    this.system.stop()
    await this.held?.quarantine.close()
    await this.sinks.close()
    await this.store.store.close?.()
    await this.store.close()
  }
}

/** The schema allows no store in memory beside a block of the management process. */
function storeOf({ store }: RelayOptions) {
  if (store === 'memory') throw new Error('the management process needs a store that it can share')
  return store
}

/** What follows from the configuration: a reload makes another one. */
export class Configured {
  readonly parts: ManagementParts
  readonly #gateway: Gateway
  readonly #delivery: Delivery
  readonly #releaser: Releaser | undefined

  static async open(options: RelayOptions, opened: Opened): Promise<Configured> {
    const { clock, notify, load, store, held } = opened
    const ownMailHop = options.mail?.nextHop
    const services = { name: options.name, clock, notify, load, store: store.store, ...(ownMailHop && { ownMailHop }) }
    const delivery = await createDelivery({ routes: options.routes }, services)
    held?.deliverBy(delivery)
    return new Configured(options, opened, delivery)
  }

  private constructor(options: RelayOptions, opened: Opened, delivery: Delivery) {
    const { clock, notify, node, store, targets, system, held, sinks, stream, first, load, kept } = opened
    const onLatency = (ms: number) => load.recordLatency('dns', ms)
    const dns = options.dns.length > 0 ? resolver({ servers: options.dns, onLatency }) : system.dns
    const filters = relayFilters({ options, delivery, scanner: [], kept, training: 'pass' }).filter(learns)
    const gateway = postern({
      ...{ filters, name: options.authservId, load, clock, notify: opened.tell, dns, node, store: store.store },
      ...(options.trustedNetworks && { trustedNetworks: options.trustedNetworks }),
      forwarders: options.forwarders,
      events: targets,
      ...(options.log.privacy && { privacy: streamPrivacy(options.log.privacy) }),
    })
    this.#gateway = gateway
    this.#delivery = delivery
    const checksOptions = {
      ...{ options, dns, storeText: store.report },
      servers: options.dns.length > 0 ? options.dns : system.servers(),
      openStore: async () => ({ store: store.store, close: async () => undefined }),
    }
    const doctor = new Board(async (): Promise<DoctorReport> => {
      const results = await runChecks(checksOf(checksOptions), { clock })
      return { time: clock.now(), node, results }
    })
    const feedback = (said: Feedback) => gateway.feedback(said)
    const record: RecordAction = action => stream.write(actionEvent(action))
    const lists = senderLists({ store: store.store, clock })
    this.#releaser = held && newReleaser({ quarantine: held.quarantine, feedback, lists, record, notify, clock })
    this.parts = {
      ...{ options, node, clock, notify, dns, delivery, doctor, store: store.store },
      ...(sinks.history && { history: sinks.history }),
      ...(held && { quarantine: held.quarantine }),
      ...(this.#releaser && { releaser: this.#releaser }),
      feedback,
      lists,
      recordSent: mail => gateway.recordSent(mail),
      sendMail: mail => delivery.sendOwn(mail),
      record: event => stream.write(event),
      recordAction: record,
      metrics: async () => merged([...(await first.metrics()), ...opened.counted()]),
      onNotice: listener => first.onNotice(listener),
      lease: name => new StoreLease(name, store.store, clock),
    }
  }

  /** Goes on with what an earlier process has not done to its end. */
  begin(): void {
    this.#releaser?.start()
  }

  async close(): Promise<void> {
    await this.#releaser?.close()
    await this.#gateway.close()
    await this.#delivery.close()
  }
}

/** No session runs here: only what people say reaches a filter. */
const learns = ({ onFeedback, onSent }: Filter): boolean => onFeedback !== undefined || onSent !== undefined
