/** A quarantine of an index and of the bytes of messages: what all stores have in common. */
import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { errorText } from '../model/errors.ts'
import type { Metric } from '../model/metric.ts'
import { type Clock, emitWarning, type Notify, systemClock } from '../model/services.ts'
import { Budgets } from './budgets.ts'
import { HeldCounts } from './counts.ts'
import type { HeldIndex } from './held-index.ts'
import type { Room } from './index-tasks.ts'
import { Releases } from './releases.ts'
import { RoomReports } from './room-reports.ts'
import type {
  HeldAction,
  HeldActionResult,
  HeldBudgets,
  HeldMessage,
  HeldNote,
  HeldPage,
  HeldQuery,
  HeldRecipient,
  HeldUsage,
  HoldResult,
  NewHeldMessage,
  Quarantine,
  Redeliver,
} from './types.ts'

/** The bytes of messages, wherever they are kept. */
export interface Contents {
  /** Writes a message. It is safe when this settles; what could not be written whole is removed. */
  write(id: string, content: AsyncIterable<Uint8Array>): Promise<void>
  /** The message. The stream fails where a byte was changed. */
  read(id: string): Readable
  remove(id: string): Promise<void>
  /** What no index names and what is old: a crash came between the two. */
  orphans(isKnown: (id: string) => Promise<boolean>): Promise<readonly string[]>
}

/** What every quarantine takes. */
export interface HeldQuarantineOptions extends HeldBudgets {
  /** Delivers a released message. The relay and embedded hosts give theirs. */
  readonly deliver: Redeliver
  /** 32 bytes in base64 or hex: messages, subjects and addresses are encrypted with it. @default not encrypted */
  readonly key?: string
  /** What was interrupted or has expired is left to other processes, until `tidy` is called. @default false */
  readonly isReader?: boolean
  /** Called when there is no room, or a release fails. @default warnings of the process */
  readonly notify?: Notify
  /** @default the system's clock */
  readonly clock?: Clock
}

/** How often expired messages are looked for. */
const TIDY_EVERY_MS = 600_000
const MAX_RECIPIENTS = 1_000
/** Messages that are removed in one turn. */
const AT_ONCE = 200

export class HeldQuarantine implements Quarantine {
  readonly #budgets: Budgets
  readonly #files: Contents
  readonly #index: HeldIndex
  readonly #releases: Releases
  readonly #clock: Clock
  readonly #notify: Notify
  readonly #counts = new HeldCounts()
  readonly #room: RoomReports
  #isFailing = false
  #isClosed = false
  /** What `begin` or `tidy` is doing. */
  #tidying: Promise<void> = Promise.resolve()
  #cancel: () => void = () => undefined

  constructor(options: HeldQuarantineOptions, index: HeldIndex, files: Contents) {
    this.#files = files
    this.#index = index
    this.#clock = options.clock ?? systemClock
    this.#notify = options.notify ?? emitWarning
    this.#budgets = new Budgets(options)
    this.#room = new RoomReports(this.#clock, this.#notify, this.#counts)
    this.#releases = new Releases({
      get: id => this.get(id),
      list: query => this.list(query),
      open: id => this.#files.read(id),
      change: change => this.#index.change(change),
      nameOf: (id, recipient) => `${id}-${this.#index.nameOf(recipient)}`,
      deliver: options.deliver,
      clock: this.#clock,
      counts: this.#counts,
      failed: (what, error) => this.#failed(what, error),
    })
  }

  async hold(held: NewHeldMessage): Promise<HoldResult> {
    const { content, recipients, kind, size: bytes, ...details } = held
    if (recipients.length === 0 || recipients.length > MAX_RECIPIENTS)
      throw new Error(`a message is held for 1 to ${MAX_RECIPIENTS} recipients, not for ${recipients.length}`)
    const time = this.#clock.now()
    const end = (recipient: string): number => time + this.#budgets.of(recipient).keep
    const head = { ...details, id: newId(), time, expires: time, size: bytes, kind }
    try {
      const { free, full: fullOnes } = await this.#write(head, recipients, content)
      this.#isFailing = false
      for (const { position, reason } of fullOnes)
        this.#room.full(position === undefined ? undefined : recipients[position], reason)
      if (free.length === 0) return { kind: 'full', reason: fullOnes[0]?.reason ?? 'there is no room' }
      this.#counts.add('held', kind)
      const states = free.map((position): HeldRecipient => {
        const recipient = recipients[position] ?? ''
        return { recipient, state: 'held', expires: end(recipient) }
      })
      const expires = Math.max(...states.map(one => one.expires))
      const full = recipients.filter((_, position) => !free.includes(position))
      return { kind: 'held', message: { ...head, expires, recipients: states }, full }
    } catch (error) {
      if (!this.#isFailing) this.#failed('a message cannot be held', error)
      this.#isFailing = true
      throw error
    }
  }

  /** @returns who had room; where it was none of them, nothing is left on the disk */
  async #write(
    head: Omit<HeldMessage, 'recipients'>,
    recipients: readonly string[],
    content: AsyncIterable<Uint8Array>,
  ): Promise<Room> {
    // A flood that finds the quarantine full costs no disk.
    let room = await this.#index.room(head.size, recipients, this.#budgets)
    if (room.free.length === 0 && (await this.#makeRoom()))
      room = await this.#index.room(head.size, recipients, this.#budgets)
    if (room.free.length === 0) return room
    await this.#files.write(head.id, content)
    try {
      const added = await this.#index.add(head, recipients, this.#budgets)
      if (added.free.length === 0) await this.#files.remove(head.id)
      return added
    } catch (error) {
      await this.#files.remove(head.id)
      throw error
    }
  }

  list(query: HeldQuery = {}): Promise<HeldPage> {
    return this.#index.list(query)
  }

  async get(id: string): Promise<HeldMessage | undefined> {
    return (await this.#index.get(id))?.message
  }

  async open(id: string): Promise<Readable> {
    const found = await this.#index.get(id)
    if (found === undefined || !found.isKept) throw new Error('there is no such message')
    return this.#files.read(id)
  }

  release(action: HeldAction): Promise<HeldActionResult> {
    return this.#releases.release(action)
  }

  delete(action: HeldAction): Promise<HeldActionResult> {
    return this.#releases.delete(action)
  }

  restore(action: HeldAction): Promise<HeldActionResult> {
    return this.#releases.restore(action)
  }

  note(id: string, recipient: string, note: HeldNote): Promise<boolean> {
    return this.#index.note(id, recipient, note)
  }

  tidy(): Promise<void> {
    // One after the other: what has changed since the last one began is not missed.
    const tidied = this.#tidying.then(() => this.#tidy())
    this.#tidying = tidied.catch(() => undefined)
    return tidied
  }

  async #tidy(): Promise<void> {
    if (this.#isClosed) return
    this.#cancel()
    try {
      await this.#releases.resume()
      await this.#removeSpent()
      const isKnown = async (id: string) => (await this.#index.get(id)) !== undefined
      for (const id of await this.#files.orphans(isKnown)) await this.#files.remove(id)
      this.#room.used(await this.usage(), this.#budgets.size)
    } finally {
      if (!this.#isClosed) this.#cancel = this.#clock.after(TIDY_EVERY_MS, () => this.begin())
    }
  }

  /** Goes on with what was interrupted, and looks for what has expired, from now on. */
  begin(): void {
    this.tidy().catch(error => this.#failed('the quarantine could not be tidied', error))
  }

  async usage(): Promise<HeldUsage> {
    return await this.#index.usage()
  }

  metrics(): readonly Metric[] {
    return this.#counts.metrics()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    await this.#tidying
    await this.#index.close()
  }

  async #removeSpent(): Promise<void> {
    const now = this.#clock.now()
    while ((await this.#index.expireRecipients(now, AT_ONCE)) === AT_ONCE);
    // The index first: a file without an entry is found later, an entry without its file would be an error.
    await this.#removeAll(
      () => this.#index.spent(now - this.#budgets.undo, AT_ONCE),
      id => this.#index.dropFile(id),
    )
    await this.#removeAll(
      () => this.#index.expired(now, AT_ONCE),
      id => this.#index.remove(id),
    )
  }

  /** Drops files of messages that are decided on, which could still be taken back. @returns whether there were any */
  async #makeRoom(): Promise<boolean> {
    const ids = await this.#index.spent(this.#clock.now(), AT_ONCE)
    await this.#removeFiles(ids, id => this.#index.dropFile(id))
    return ids.length > 0
  }

  async #removeAll(find: () => Promise<readonly string[]>, note: (id: string) => Promise<boolean>): Promise<void> {
    for (;;) {
      const ids = await find()
      await this.#removeFiles(ids, note)
      if (ids.length < AT_ONCE) return
    }
  }

  /** @param note changes the index; false where a person has decided otherwise meanwhile: then the file stays */
  async #removeFiles(ids: readonly string[], note: (id: string) => Promise<boolean>): Promise<void> {
    for (const id of ids) {
      if (!(await note(id))) continue
      await this.#files.remove(id)
      this.#counts.add('removed')
    }
  }

  #failed(what: string, error: unknown): void {
    this.#notify({ code: 'quarantine/failed', reason: `${what}: ${errorText(error)}`, level: 'warning' })
  }
}

/** Begins to tidy, but for a reader. What was interrupted may need parts of the host that are not there yet. */
export function begun(quarantine: HeldQuarantine, { isReader = false }: HeldQuarantineOptions): Quarantine {
  if (!isReader) quarantine.begin()
  return quarantine
}

/** Twelve random bytes: no id leads to another. A command line would take a `-` in front for an option. */
const newId = (): string => randomBytes(12).toString('base64url').replace(/^-/, '0')
