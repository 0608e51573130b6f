/** Decisions: what the policy makes of findings, with one reply. */
import type { Readable } from 'node:stream'
import type { Authentication } from './events.ts'
import type { Finding, Status, Verdict } from './finding.ts'
import type { Stage } from './stage.ts'

/** One line of SMTP: `550 5.7.26 …`. ASCII, at most 512 bytes with its CRLF (RFC 5321 §4.5.3.1.5). */
export interface Reply {
  /** The reply code, such as 550. */
  readonly code: number
  /** The enhanced status code. */
  readonly status: Status
  /** The text after the codes, with the reference. */
  readonly text: string
  /** Close the connection after it. */
  readonly close?: boolean
}

/** The decision of one stage. */
export interface Decision {
  /** The stage that was judged. */
  readonly stage: Stage
  /** What happens to the client, transaction, recipient or message. */
  readonly verdict: Verdict
  /** The sum of all points in scope. */
  readonly score: number
  /**
   * The message is accepted, and its score has reached the policy's `tag` threshold: deliver it with the fields of
   * `spamStatus`, so that mail programs can sort it. Only at `message`.
   */
  readonly tagged?: true
  /** All findings in scope, in the order of filters. */
  readonly findings: readonly Finding[]
  /** The reply to send now. With `rejectAt` a refusal may be decided here and sent later. */
  readonly reply: Reply
  /** In shadow mode: the verdict that was not carried out. */
  readonly dryRun?: Verdict
}

/** Where a decision is made. */
export interface DecisionPoint {
  /** The stage that is judged. */
  readonly stage: Stage
  /** At `rcpt`, and once for every recipient at `message`, or at `header` where recipients differ. */
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
  /** Bytes. */
  readonly size: number
  /** A fresh stream, as often as you like, until the transaction ends. */
  open(): Readable
}

/** A field that must be removed: only we may write it. */
export interface ForgedField {
  /** The name as sent. */
  readonly name: string
  /** Which field of this name, from the top, counted from 1. */
  readonly position: number
}

/** Recipients of one message with the same verdict and tag, and the message as it is to be delivered to them. */
export interface DeliveryGroup {
  /** `quarantine`: deliver it, but apart from the inbox. */
  readonly verdict: 'accept' | 'quarantine'
  /** The score has reached the `tag` threshold of these recipients. */
  readonly tagged?: true
  /** The recipients. */
  readonly forwardPaths: readonly string[]
  /** The fields on top of `content`: they say what was decided for this group. */
  readonly trace: readonly (readonly [name: string, value: string])[]
  /** The message for this group. */
  readonly content: Content
}

/** What a message comes to: one decision for SMTP, and one for each recipient for hosts that can use it. */
export interface Outcome extends Decision {
  /** A decision for each forward-path that was not refused at RCPT. */
  readonly each: ReadonlyMap<string, Decision>
  /** The fields on top of `content`. */
  readonly trace: readonly (readonly [name: string, value: string])[]
  /**
   * Fields of the message that only we may write: `content` is without them. For hosts that change the message
   * themselves.
   */
  readonly forged: readonly ForgedField[]
  /** Present when the whole message was received. Gone when the transaction ends. */
  readonly content?: Content
  /** The recipients that get the message, accepted first: present with `content`. All others get nothing. */
  readonly groups?: readonly DeliveryGroup[]
  /** What is known of the sender's identity: present where a recipient has mail quarantined. */
  readonly authentication?: Authentication
}

/** Whether no filter runs any more for this client, transaction or recipient. */
export const isFinal = (verdict: Verdict): boolean =>
  verdict === 'reject' || verdict === 'defer' || verdict === 'discard'
