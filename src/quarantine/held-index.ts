/** The index of a quarantine as the process sees it: asked in a thread, its names hashed and its details sealed. */

import { addressKey, mailboxOf } from '../net/path.ts'
import type { WorkerClient } from '../threads/worker-client.ts'
import type { Budgets } from './budgets.ts'
import type { Keys } from './cipher.ts'
import type { FoundRecipient, IndexedMessage, IndexTask, Room, Transition } from './index-tasks.ts'
import type { Change, Changed } from './releases.ts'
import type {
  AllowedSender,
  HeldEntry,
  HeldMessage,
  HeldNote,
  HeldPage,
  HeldQuery,
  HeldRecipient,
  HeldStep,
  HeldUsage,
} from './types.ts'

type Head = Omit<HeldMessage, 'recipients'>
/** What the index need not know: it may be encrypted. */
type Details = Omit<Head, 'id' | 'time' | 'expires' | 'size' | 'kind'>

const MAX_LIMIT = 500
const MAX_WHY_LENGTH = 500

export class HeldIndex {
  readonly #thread: WorkerClient<IndexTask>
  readonly #keys: Keys

  /** @param thread performs the tasks; it is closed with this */
  constructor(thread: WorkerClient<IndexTask>, keys: Keys) {
    this.#thread = thread
    this.#keys = keys
  }

  /** Which recipients have room for a message, by their position. */
  async room(size: number, recipients: readonly string[], budgets: Budgets): Promise<Room> {
    const named = recipients.map(recipient => ({ name: this.nameOf(recipient), budget: budgets.of(recipient) }))
    return (await this.#thread.ask({ kind: 'room', size, recipients: named, all: budgets.size })) as Room
  }

  /** Adds a message for the recipients that have room, by their position. */
  async add(head: Head, recipients: readonly string[], budgets: Budgets): Promise<Room> {
    const { id, time, expires, size, kind, ...details } = head
    return (await this.#thread.ask({
      kind: 'add',
      message: { id, time, expires, size, kind, details: this.#keys.sealText(JSON.stringify(details)) },
      recipients: recipients.map(recipient => ({
        name: this.nameOf(recipient),
        domain: this.#domainOf(mailboxOf(recipient).domain),
        address: this.#keys.sealText(recipient),
        budget: budgets.of(recipient),
      })),
      all: budgets.size,
    })) as Room
  }

  async list({
    recipient,
    domains,
    kind,
    state = 'held',
    pending,
    since = 0,
    cursor,
    limit = 50,
  }: HeldQuery): Promise<HeldPage> {
    const isPending = pending === true
    const most = Math.min(Math.max(limit, 1), MAX_LIMIT)
    const found = (await this.#thread.ask({
      kind: 'list',
      query: {
        isPending,
        state,
        since,
        before: cursor === undefined ? Number.MAX_SAFE_INTEGER : numberIn(cursor),
        limit: most + 1,
        ...(recipient !== undefined && { name: this.nameOf(recipient) }),
        ...(domains !== undefined && { domains: domains.map(domain => this.#domainOf(domain)) }),
        ...(kind !== undefined && { kind }),
      },
    })) as readonly { readonly recipient: FoundRecipient; readonly message: IndexedMessage | undefined }[]
    const page = found.slice(0, most)
    const entries = page.flatMap(({ recipient: one, message }): HeldEntry[] =>
      message === undefined ? [] : [{ ...this.#read(message), ...this.#readRecipient(one) }],
    )
    const last = found.length > most && !isPending ? page.at(-1)?.recipient.number : undefined
    return { entries, ...(last !== undefined && { next: String(last) }) }
  }

  async get(id: string): Promise<{ readonly message: HeldMessage; readonly isKept: boolean } | undefined> {
    if (!ID.test(id)) return undefined
    const found = (await this.#thread.ask({ kind: 'get', id })) as
      | { readonly message: IndexedMessage; readonly recipients: readonly FoundRecipient[] }
      | undefined
    if (found === undefined) return undefined
    const message = { ...this.#read(found.message), recipients: found.recipients.map(one => this.#readRecipient(one)) }
    return { message, isKept: found.message.kept !== 0 }
  }

  /** Changes the state of one recipient, if it is one of `from` and has not changed since. */
  async change({ at, action, from, to, ...conditions }: Change): Promise<Changed | undefined> {
    const { id, recipient, by, role, why, steps } = action
    const transition: Transition = {
      ...{ message: id, name: this.nameOf(recipient), from, to, by, role, at },
      why: why === undefined ? null : why.slice(0, MAX_WHY_LENGTH),
      ...(steps !== undefined && { pending: written(steps) }),
      ...conditions,
    }
    return (await this.#thread.ask({ kind: 'change', transition })) as Changed | undefined
  }

  async note(id: string, recipient: string, { pending, trained, allowed }: HeldNote): Promise<boolean> {
    const note = {
      ...(pending !== undefined && { pending: written(pending) }),
      ...(trained !== undefined && { trained }),
      ...(allowed !== undefined && {
        allowed: allowed === null ? null : this.#keys.sealText(JSON.stringify(allowed)),
      }),
    }
    return (await this.#thread.ask({ kind: 'note', message: id, name: this.nameOf(recipient), note })) as boolean
  }

  async expireRecipients(now: number, limit: number): Promise<number> {
    return (await this.#thread.ask({ kind: 'expireRecipients', now, limit })) as number
  }

  async expired(now: number, limit: number): Promise<readonly string[]> {
    return (await this.#thread.ask({ kind: 'expired', now, limit })) as readonly string[]
  }

  async spent(before: number, limit: number): Promise<readonly string[]> {
    return (await this.#thread.ask({ kind: 'spent', before, limit })) as readonly string[]
  }

  /** @returns false where it is held again */
  async dropFile(id: string): Promise<boolean> {
    return (await this.#thread.ask({ kind: 'dropFile', id })) as boolean
  }

  /** @returns false where it is being released */
  async remove(id: string): Promise<boolean> {
    return (await this.#thread.ask({ kind: 'remove', id })) as boolean
  }

  async usage(): Promise<HeldUsage> {
    return (await this.#thread.ask({ kind: 'usage' })) as HeldUsage
  }

  async close(): Promise<void> {
    await this.#thread.close({ kind: 'close' })
  }

  /** The name of an address in the index. */
  nameOf(recipient: string): string {
    return this.#keys.hash(addressKey(mailboxOf(recipient)))
  }

  #domainOf(domain: string): string {
    return this.#keys.hash(`@${mailboxOf(`x@${domain}`).domain}`)
  }

  #read({ id, time, expires, size, kind, details }: IndexedMessage): Head {
    return { ...(JSON.parse(this.#keys.openText(details)) as Details), id, time, expires, size, kind }
  }

  #readRecipient(found: FoundRecipient): HeldRecipient {
    const { address, state, expires, by, role, why, at, pending, trained, allowed } = found
    return {
      recipient: this.#keys.openText(address),
      state,
      expires,
      ...(by !== null && { by }),
      ...(role !== null && { role }),
      ...(why !== null && { why }),
      ...(at !== null && { at }),
      ...(pending !== null && { pending: pending.split(',') as HeldStep[] }),
      ...(trained !== null && { trained }),
      ...(allowed !== null && { allowed: JSON.parse(this.#keys.openText(allowed)) as AllowedSender }),
    }
  }
}

/** Steps as the index keeps them. */
const written = (steps: readonly HeldStep[]): string | null => (steps.length === 0 ? null : steps.join(','))

/** What a client gives as an id may hold what a database cannot. */
const ID = /^[\w-]{1,64}$/

/** Of what is no cursor of ours nothing is found. */
const numberIn = (cursor: string): number => (/^\d{1,15}$/.test(cursor) ? Number(cursor) : 0)
