/** Quarantine: messages that were accepted and not delivered, until a person releases or deletes them. */
import type { Readable } from 'node:stream'
import type { Authentication, FindingEntry } from '../model/events.ts'
import type { Label } from '../model/feedback.ts'
import type { Metric } from '../model/metric.ts'
import type { Duration, Size } from '../model/units.ts'

/** Why a message is held. It says who may release it, see `mayRelease`. */
export type HeldKind = 'spam' | 'phishing' | 'malware' | 'policy' | 'unexamined'

/** Who asks: a user of a mailbox, an operator of some domains, or the administrator of the gateway. */
export type Role = 'user' | 'operator' | 'admin'

/**
 * What follows a release or a deletion. `train`: the filters learn that the message was wanted, or was spam. `allow`:
 * the proven sender is allowed for this recipient. `record`: the action is written into the stream of events.
 */
export type HeldStep = 'train' | 'allow' | 'record'

/** An entry of the allow list that a release has added. */
export interface AllowedSender {
  /** Names the entry within its scope. */
  readonly id: string
  /** Whom it allows, such as `dmarc:example.org`. */
  readonly sender: string
  /** For whom it counts. */
  readonly scope: string
}

/** A message to be held. */
export interface NewHeldMessage {
  /** The reference of its session. */
  readonly ref: string
  /** Which transaction of the session, from 1. */
  readonly transaction: number
  /** Why it is held; `kindOf` finds it from the findings. */
  readonly kind: HeldKind
  /** The client's address; null where the host does not know it. */
  readonly ip: string | null
  /** The address of MAIL FROM; '' is the null reverse-path. */
  readonly reversePath: string
  /** For whom it is held, at most 1,000. */
  readonly recipients: readonly string[]
  /** The address in From; absent where it is not clear. */
  readonly from?: string
  /** The Subject, decoded. */
  readonly subject?: string
  /** The Message-ID field. */
  readonly messageId?: string
  /** What SPF, DKIM and DMARC said; absent where no filter has asked. */
  readonly authentication?: Authentication
  /** The sum of all points. */
  readonly score: number
  /** What was found, at most 50. */
  readonly findings: readonly FindingEntry[]
  /** Bytes of the fields on top of it that the gateway has written: the filters do not learn from them. @default 0 */
  readonly ownFields?: number
  /** The message, as it would have been delivered. */
  readonly content: AsyncIterable<Uint8Array>
  /** Bytes of `content`. */
  readonly size: number
}

/** What became of a held message for one recipient. */
export interface HeldRecipient {
  /** The address. */
  readonly recipient: string
  /** `releasing`: a release has begun; it goes on after a restart. */
  readonly state: 'held' | 'releasing' | 'released' | 'deleted'
  /** When it is deleted for this recipient, in milliseconds since 1970. */
  readonly expires: number
  /** Who released or deleted it. */
  readonly by?: string
  /** What they may do. */
  readonly role?: Role
  /** Why, in their words. */
  readonly why?: string
  /** When, in milliseconds since 1970. */
  readonly at?: number
  /** What was to follow and has not been done yet. */
  readonly pending?: readonly HeldStep[]
  /** What the filters have learned of it. */
  readonly trained?: Label
  /** The entry that allows its sender since. */
  readonly allowed?: AllowedSender
}

/** What is noted of a recipient; a key that is left out stays as it is, and null takes it away. */
export interface HeldNote {
  /** What has still to follow. */
  readonly pending?: readonly HeldStep[]
  /** What the filters have learned. */
  readonly trained?: Label | null
  /** The entry that was added. */
  readonly allowed?: AllowedSender | null
}

/** What may be held for one recipient. */
export interface HeldBudget {
  /** Messages that wait for a decision. @default 5000 */
  readonly messages?: number
  /** Bytes of them. @default '1gb' */
  readonly size?: Size
  /** How long each is held, at most `keep` of the quarantine. @default as `keep` */
  readonly keep?: Duration
}

/** What may be held: options that every quarantine has. */
export interface HeldBudgets {
  /** How long a message is held. @default '30d' */
  readonly keep?: Duration
  /** What all messages may take. @default '10gb' */
  readonly size?: Size
  /** What may be held for one recipient. */
  readonly each?: HeldBudget
  /** Other budgets, by address or by domain of the recipient; what is left out is as in `each`. @default none */
  readonly recipients?: Readonly<Record<string, HeldBudget>>
  /**
   * How long a release or a deletion can be taken back: for so long the message is kept, while there is room.
   * @default '1d'
   */
  readonly undo?: Duration
}

/** A message that is held. */
export interface HeldMessage extends Omit<NewHeldMessage, 'content' | 'recipients'> {
  /** Names the message. */
  readonly id: string
  /** When it was held, in milliseconds since 1970. */
  readonly time: number
  /** When it is deleted, in milliseconds since 1970. */
  readonly expires: number
  /** For whom, in the order of the message. */
  readonly recipients: readonly HeldRecipient[]
}

/** What came of holding a message. */
export type HoldResult =
  /** `full`: recipients for whom there was no room; it is not held for them. */
  | { readonly kind: 'held'; readonly message: HeldMessage; readonly full: readonly string[] }
  /** There is no room for any recipient: deliver it with a mark, or defer it. */
  | { readonly kind: 'full'; readonly reason: string }

/** Which held messages are listed. Every condition that is given must hold. */
export interface HeldQuery {
  /** The address of a recipient. */
  readonly recipient?: string
  /** Only recipients of these domains. @default all */
  readonly domains?: readonly string[]
  /** Why they are held. */
  readonly kind?: HeldKind
  /** What became of them. @default 'held' */
  readonly state?: HeldRecipient['state']
  /** Held since, in milliseconds since 1970. */
  readonly since?: number
  /** Only those with a step that has not been done; then the oldest decisions come first, without `next`. */
  readonly pending?: true
  /** Entries of a page, at most 500. @default 50 */
  readonly limit?: number
  /** The `next` of the page before this one. */
  readonly cursor?: string
}

/** One held message for one recipient. */
export interface HeldEntry extends Omit<HeldMessage, 'recipients'>, HeldRecipient {}

/** A page of entries, the newest first. */
export interface HeldPage {
  /** At most `limit`. */
  readonly entries: readonly HeldEntry[]
  /** Where the next page begins; absent when nothing is left. */
  readonly next?: string
}

/** Who releases or deletes a message, and why. */
export interface HeldAction {
  /** The message. */
  readonly id: string
  /** For whom. */
  readonly recipient: string
  /** Who asks, for the record. */
  readonly by: string
  /** What they may do. */
  readonly role: Role
  /** Why, in their words, at most 500 characters. */
  readonly why?: string
  /** What has to follow: it is noted with the decision, so that no crash loses it. @default none */
  readonly steps?: readonly HeldStep[]
}

/** What came of a release, a deletion, or taking one back. */
export type HeldActionResult =
  | { readonly kind: 'done' }
  /** It was released or deleted before: nothing was done. */
  | { readonly kind: 'done-before'; readonly state: 'released' | 'deleted' }
  /** There is no such message for this recipient. */
  | { readonly kind: 'unknown' }
  /** The role may not release this kind. */
  | { readonly kind: 'forbidden'; readonly reason: string }
  /** The next hop did not take it: the message is still held. */
  | { readonly kind: 'failed'; readonly reason: string }

/** Delivers a released message to one recipient, without judging it again. */
export type Redeliver = (release: {
  /** What is delivered, and for whom. */
  readonly entry: HeldEntry
  /** The same for each try: a delivery under this name that was done already is not done again. */
  readonly name: string
  /** The message, with a field `X-Postern-Released` on top. */
  readonly open: () => Readable
  /** Bytes of it. */
  readonly size: number
}) => Promise<void>

/** How much is held. */
export interface HeldUsage {
  /** Messages. */
  readonly messages: number
  /** Bytes of all messages. */
  readonly bytes: number
}

/** Holds messages, shows them, releases and deletes them. */
export interface Quarantine {
  /** Holds a message. When this settles with `held`, it survives a loss of power. Rejects when it cannot be written. */
  hold(message: NewHeldMessage): Promise<HoldResult>
  /** Lists what is held, the newest first. */
  list(query?: HeldQuery): Promise<HeldPage>
  /** Returns one message; undefined where there is none. */
  get(id: string): Promise<HeldMessage | undefined>
  /** Opens the message itself. Rejects where there is none, or where it was changed. */
  open(id: string): Promise<Readable>
  /** Delivers the message to one recipient, once, however often it is asked for. */
  release(action: HeldAction): Promise<HeldActionResult>
  /** Deletes the message for one recipient. The bytes go with the last one; what was done is known until it expires. */
  delete(action: HeldAction): Promise<HeldActionResult>
  /**
   * Holds it again after a deletion, while the message is kept. `done-before`: it was released and is with its
   * recipient. `failed`: its bytes are gone.
   */
  restore(action: HeldAction): Promise<HeldActionResult>
  /** Notes what has followed a decision. @returns whether there is such a recipient */
  note(id: string, recipient: string, note: HeldNote): Promise<boolean>
  /** Goes on with releases that a crash has interrupted, and deletes what has expired. */
  tidy(): Promise<void>
  /** How much is held. */
  usage(): Promise<HeldUsage>
  /** What is held, released, deleted, expired and not held for want of room. */
  metrics(): readonly Metric[]
  /** Releases the files. */
  close(): Promise<void>
}
