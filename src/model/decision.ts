/** What policy makes of findings: one decision and one reply. */
import type { Readable } from 'node:stream'
import type { Finding, Status, Verdict } from './finding.ts'
import type { Stage } from './stage.ts'

/** One line of SMTP: `550 5.7.26 …`. ASCII, at most 512 bytes with its CRLF (RFC 5321 §4.5.3.1.5). */
export interface Reply {
  readonly code: number
  readonly status: Status
  /** What follows the codes, reference included. */
  readonly text: string
  /** Hang up after saying it. */
  readonly close?: boolean
}

export interface Decision {
  readonly stage: Stage
  readonly verdict: Verdict
  /** The sum of all points in scope. */
  readonly score: number
  /** In filter order. */
  readonly findings: readonly Finding[]
  /** What to say to the client now. With `rejectAt` a refusal may be decided here and said later. */
  readonly reply: Reply
  /** In shadow mode: the verdict that was not carried out. */
  readonly dryRun?: Verdict
}

/** Where a decision is made. */
export interface DecisionPoint {
  readonly stage: Stage
  /** At `rcpt`, and once for every recipient after `message`. */
  readonly forwardPath?: string
  /** The session's reference, for the reply. */
  readonly ref: string
  /** The finding that ended this stage, or the first that accepts. */
  readonly ended?: Finding
}

/** A pure function from findings to one decision and one reply. */
export type Policy = (findings: readonly Finding[], at: DecisionPoint) => Decision

/** A message as it is to be delivered: trace fields on top, forged ones left out, every line end CRLF. */
export interface Content {
  readonly size: number
  /** A fresh stream, as often as you like, until the transaction ends. */
  open(): Readable
}

/** A field that must go: the `place`-th of its name, from the top, counted from 1. */
export interface ForgedField {
  readonly name: string
  readonly position: number
}

/** Recipients of one message for whom the same was decided, and the message as it is to be delivered to them. */
export interface DeliveryGroup {
  /** `quarantine`: deliver it, but apart from the inbox. */
  readonly verdict: 'accept' | 'quarantine'
  readonly forwardPaths: readonly string[]
  /** The fields on top of `content`: they tell what was decided for this group. */
  readonly trace: readonly (readonly [name: string, value: string])[]
  readonly content: Content
}

/** One reply for SMTP; one decision per recipient for hosts that can use it; fields to put on top. */
export interface Outcome extends Decision {
  /** A decision for each forward-path that was not refused at RCPT. */
  readonly each: ReadonlyMap<string, Decision>
  readonly trace: readonly (readonly [name: string, value: string])[]
  /** Fields of the message that only we may write: `content` is without them. For hosts that change the message themselves. */
  readonly forged: readonly ForgedField[]
  /** Present when the whole message was received. Gone when the transaction ends. */
  readonly content?: Content
  /** Who gets the message, accepted first: present with `content`. Who is in none of them gets nothing. */
  readonly groups?: readonly DeliveryGroup[]
}

/** A decided client, transaction or recipient costs no further filter. */
export const isFinal = (verdict: Verdict): boolean =>
  verdict === 'reject' || verdict === 'defer' || verdict === 'discard'
