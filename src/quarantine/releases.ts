/** Releases and deletes what is held: once for each recipient, whatever crashes. Every quarantine shares it. */
import { Readable } from 'node:stream'
import { errorText } from '../model/errors.ts'
import { printable } from '../model/printable.ts'
import type { Clock } from '../model/services.ts'
import { addressKey, mailboxOf } from '../net/path.ts'
import type { HeldCounts } from './counts.ts'
import { mayRelease } from './roles.ts'
import type {
  HeldAction,
  HeldActionResult,
  HeldEntry,
  HeldMessage,
  HeldPage,
  HeldRecipient,
  Redeliver,
} from './types.ts'

type State = HeldRecipient['state']

/** A change of state, which happens only from one of the states `from`. */
export interface Change {
  /** In milliseconds since 1970. */
  readonly at: number
  /** `steps` are noted with the change; without them those noted before stay. */
  readonly action: HeldAction
  readonly from: readonly State[]
  readonly to: State
  /** Only where the last change was before this moment. @default any */
  readonly unchangedSince?: number
  /** Only while the bytes of the message are kept. @default also afterwards */
  readonly isKept?: boolean
}

/** What came of a change. */
export interface Changed {
  readonly before: State
  readonly isChanged: boolean
}

/** What releases need of a quarantine. */
export interface ReleaseParts {
  readonly get: (id: string) => Promise<HeldMessage | undefined>
  readonly list: (query: { readonly state: State; readonly limit: number }) => Promise<HeldPage>
  /** The bytes of a message; the stream fails where one was changed. */
  readonly open: (id: string) => Readable
  /** One atomic change; undefined where there is no such recipient. */
  readonly change: (change: Change) => Promise<Changed | undefined>
  /** The name of a delivery to a recipient: the same for each try. */
  readonly nameOf: (id: string, recipient: string) => string
  readonly deliver: Redeliver
  readonly clock: Clock
  readonly counts: HeldCounts
  /** Reports what went wrong. */
  readonly failed: (what: string, error: unknown) => void
}

/** A release that began so long ago was interrupted: no delivery takes that long. */
const RELEASE_TIMEOUT_MS = 900_000

export class Releases {
  readonly #parts: ReleaseParts

  constructor(parts: ReleaseParts) {
    this.#parts = parts
  }

  async release(action: HeldAction): Promise<HeldActionResult> {
    const message = await this.#parts.get(action.id)
    if (message === undefined) return { kind: 'unknown' }
    if (!mayRelease(action.role, message.kind))
      return { kind: 'forbidden', reason: `${message.kind} cannot be released by a ${action.role}` }
    const begun = await this.#change({ ...action, steps: action.steps ?? [] }, ['held'], 'releasing')
    return refusal(begun) ?? (await this.#deliver(message, action))
  }

  async delete(action: HeldAction): Promise<HeldActionResult> {
    const refused = refusal(await this.#change({ ...action, steps: action.steps ?? [] }, ['held'], 'deleted'))
    if (refused !== undefined) return refused
    this.#parts.counts.add('deleted')
    return { kind: 'done' }
  }

  async restore(action: HeldAction): Promise<HeldActionResult> {
    const at = this.#parts.clock.now()
    const change = { at, action: { ...action, steps: [] }, from: ['deleted'], to: 'held', isKept: true } as const
    const changed = await this.#parts.change(change)
    if (changed === undefined) return { kind: 'unknown' }
    if (changed.isChanged) return { kind: 'done' }
    if (changed.before === 'deleted') return { kind: 'failed', reason: 'the message itself is no longer kept' }
    return changed.before === 'released'
      ? { kind: 'done-before', state: 'released' }
      : { kind: 'failed', reason: 'it was not deleted' }
  }

  /** Goes on with releases that began long ago: their process has ended. */
  async resume(): Promise<void> {
    const { list, change, get, clock } = this.#parts
    const { entries } = await list({ state: 'releasing', limit: 500 })
    const unchangedSince = clock.now() - RELEASE_TIMEOUT_MS
    for (const { id, recipient, by = 'postern', role = 'admin', why, at = 0 } of entries) {
      if (at >= unchangedSince) continue
      const action = { id, recipient, by, role, ...(why !== undefined && { why }) }
      // Of several processes one goes on: the others find that it was changed just now.
      const again = { at: clock.now(), action, from: ['releasing'], to: 'releasing', unchangedSince } as const
      const changed = await change(again)
      const message = await get(id)
      if (changed?.isChanged && message !== undefined) await this.#deliver(message, action)
    }
  }

  /** The delivery has a name that stays the same, so that its repetition is recognised. */
  async #deliver(message: HeldMessage, action: HeldAction): Promise<HeldActionResult> {
    const { deliver, nameOf, open, failed, counts } = this.#parts
    const { steps: _steps, ...decided } = action
    const { id, recipients, ...rest } = message
    const key = addressKey(mailboxOf(action.recipient))
    const found = recipients.find(other => addressKey(mailboxOf(other.recipient)) === key)
    if (found === undefined) return { kind: 'unknown' }
    const entry: HeldEntry = { id, ...rest, ...found, state: 'releasing' }
    const top = `X-Postern-Released: ${id}; by=${printable(action.by, 100)}\r\n`
    const size = Buffer.byteLength(top) + message.size
    try {
      await deliver({ entry, name: nameOf(id, action.recipient), size, open: () => under(top, open(id)) })
    } catch (error) {
      await this.#change({ ...decided, steps: [] }, ['releasing'], 'held')
      failed(`message ${id} was not released`, error)
      return { kind: 'failed', reason: errorText(error) }
    }
    await this.#change(decided, ['releasing'], 'released')
    counts.add('released', message.kind)
    return { kind: 'done' }
  }

  #change(action: HeldAction, from: readonly State[], to: State): Promise<Changed | undefined> {
    return this.#parts.change({ at: this.#parts.clock.now(), action, from, to })
  }
}

/** Why an action on a held message cannot be done; undefined when it was begun. */
function refusal(changed: Changed | undefined): HeldActionResult | undefined {
  if (changed === undefined) return { kind: 'unknown' }
  if (changed.isChanged) return undefined
  const { before } = changed
  return before === 'released' || before === 'deleted'
    ? { kind: 'done-before', state: before }
    : { kind: 'failed', reason: 'it is being released' }
}

function under(top: string, content: Readable): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from(top)
      yield* content
    })(),
    { objectMode: false },
  )
}
