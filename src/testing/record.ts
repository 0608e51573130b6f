/** Records sessions, so that each can be replayed without any service. */
import type { Readable } from 'node:stream'
import { queryName } from '../dns/name.ts'
import type { Client } from '../engine/client.ts'
import type { Gateway } from '../engine/gateway.ts'
import type { MailDetails, Session } from '../engine/session.ts'
import type { HostReply } from '../engine/transaction-record.ts'
import type { Decision, Outcome } from '../model/decision.ts'
import { errorText } from '../model/errors.ts'
import type { DeliveryReport } from '../model/events.ts'
import type { Services } from '../model/services.ts'
import type { Tls } from '../model/stage.ts'
import { type Size, toBytes } from '../model/units.ts'
import {
  type RecordedAnswer,
  type RecordedCall,
  type Recording,
  type Step,
  type Verb,
  writeDecision,
} from './recording.ts'
import { redactor } from './redact.ts'
import { tap } from './tap.ts'

/** What {@link record} leaves out. */
export interface RecordOptions {
  /** Words that are replaced by `redacted`, as are the `secrets` of the gateway's filters. @default none */
  readonly redact?: readonly string[]
  /** The largest message that is recorded. A larger one cannot be replayed to its end. @default '25mb' */
  readonly size?: Size
  /** How many answers of DNS, calls of services and steps of one session are recorded, each. @default 10_000 */
  readonly entries?: number
}

/** Receives a recording when its session has ended. An error it throws becomes a warning of the process. */
export type Sink = (recording: Recording) => void | Promise<void>

/**
 * Returns a gateway that works as `gateway` does, and passes a recording of every session to `sink`. A recording holds
 * addresses and whole messages: protect it like mail.
 *
 * @example
 * const server = new SMTPServer(guard(record(gateway, saveTo('recordings'))))
 */
export function record(
  gateway: Gateway,
  sink: Sink,
  { redact = [], size = '25mb', entries = 10_000 }: RecordOptions = {},
): Gateway {
  const limits = { size: toBytes(size, 'record.size'), entries }
  const hide = redactor([...redact, ...gateway.secrets])
  const write = async (recording: Recording) => {
    try {
      await sink(hide(recording))
    } catch (error) {
      process.emitWarning(`postern: a session was not recorded: ${error instanceof Error ? error.message : error}`)
    }
  }
  return {
    services: gateway.services,
    secrets: gateway.secrets,
    open: (peer, services) => recordSession(gateway, peer, { ...gateway.services, ...services }, limits, write),
    feedback: feedback => gateway.feedback(feedback),
    delivered: delivery => gateway.delivered(delivery),
    recordSent: mail => gateway.recordSent(mail),
    precheck: gateway.precheck,
    isKnown: gateway.isKnown,
    metrics: gateway.metrics,
    close: () => gateway.close(),
  }
}

interface Limits {
  readonly size: number
  readonly entries: number
}

function recordSession(
  gateway: Gateway,
  peer: Client,
  services: Services,
  limits: Limits,
  write: (recording: Recording) => Promise<void>,
): Session {
  const notes = new Notes(services.clock, limits)
  const session = gateway.open(peer, notedServices(services, notes))
  return new RecordedSession(session, notes, limits, recorded =>
    write({ ...recorded, peer: { ...peer, ref: session.ref } }),
  )
}

/** What happens in a session, in order, with its times. */
class Notes {
  readonly started: string
  readonly steps: Step[] = []
  readonly dns: RecordedAnswer[] = []
  readonly calls: RecordedCall[] = []
  readonly #clock: Services['clock']
  readonly #since: number
  readonly #max: number
  #isEnded = false

  constructor(clock: Services['clock'], { entries }: Limits) {
    this.started = new Date(clock.now()).toISOString()
    this.#clock = clock
    this.#since = clock.monotonic()
    this.#max = entries
  }

  /** In milliseconds, to a microsecond: the order of answers is kept, and the file stays readable. */
  elapsed(): number {
    return rounded(this.#clock.monotonic() - this.#since)
  }

  since(at: number): { readonly ms: number } {
    return { ms: rounded(this.elapsed() - at) }
  }

  /** Adds an entry now. @returns completes it when there is an answer, unless the recording has ended by then */
  add<T extends object>(list: T[], entry: T): (answer: Partial<T>) => void {
    const index = list.length
    if (this.#isEnded || index >= this.#max) return () => undefined
    list.push(entry)
    return answer => {
      if (!this.#isEnded) list[index] = { ...entry, ...answer }
    }
  }

  end(): Omit<Recording, 'peer'> {
    this.#isEnded = true
    return { postern: 1, started: this.started, steps: this.steps, dns: this.dns, calls: this.calls }
  }
}

const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000

/** Services whose answers are noted. */
function notedServices(services: Services, notes: Notes): Services {
  return {
    ...services,
    dns: {
      known: (name, type) => {
        const answer = services.dns.known?.(name, type)
        if (answer === undefined) return undefined
        notes.add(notes.dns, { at: notes.elapsed(), question: `${name} ${type}`, ms: 0, answer, known: true })
        return answer
      },
      resolve: async (name, type, options) => {
        const at = notes.elapsed()
        const answered = notes.add(notes.dns, { at, question: `${queryName(name) ?? name} ${type}` })
        const answer = await services.dns.resolve(name, type, options)
        answered({ ...notes.since(at), answer })
        return answer
      },
    },
    callExternal: async (key, question) => {
      const at = notes.elapsed()
      const answered = notes.add(notes.calls, { at, key })
      try {
        const answer = await services.callExternal(key, question)
        answered({ ...notes.since(at), answer })
        return answer
      } catch (error) {
        answered({ ...notes.since(at), error: errorText(error) })
        throw error
      }
    },
  }
}

class RecordedSession implements Session {
  readonly #session: Session
  readonly #notes: Notes
  readonly #limits: Limits
  readonly #write: (recorded: Omit<Recording, 'peer'>) => Promise<void>
  /** Commands that are under way when the session is closed: their answers belong to the recording, too. */
  readonly #underWay = new Set<Promise<unknown>>()
  #isClosed = false

  constructor(
    session: Session,
    notes: Notes,
    limits: Limits,
    write: (recorded: Omit<Recording, 'peer'>) => Promise<void>,
  ) {
    this.#session = session
    this.#notes = notes
    this.#limits = limits
    this.#write = write
  }

  get ref(): string {
    return this.#session.ref
  }

  connect(): Promise<Decision> {
    return this.#record({ verb: 'connect' }, () => this.#session.connect())
  }

  pregreet(): Promise<Decision> {
    return this.#record({ verb: 'pregreet' }, () => this.#session.pregreet())
  }

  helo(name: string | undefined, tls?: Tls): Promise<Decision> {
    const verb: Verb = { verb: 'helo', ...(name !== undefined && { name }), ...(tls && { tls }) }
    return this.#record(verb, () => this.#session.helo(name, tls))
  }

  mail(reversePath: string, details?: MailDetails): Promise<Decision> {
    const verb: Verb = { verb: 'mail', reversePath, ...(details && { details }) }
    return this.#record(verb, () => this.#session.mail(reversePath, details))
  }

  rcpt(forwardPath: string): Promise<Decision> {
    return this.#record({ verb: 'rcpt', forwardPath }, () => this.#session.rcpt(forwardPath))
  }

  removeRecipient(forwardPath: string, reply?: HostReply): void {
    this.#note({ verb: 'removeRecipient', forwardPath })
    this.#session.removeRecipient(forwardPath, reply)
  }

  recipientRefused(forwardPath: string, reply: HostReply): void {
    this.#session.recipientRefused(forwardPath, reply)
  }

  // What follows the decisions changes none of them: it is no part of a recording.
  get transactions(): number {
    return this.#session.transactions
  }

  setQueueId(id: string): void {
    this.#session.setQueueId(id)
  }

  replied(reply: HostReply | undefined, forwardPath?: string): void {
    this.#session.replied(reply, forwardPath)
  }

  delivered(forwardPath: string, report: DeliveryReport, transaction?: number): void {
    this.#session.delivered(forwardPath, report, transaction)
  }

  data(content: Readable): Promise<Outcome> {
    const { tapped, seen } = tap(content, this.#limits.size)
    const judge = () => this.#session.data(tapped).finally(() => tapped.destroy())
    return this.#record({ verb: 'data', message: { lines: [] }, end: 'unread' }, judge, seen)
  }

  reset(): void {
    this.#note({ verb: 'reset' })
    this.#session.reset()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#note({ verb: 'close' })
    this.#session.close()
    void this.#finish()
  }

  #note(verb: Verb): void {
    this.#notes.add<Step>(this.#notes.steps, { at: this.#notes.elapsed(), ...verb })
  }

  #record<D extends Decision>(verb: Verb, judge: () => Promise<D>, more = () => ({})): Promise<D> {
    const decided = this.#recordDecision(verb, judge, more)
    this.#underWay.add(decided)
    return decided.finally(() => this.#underWay.delete(decided))
  }

  async #recordDecision<D extends Decision>(verb: Verb, judge: () => Promise<D>, more: () => object): Promise<D> {
    const at = this.#notes.elapsed()
    const decided = this.#notes.add<Step>(this.#notes.steps, { at, ...verb })
    const decision = await judge()
    decided({ ...this.#notes.since(at), ...more(), decision: writeDecision(decision) })
    return decision
  }

  async #finish(): Promise<void> {
    await Promise.allSettled(this.#underWay)
    await this.#write(this.#notes.end())
  }
}
