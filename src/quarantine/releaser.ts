/**
 * Acts for people: releases and deletes, trains the filters, allows the sender, and takes all that back. Commands,
 * links in digests and the console act through it, so that each does the same and leaves the same record.
 */

import type { Action, RecordAction } from '../model/action-event.ts'
import { errorText } from '../model/errors.ts'
import type { Feedback, Label } from '../model/feedback.ts'
import { type Clock, emitWarning, type Notify, systemClock } from '../model/services.ts'
import { addressKey, mailboxOf } from '../net/path.ts'
import type { AllowLists } from './allow-sender.ts'
import { mayRelease } from './roles.ts'
import { Steps } from './steps.ts'
import type {
  AllowedSender,
  HeldAction,
  HeldActionResult,
  HeldEntry,
  HeldMessage,
  HeldStep,
  Quarantine,
} from './types.ts'

/** What `newReleaser` works with. */
export interface ReleaserOptions {
  /** Where the messages are held. */
  readonly quarantine: Quarantine
  /** Trains the filters: `gateway.feedback`. @default nothing is learned, and the answer says so */
  readonly feedback?: (feedback: Feedback) => Promise<void>
  /** The allow lists: `senderLists`. @default no sender is allowed, and the answer says so */
  readonly lists?: AllowLists
  /** Writes the record of who did what. @default no record */
  readonly record?: RecordAction
  /** Called when a step could not be done for a day. @default warnings of the process */
  readonly notify?: Notify
  /** @default the system's clock */
  readonly clock?: Clock
}

/** What a person asks for. */
export interface ReleaserAction extends Omit<HeldAction, 'steps'> {
  /**
   * A release trains the filters: they learn that the message was wanted, a deletion that it was spam. @default false
   */
  readonly train?: boolean
  /** A release allows the proven sender for this recipient. @default false */
  readonly allow?: boolean
}

/** What has come of it. */
export type ReleaserResult =
  | Exclude<HeldActionResult, { readonly kind: 'done' }>
  | {
      readonly kind: 'done'
      /** What the filters have learned. */
      readonly trained?: Label
      /** The entry that allows the sender. */
      readonly allowed?: AllowedSender
      /** Sentences: what was asked for and was not done, or follows later. */
      readonly remarks: readonly string[]
    }

/** How often it goes on with what was interrupted. */
const RESUME_EVERY_MS = 60_000
/** A decision so young is being carried out by the process that made it. */
const IN_PROGRESS_MS = 60_000

/** Acts for people: releases and deletes held messages, with what follows, and takes that back. See `newReleaser`. */
export class Releaser {
  readonly #options: ReleaserOptions
  readonly #quarantine: Quarantine
  readonly #clock: Clock
  readonly #steps: Steps
  #cancel: (() => void) | undefined
  #resuming: Promise<void> = Promise.resolve()
  #isClosed = false

  /** @internal */
  constructor(options: ReleaserOptions) {
    this.#options = options
    this.#quarantine = options.quarantine
    this.#clock = options.clock ?? systemClock
    this.#steps = new Steps({
      ...options,
      clock: this.#clock,
      decided: (entry, remarks) => {
        const { by = 'postern', role = 'admin', why } = entry
        const action = entry.state === 'deleted' ? 'delete' : 'release'
        this.#report(action, { by, role, ...(why !== undefined && { why }) }, entry, { kind: 'done', remarks })
      },
      failed: reason => this.#warn(reason),
    })
  }

  /** Delivers the message to one recipient, once; trains and allows as asked. */
  release(action: ReleaserAction): Promise<ReleaserResult> {
    return this.#decide('release', action)
  }

  /** Deletes the message for one recipient; trains as asked. */
  delete(action: ReleaserAction): Promise<ReleaserResult> {
    return this.#decide('delete', action)
  }

  /**
   * Takes a decision back: what was learned, the entry that was added, and a deletion as long as the message is kept. A
   * message that was delivered stays with its recipient.
   */
  async undo(action: Omit<HeldAction, 'steps'>): Promise<ReleaserResult> {
    const entry = await this.#find(action)
    if (entry === undefined) return { kind: 'unknown' }
    const result = await this.#undo(action, entry)
    this.#report('undo', action, entry, result)
    return result
  }

  /** Goes on with steps that a crash has interrupted, from now on every minute. */
  start(): void {
    this.#cancel?.()
    if (this.#isClosed) return
    this.#resuming = this.resume().catch(error => this.#warn(`steps cannot be looked for: ${errorText(error)}`))
    this.#cancel = this.#clock.after(RESUME_EVERY_MS, () => void this.#resuming.then(() => this.start()))
  }

  /** Goes on once with what was interrupted. */
  async resume(): Promise<void> {
    const { entries } = await this.#quarantine.list({ pending: true, limit: 500 })
    for (const entry of entries) {
      if (this.#isClosed) return
      if (!this.#isInProgress(entry)) await this.#steps.follow(entry)
    }
  }

  /** Its steps may be done at this moment, by this process or by another. */
  #isInProgress({ at = 0 }: HeldEntry): boolean {
    return at > this.#clock.now() - IN_PROGRESS_MS
  }

  /** Waits for what is being done. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel?.()
    await this.#resuming
  }

  async #decide(what: 'release' | 'delete', action: ReleaserAction): Promise<ReleaserResult> {
    const { train = false, allow = false, ...rest } = action
    const follows: readonly HeldStep[] = [
      ...(train ? (['train'] as const) : []),
      ...(allow && what === 'release' ? (['allow'] as const) : []),
    ]
    const before = await this.#find(action)
    if (before === undefined) return { kind: 'unknown' }
    const result = await this.#quarantine[what]({ ...rest, steps: [...follows, 'record'] })
    if (result.kind === 'done') return await this.#followed(action)
    if (result.kind === 'done-before' && result.state === STATE_AFTER[what])
      return await this.#more(what, action, before, follows, result)
    this.#report(what, action, before, result)
    return result
  }

  /** It was released or deleted before: what is asked for beyond that is done now. */
  async #more(
    what: 'release' | 'delete',
    action: ReleaserAction,
    before: HeldEntry,
    follows: readonly HeldStep[],
    otherwise: ReleaserResult,
  ): Promise<ReleaserResult> {
    if (!mayRelease(action.role, before.kind) && what === 'release') return otherwise
    const now = (await this.#find(action)) ?? before
    const missing = follows.filter(step => (step === 'train' ? !now.trained : !now.allowed))
    const added = missing.filter(step => !now.pending?.includes(step))
    if (added.length === 0) return otherwise
    await this.#quarantine.note(action.id, action.recipient, { pending: [...added, ...(now.pending ?? []), 'record'] })
    return await this.#followed(action)
  }

  async #followed(action: ReleaserAction): Promise<ReleaserResult> {
    const entry = await this.#find(action)
    if (entry === undefined) return { kind: 'unknown' }
    const remarks = await this.#steps.follow(entry)
    const { trained, allowed } = (await this.#find(action)) ?? entry
    return { kind: 'done', ...(trained && { trained }), ...(allowed && { allowed }), remarks }
  }

  async #undo(action: Omit<HeldAction, 'steps'>, entry: HeldEntry): Promise<ReleaserResult> {
    const { id, recipient } = action
    const { state, kind, trained, allowed, pending } = entry
    if (state === 'held' || state === 'releasing')
      return { kind: 'failed', reason: state === 'held' ? 'there is no decision to take back' : 'it is being released' }
    if (state === 'released' && !mayRelease(action.role, kind))
      return { kind: 'forbidden', reason: `a release of ${kind} cannot be taken back by a ${action.role}` }
    if (pending !== undefined && this.#isInProgress(entry))
      return { kind: 'failed', reason: 'the decision is still being carried out: try again in a minute' }
    const remarks: string[] = []
    if (pending !== undefined) await this.#quarantine.note(id, recipient, { pending: [] })
    if (trained !== undefined) remarks.push(...(await this.#steps.untrain(entry, trained)))
    if (allowed !== undefined) {
      await this.#options.lists?.remove(allowed.id, allowed.scope)
      await this.#quarantine.note(id, recipient, { allowed: null })
    }
    if (state === 'released') return { kind: 'done', remarks: [...remarks, 'the message stays with its recipient'] }
    const restored = await this.#quarantine.restore(action)
    return restored.kind === 'done' ? { kind: 'done', remarks } : restored
  }

  async #find({ id, recipient }: Pick<HeldAction, 'id' | 'recipient'>): Promise<HeldEntry | undefined> {
    const message = await this.#quarantine.get(id)
    return message && entryFor(message, recipient)
  }

  #report(
    action: 'release' | 'delete' | 'undo',
    { by, role, why }: Pick<HeldAction, 'by' | 'role' | 'why'>,
    entry: HeldEntry,
    result: ReleaserResult,
  ): void {
    const reason = reasonOf(result)
    this.#record({
      ...{ ...about(entry), action, by, role, target: entry.id, result: OUTCOMES[result.kind] },
      ...(why !== undefined && { why }),
      ...(reason !== '' && { reason }),
    })
  }

  #record(action: Action): void {
    this.#options.record?.(action)
  }

  #warn(reason: string): void {
    ;(this.#options.notify ?? emitWarning)({ code: 'quarantine/steps', reason, level: 'warning' })
  }
}

/**
 * Releases and deletes for people, with all that follows: each step is done once, and goes on after a crash.
 *
 * @example
 * const releaser = newReleaser({ quarantine, feedback: said => gateway.feedback(said), lists: senderLists({ store }) })
 * await releaser.release({ id, recipient, by: 'bob@example.org', role: 'user', train: true, allow: true })
 */
export const newReleaser = (options: ReleaserOptions): Releaser => new Releaser(options)

const STATE_AFTER = { release: 'released', delete: 'deleted' } as const

const OUTCOMES = {
  done: 'done',
  'done-before': 'failed',
  unknown: 'failed',
  forbidden: 'refused',
  failed: 'failed',
} as const

function reasonOf(result: ReleaserResult): string {
  if (result.kind === 'done') return result.remarks.join('; ')
  if (result.kind === 'done-before') return `it was ${result.state} before`
  return result.kind === 'unknown' ? 'there is no such message' : result.reason
}

const about = ({ ref, recipient }: HeldEntry) => ({ ref, recipient })

/** A message for one of its recipients. */
export function entryFor({ recipients, ...message }: HeldMessage, recipient: string): HeldEntry | undefined {
  const key = addressKey(mailboxOf(recipient))
  const found = recipients.find(other => addressKey(mailboxOf(other.recipient)) === key)
  return found && { ...message, ...found }
}
