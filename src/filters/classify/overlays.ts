/** The overlays of users or domains: the newest in memory, all of them in files beside the snapshot. */
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { VIEWS } from '../../classify/features.ts'
import type { Grams } from '../../classify/grams.ts'
import { Overlay, type OverlayStep } from '../../classify/overlay.ts'
import { type Features, unpack } from '../../classify/packing.ts'
import { replaceFile } from '../../classify/persistence.ts'
import { errorText } from '../../model/errors.ts'
import { nodeCrypto } from '../../model/lazy.ts'
import type { Notify } from '../../model/services.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import type { LoggedExample } from './training-log.ts'

export interface OverlaysOptions {
  /** Whose judgement an overlay holds. */
  readonly by: 'user' | 'domain'
  /** Where the files are; without it a restart loses the overlays. */
  readonly folder: string | undefined
  /** Whether this process writes the files. */
  readonly writes: boolean
  readonly notify: Notify
}

/** Overlays in memory, at 48 KB each; files; and examples that can be taken back. */
const [MAX_IN_MEMORY, MAX_FILES, MAX_STEPS] = [100, 10_000, 500]
/** Recipients of one message whose overlays are looked for; the others have the site's judgement. */
const MAX_RECIPIENTS = 20
/** A smaller effect is none. */
const MIN_EFFECT = 0.05

/** Recipients with the same overlay. */
export interface Overlaid {
  readonly recipients: readonly string[]
  /** What the overlay adds to the margin of the message. */
  readonly effect: number
}

interface Learned {
  readonly label: LoggedExample['label']
  readonly owner: string
  readonly traits: Grams
  readonly step: OverlayStep
}

const TRAITS = VIEWS.indexOf('traits')

export class Overlays {
  readonly #options: OverlaysOptions
  /** By owner, in the order of their last use. An owner without a file has none. */
  readonly #known = new Map<string, Promise<Overlay | undefined>>()
  /** By message and reporter. */
  readonly #learned = new Map<string, Learned>()
  #files: Promise<Set<string>> | undefined
  /** Files are written one after another: two drafts of one file would overwrite each other. */
  #saving: Promise<void> = Promise.resolve()
  #isFull = false

  constructor(options: OverlaysOptions) {
    this.#options = options
  }

  /** The recipients whose overlay changes what the site says of a message. */
  async overlaid(recipients: readonly string[], features: Features): Promise<readonly Overlaid[]> {
    const owners = Map.groupBy(recipients.slice(0, MAX_RECIPIENTS), path => this.#ownerOf(path))
    const found: Overlaid[] = []
    for (const [owner, paths] of owners) {
      const effect = (await this.#overlayOf(owner))?.effect(features[TRAITS] ?? NONE) ?? 0
      if (Math.abs(effect) >= MIN_EFFECT) found.push({ recipients: paths, effect })
    }
    return found
  }

  /**
   * Learns an example for the recipient that it names, or for a user who is named by an address
   * (`user:alice@example.org`, `answer:alice@example.org`).
   *
   * @param siteMargin what the site's model said of it before it learned it
   */
  async learn(example: LoggedExample, siteMargin: number): Promise<void> {
    const address = example.recipient ?? /^(?:user|answer):(.+@.+)$/.exec(example.by)?.[1]
    const traits = unpack(example.features, VIEWS.length)?.[TRAITS] ?? NONE
    if (address === undefined || traits.length === 0) return
    const key = `${example.id} ${example.by}`
    const earlier = this.#learned.get(key)
    // Said again, or undone though this process has not learned it.
    if (example.undo ? earlier?.label !== example.label : earlier?.label === example.label) return
    const owner = this.#ownerOf(address)
    const overlay = await this.#overlayOf(owner, true)
    if (overlay === undefined) return
    if (earlier !== undefined) overlay.unlearn(earlier.traits, earlier.step)
    this.#learned.delete(key)
    if (!example.undo) {
      const step = overlay.learn(traits, example.label, siteMargin, example.weight)
      this.#learned.set(key, { label: example.label, owner, traits, step })
      const [oldest] = this.#learned.keys()
      if (oldest !== undefined && this.#learned.size > MAX_STEPS) this.#learned.delete(oldest)
    }
    await this.#save(owner, overlay)
  }

  #ownerOf(path: string): string {
    const key = addressKey(mailboxOf(path))
    return this.#options.by === 'user' ? key : key.slice(key.lastIndexOf('@') + 1)
  }

  #overlayOf(owner: string, create = false): Promise<Overlay | undefined> {
    const known = this.#known.get(owner)
    const found = (known ?? this.#load(owner)).then(overlay => overlay ?? (create ? new Overlay() : undefined))
    this.#known.delete(owner)
    this.#known.set(owner, found)
    const [oldest] = this.#known.keys()
    if (oldest !== undefined && this.#known.size > MAX_IN_MEMORY) this.#known.delete(oldest)
    return found
  }

  async #load(owner: string): Promise<Overlay | undefined> {
    const { folder, notify } = this.#options
    if (folder === undefined || !(await this.#names()).has(nameOf(owner))) return undefined
    const path = join(folder, FOLDER, nameOf(owner))
    // It may have left the memory while it is still being written.
    await this.#saving.catch(() => undefined)
    try {
      return Overlay.from(await readFile(path))
    } catch (error) {
      if (this.#options.writes) await rename(path, `${path}.refused`).catch(() => undefined)
      const reason = `${path} was left out: ${errorText(error)}`
      notify({ code: 'classify/overlay', reason, level: 'warning' })
      return undefined
    }
  }

  #save(owner: string, overlay: Overlay): Promise<void> {
    const write = () => this.#write(owner, overlay)
    this.#saving = this.#saving.then(write, write)
    return this.#saving
  }

  async #write(owner: string, overlay: Overlay): Promise<void> {
    const { folder, writes, notify } = this.#options
    if (folder === undefined || !writes) return
    const names = await this.#names()
    if (names.size >= MAX_FILES && !names.has(nameOf(owner))) {
      const reason = `${join(folder, FOLDER)} has ${MAX_FILES} overlays: those of more users are lost with the process`
      if (!this.#isFull) notify({ code: 'classify/overlay', reason, level: 'warning' })
      this.#isFull = true
      return
    }
    try {
      await mkdir(join(folder, FOLDER), { recursive: true })
      await replaceFile(join(folder, FOLDER, nameOf(owner)), overlay.export())
      names.add(nameOf(owner))
    } catch (error) {
      const reason = `the overlay of a user could not be written: ${errorText(error)}`
      notify({ code: 'classify/overlay', reason, level: 'warning' })
    }
  }

  /** The files that there are, so that most recipients cost no look into the folder. */
  #names(): Promise<Set<string>> {
    const { folder = '' } = this.#options
    this.#files ??= readdir(join(folder, FOLDER)).then(
      names => new Set(names),
      () => new Set<string>(),
    )
    return this.#files
  }
}

const NONE = new Uint16Array()
const FOLDER = 'overlays'

/** Addresses are not written in names of files. */
const nameOf = (owner: string): string =>
  `${nodeCrypto().createHash('sha256').update(owner).digest('hex').slice(0, 32)}.postern`
