/** Quarantine in a folder: each message in a file, and an index beside them. */
import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { errorText } from '../../model/errors.ts'
import type { Metric } from '../../model/metric.ts'
import { checked } from '../../model/options.ts'
import { printable } from '../../model/printable.ts'
import { type Clock, emitWarning, type Notify, systemClock } from '../../model/services.ts'
import { toBytes, toMilliseconds } from '../../model/units.ts'
import { Keys } from '../cipher.ts'
import { HeldCounts } from '../counts.ts'
import { mayRelease } from '../roles.ts'
import type {
  HeldAction,
  HeldActionResult,
  HeldEntry,
  HeldMessage,
  HeldPage,
  HeldQuery,
  HeldRecipient,
  HeldUsage,
  HoldResult,
  NewHeldMessage,
  Quarantine,
} from '../types.ts'
import { HeldIndex } from './held-index.ts'
import type { Changed } from './index-file.ts'
import { MessageFiles } from './message-files.ts'
import { type FolderQuarantineOptions, folderQuarantineSchema } from './options.ts'

/** How often expired messages are looked for. */
const TIDY_EVERY_MS = 600_000
const MAX_RECIPIENTS = 1_000
/** A release that began so long ago was interrupted: no delivery takes that long. */
const RELEASE_TIMEOUT_MS = 900_000
/** Messages that are removed in one turn. */
const AT_ONCE = 200

/**
 * Holds messages in a folder. A message is on the disk before `hold` settles, a release is done once whatever crashes,
 * and what is released is never judged again.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const quarantine = await folderQuarantine({ folder: '/var/lib/postern/held', deliver: redeliver })
 */
export async function folderQuarantine(options: FolderQuarantineOptions): Promise<Quarantine> {
  const given = checked(folderQuarantineSchema, options)
  const keys = new Keys(given.key)
  const quarantine = new FolderQuarantine(given, keys, await MessageFiles.open(resolve(given.folder), keys))
  // What was interrupted may need parts of the host that are not there yet: it does not delay the start.
  quarantine.begin()
  return quarantine
}

class FolderQuarantine implements Quarantine {
  readonly #options: FolderQuarantineOptions
  readonly #files: MessageFiles
  readonly #index: HeldIndex
  readonly #clock: Clock
  readonly #notify: Notify
  readonly #counts = new HeldCounts()
  #isFull = false
  #isFailing = false
  #isClosed = false
  /** What `begin` or `tidy` is doing. */
  #tidying: Promise<void> = Promise.resolve()
  #cancel: () => void = () => undefined

  constructor(options: FolderQuarantineOptions, keys: Keys, files: MessageFiles) {
    this.#options = options
    this.#files = files
    this.#clock = options.clock ?? systemClock
    this.#notify = options.notify ?? emitWarning
    this.#index = new HeldIndex(join(resolve(options.folder), 'index.db'), keys)
  }

  async hold(held: NewHeldMessage): Promise<HoldResult> {
    const { content, recipients, kind, size: bytes, ...details } = held
    if (recipients.length === 0 || recipients.length > MAX_RECIPIENTS)
      throw new Error(`a message is held for 1 to ${MAX_RECIPIENTS} recipients, not for ${recipients.length}`)
    const { keep = '30d' } = this.#options
    const time = this.#clock.now()
    const head = { ...details, id: newId(), time, expires: time + toMilliseconds(keep), size: bytes, kind }
    try {
      const full = await this.#write(head, recipients, content)
      this.#isFailing = false
      if (full !== undefined) return this.#full(full)
    } catch (error) {
      if (!this.#isFailing) this.#failed('a message cannot be held', error)
      this.#isFailing = true
      throw error
    }
    this.#isFull = false
    this.#counts.add('held', kind)
    const states = recipients.map((recipient): HeldRecipient => ({ recipient, state: 'held' }))
    return { kind: 'held', message: { ...head, recipients: states } }
  }

  /** @returns why there is no room; then nothing is left on the disk */
  async #write(
    head: Omit<HeldMessage, 'recipients'>,
    recipients: readonly string[],
    content: AsyncIterable<Uint8Array>,
  ): Promise<string | undefined> {
    const { size: all = '10gb', each = 5_000 } = this.#options
    const budget = { size: toBytes(all), each }
    // A flood that finds the quarantine full costs no disk.
    const full = await this.#index.whyFull(head.size, recipients, budget)
    if (full !== undefined) return full
    await this.#files.write(head.id, content)
    try {
      const fullNow = await this.#index.add(head, recipients, budget)
      if (fullNow !== undefined) await this.#files.remove(head.id)
      return fullNow
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

  async release(action: HeldAction): Promise<HeldActionResult> {
    const message = await this.get(action.id)
    if (message === undefined) return { kind: 'unknown' }
    if (!mayRelease(action.role, message.kind))
      return { kind: 'forbidden', reason: `${message.kind} cannot be released by a ${action.role}` }
    return (
      refusal(await this.#index.change(this.#clock.now(), action, ['held'], 'releasing')) ??
      (await this.#deliver(message, action))
    )
  }

  async delete(action: HeldAction): Promise<HeldActionResult> {
    const refused = refusal(await this.#index.change(this.#clock.now(), action, ['held'], 'deleted'))
    if (refused !== undefined) return refused
    this.#counts.add('deleted')
    return { kind: 'done' }
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
      await this.#resume()
      await this.#removeSpent()
      const isKnown = async (id: string) => (await this.#index.get(id)) !== undefined
      for (const id of await this.#files.orphans(isKnown)) await this.#files.remove(id)
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

  /** The delivery has a name that stays the same, so that its repetition is recognised. */
  async #deliver(message: HeldMessage, action: HeldAction): Promise<HeldActionResult> {
    const { recipients: _recipients, ...rest } = message
    const recipient = message.recipients.find(
      one => this.#index.nameOf(one.recipient) === this.#index.nameOf(action.recipient),
    )
    const entry: HeldEntry = { ...rest, recipient: recipient?.recipient ?? action.recipient, state: 'releasing' }
    const top = `X-Postern-Released: ${message.id}; by=${printable(action.by, 100)}\r\n`
    const name = `${message.id}-${this.#index.nameOf(action.recipient)}`
    try {
      await this.#options.deliver({
        entry,
        name,
        size: Buffer.byteLength(top) + message.size,
        open: () => under(top, this.#files.read(message.id)),
      })
    } catch (error) {
      await this.#index.change(this.#clock.now(), action, ['releasing'], 'held')
      this.#failed(`message ${message.id} was not released`, error)
      return { kind: 'failed', reason: errorText(error) }
    }
    await this.#index.change(this.#clock.now(), action, ['releasing'], 'released')
    this.#counts.add('released', message.kind)
    return { kind: 'done' }
  }

  /** Goes on with releases that began long ago: their process has ended. */
  async #resume(): Promise<void> {
    const { entries } = await this.list({ state: 'releasing', limit: 500 })
    const unchangedSince = this.#clock.now() - RELEASE_TIMEOUT_MS
    for (const { id, recipient, by = 'postern', why, at = 0 } of entries) {
      if (at >= unchangedSince) continue
      const action = { id, recipient, by, role: 'admin', ...(why !== undefined && { why }) } as const
      // Of several processes one goes on: the others find that it was changed just now.
      const changed = await this.#index.change(this.#clock.now(), action, ['releasing'], 'releasing', unchangedSince)
      const message = await this.get(id)
      if (changed?.isChanged && message !== undefined) await this.#deliver(message, action)
    }
  }

  async #removeSpent(): Promise<void> {
    // The index first: a file without an entry is found later, an entry without its file would be an error.
    await this.#removeAll(
      () => this.#index.spent(AT_ONCE),
      id => this.#index.dropFile(id),
    )
    await this.#removeAll(
      () => this.#index.expired(this.#clock.now(), AT_ONCE),
      id => this.#index.remove(id),
    )
  }

  async #removeAll(find: () => Promise<readonly string[]>, note: (id: string) => Promise<void>): Promise<void> {
    for (;;) {
      const ids = await find()
      for (const id of ids) {
        await note(id)
        await this.#files.remove(id)
        this.#counts.add('removed')
      }
      if (ids.length < AT_ONCE) return
    }
  }

  #full(reason: string): HoldResult {
    this.#counts.add('refused')
    if (!this.#isFull)
      this.#notify({ code: 'quarantine/full', reason: `the quarantine is full: ${reason}`, level: 'warning' })
    this.#isFull = true
    return { kind: 'full', reason }
  }

  #failed(what: string, error: unknown): void {
    this.#notify({ code: 'quarantine/failed', reason: `${what}: ${errorText(error)}`, level: 'warning' })
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

/** Twelve random bytes: no id leads to another. A command line would take a `-` in front for an option. */
const newId = (): string => randomBytes(12).toString('base64url').replace(/^-/, '0')

function under(top: string, content: Readable): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from(top)
      yield* content
    })(),
    { objectMode: false },
  )
}
