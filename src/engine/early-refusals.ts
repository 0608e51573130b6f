/**
 * Refuses clients by their address alone, before a session is opened: what a filter finds in its `precheck` is judged
 * as at `connect`, and recorded.
 */
import { type Decision, isFinal, type Reply } from '../model/decision.ts'
import { ExpiringTable } from '../model/expiring-table.ts'
import type { Filter } from '../model/filter.ts'
import type { Finding } from '../model/finding.ts'
import type { Metric } from '../model/metric.ts'
import type { Services } from '../model/services.ts'
import { networkOf } from '../net/address.ts'
import type { Observer } from '../observe/observer.ts'
import type { CompiledGateway } from './compile.ts'
import { exemptionAt, isExempt } from './exempt.ts'
import { namedFindings } from './found.ts'
import { judge } from './judge.ts'
import { reference } from './reference.ts'
import { SessionRecord } from './session-record.ts'
import { endsStage, type FilterTimings } from './wave.ts'

/** An address that comes again within this time is counted, without another event: a flood must not fill the log. */
const RECORDED_MS = 5 * 60_000
const MAX_RECORDED = 50_000
/** Milliseconds between two notices of how many refusals were counted without an event, while there are any. */
const NOTICE_INTERVAL_MS = 60_000

const NO_TIMINGS: FilterTimings = new Map()

type Prechecking = Filter & Required<Pick<Filter, 'precheck'>>

export class EarlyRefusals {
  readonly #setup: CompiledGateway
  readonly #filters: readonly Prechecking[]
  readonly #observer: Observer
  readonly #services: Pick<Services, 'clock' | 'notify'>
  /** The reference under which an address was recorded. */
  readonly #recorded = new ExpiringTable<string>({ entries: MAX_RECORDED, ttl: RECORDED_MS })
  #refused = 0
  /** Refusals without an event since the last notice. */
  #unrecorded = 0
  #cancelNotice: (() => void) | undefined

  constructor(
    setup: CompiledGateway,
    filters: readonly Filter[],
    observer: Observer,
    services: Pick<Services, 'clock' | 'notify'>,
  ) {
    this.#setup = setup
    this.#filters = filters.filter((filter): filter is Prechecking => filter.precheck !== undefined)
    this.#observer = observer
    this.#services = services
  }

  /** The reply to an address, in canonical form, that is refused at once. Never throws. */
  refuse(ip: string): Reply | undefined {
    for (const filter of this.#filters) {
      const found = ask(filter, ip)
      if (found === undefined) continue
      const reply = 'code' in found ? found : this.#judge(filter, found, ip)
      if (reply !== undefined) return reply
    }
    return undefined
  }

  metrics(): readonly Metric[] {
    if (this.#filters.length === 0) return []
    return [
      {
        name: 'postern_early_refusals_total',
        help: 'Connections that were refused by their address alone, before a session was opened.',
        type: 'counter',
        samples: [{ value: this.#refused }],
      },
    ]
  }

  stop(): void {
    this.#cancelNotice?.()
    this.#cancelNotice = undefined
  }

  /** The reply, if the policy refuses and disconnects the client for this finding alone. Else a session is opened. */
  #judge(filter: Filter, finding: Finding, ip: string): Reply | undefined {
    if (this.#mayBeExempt(filter, ip)) return undefined
    const setup = this.#setup
    const findings = namedFindings(filter, finding, setup.transformFinding)
    const ended = findings.find(endsStage)
    if (ended === undefined) return undefined
    const key = keyOf(ip)
    const known = this.#recorded.get(key, this.#services.clock.monotonic())
    const ref = known ?? reference()
    const client = setup.clients.kindOf(ip)
    const decision = judge(setup, [{ findings, stage: 'connect', view: { client } }], { stage: 'connect', ref, ended })
    const { reply, verdict } = decision
    if (!isFinal(verdict) || reply.code < 400 || reply.close !== true) return undefined
    this.#count(decision, known !== undefined)
    if (known === undefined) this.#record(decision, ip, key, ref)
    return reply
  }

  /** A forwarder that is given by its name is known only after a DNS lookup. */
  #mayBeExempt(filter: Filter, ip: string): boolean {
    if (filter.checks === undefined) return false
    const { isForwarder, kindOf } = this.#setup.clients
    return isForwarder !== undefined || isExempt(filter, exemptionAt('connect', { client: kindOf(ip) }))
  }

  #count(decision: Decision, isRecorded: boolean): void {
    this.#refused += 1
    this.#observer.decided(decision)
    if (!isRecorded) return
    this.#unrecorded += 1
    this.#cancelNotice ??= this.#services.clock.after(NOTICE_INTERVAL_MS, () => this.#report())
  }

  /** The event of a session that ended at once. */
  #record(decision: Decision, ip: string, key: string, ref: string): void {
    const { clients, events } = this.#setup
    const { clock } = this.#services
    this.#recorded.put(key, ref, clock.monotonic())
    if (events === undefined) return
    const record = new SessionRecord(events, { ref, ip, started: clock.now(), hostReplies: false })
    record.connected(decision)
    record.end(clients.kindOf(ip), 0, NO_TIMINGS)
  }

  #report(): void {
    this.#cancelNotice = undefined
    const reason =
      `${this.#unrecorded} connections from addresses that had been refused within ${RECORDED_MS / 60_000} minutes ` +
      'were refused again; their events stand under the references in the replies'
    this.#unrecorded = 0
    this.#services.notify({ code: 'gateway/refused-again', reason, level: 'info' })
  }
}

/** A filter that throws is asked again when the session is judged, where that has the consequence it states. */
function ask(filter: Prechecking, ip: string): Reply | Finding | undefined {
  try {
    return filter.precheck(ip)
  } catch {
    return undefined
  }
}

/** A host with IPv6 has a whole /64. */
const keyOf = (ip: string): string => (ip.includes(':') ? networkOf(ip) : ip)
