/** The stream of events of a gateway: stamps each event and hands it to the sinks. */

import type { Action } from '../model/action-event.ts'
import type { Decision, Reply } from '../model/decision.ts'
import { EVENT_VERSION } from '../model/event-base.ts'
import type {
  DeliveryReport,
  EventReceiver,
  FindingEntry,
  GatewayEvent,
  ReportedDelivery,
  SentReply,
} from '../model/events.ts'
import type { Feedback } from '../model/feedback.ts'
import type { Finding } from '../model/finding.ts'
import type { Metric } from '../model/metric.ts'
import { type Clock, type Notice, warnOnThrow } from '../model/services.ts'

/** An event without what the stream adds. */
export type Unstamped = GatewayEvent extends infer E
  ? E extends GatewayEvent
    ? Omit<E, 'v' | 'time' | 'node'>
    : never
  : never

/** What the stream writes of the subject: nothing, a hash of it, or the words. */
export interface Privacy {
  readonly subject: 'off' | 'hash' | 'plain'
  readonly key: string
}

export class EventStream {
  readonly privacy: Privacy
  readonly #node: string
  readonly #clock: Clock
  readonly #targets: readonly EventReceiver[]
  readonly #writers: readonly ((event: GatewayEvent) => void)[]

  constructor(targets: readonly EventReceiver[], node: string, clock: Clock, privacy: Privacy) {
    this.privacy = privacy
    this.#node = node
    this.#clock = clock
    this.#targets = targets
    this.#writers = targets.map(target =>
      warnOnThrow('events', typeof target === 'function' ? target : event => target.write(event)),
    )
  }

  /** Hands an event to every sink. Never throws. */
  write(event: Unstamped): void {
    const stamped = { v: EVENT_VERSION, time: this.#clock.now(), node: this.#node, ...event } as GatewayEvent
    for (const write of this.#writers) write(stamped)
  }

  /** The metrics of all sinks. */
  metrics(): readonly Metric[] {
    return this.#targets.flatMap(target => (typeof target === 'function' ? [] : (target.metrics?.() ?? [])))
  }
}

const MAX_LENGTH = 320
const MAX_FINDINGS = 50

/** Text of a client or a next hop: well-formed, without NUL (which databases refuse), cut at 320 characters. */
export function cut(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
  return short.toWellFormed().replaceAll('\0', '\ufffd')
}

/** Findings as they are written: bounded, and plain JSON whatever a filter has added to them. */
export const findingEntries = (findings: readonly Finding[]): readonly FindingEntry[] =>
  findings.slice(0, MAX_FINDINGS).map(findingEntry)

function findingEntry({ rule = '', reason, points, verdict, status, dryRun }: Finding): FindingEntry {
  return {
    rule: cut(rule),
    reason: cut(reason),
    ...(points !== undefined && { points }),
    ...(verdict !== undefined && { verdict }),
    ...(status !== undefined && { status }),
    ...(dryRun !== undefined && { dryRun: withoutUndefined({ points: dryRun.points, verdict: dryRun.verdict }) }),
  }
}

function withoutUndefined<T extends object>(given: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never
}

/** The part of an event that every judged thing has. */
export const decided = ({
  verdict,
  dryRun,
  score,
  tagged,
}: Pick<Decision, 'verdict' | 'dryRun' | 'score' | 'tagged'>) => ({
  verdict,
  ...(dryRun !== undefined && { dryRun }),
  score,
  ...(tagged && { tagged }),
})

/** A reply as it is written. */
export const sentReply = ({
  code,
  status,
  text,
}: Pick<Reply, 'code' | 'text'> & { readonly status?: string }): SentReply => ({
  code,
  ...(status !== undefined && status !== '' && { status: cut(status) }),
  text: cut(text),
})

/** What a host has reported, bounded, and nothing that it has added. */
export function deliveryEvent({ ref, transaction, recipient, ...report }: ReportedDelivery): Unstamped {
  return {
    type: 'delivery',
    ref: cut(ref),
    ...(transaction !== undefined && { transaction }),
    recipient: cut(recipient),
    ...reported(report),
  }
}

const reported = ({ result, nextHop, code, status, text, queueId, ms, tries }: DeliveryReport): DeliveryReport => ({
  result,
  ...(nextHop !== undefined && { nextHop: cut(nextHop) }),
  ...(code !== undefined && { code }),
  ...(status !== undefined && { status: cut(status) }),
  ...(text !== undefined && { text: cut(text) }),
  ...(queueId !== undefined && { queueId: cut(queueId) }),
  ...(ms !== undefined && { ms: rounded(ms) }),
  ...(tries !== undefined && { tries }),
})

/** Feedback that was taken. */
export const feedbackEvent = ({ ref, label, by, undo = false }: Feedback): Unstamped => ({
  type: 'feedback',
  ref: ref ?? null,
  label,
  by: cut(by),
  undo,
})

export const noticeEvent = ({ code, reason, level }: Notice): Unstamped => ({
  type: 'notice',
  ref: null,
  code: cut(code),
  reason: cut(reason),
  level,
})

/** What a person has done, bounded. */
export const actionEvent = ({ ref, action, by, role, target, recipient, why, result, reason }: Action): Unstamped => ({
  type: 'action',
  ref,
  action,
  by: cut(by),
  role,
  target: cut(target),
  ...(recipient !== undefined && { recipient: cut(recipient) }),
  ...(why !== undefined && { why: cut(why) }),
  result,
  ...(reason !== undefined && { reason: cut(reason) }),
})

/** Milliseconds to microseconds. */
export const rounded = (ms: number): number => Math.round(ms * 1000) / 1000
