/** Stores a classifier on disk: whole snapshots, replaced atomically, and checkpoints to roll back to. */

import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorText } from '../model/errors.ts'
import { isRecord } from '../model/options.ts'
import type { Notice, Services } from '../model/services.ts'
import type { Classifier } from './classifier.ts'

/** What is kept beside a snapshot: only with this one does it make sense. */
export interface Companion {
  /** What is to be kept, as JSON has it. */
  readonly save: () => object
  /** Takes over what was kept; anything may stand there. */
  readonly load: (kept: unknown) => void
}

/** What the persistence of a classifier needs. */
export interface PersistenceOptions {
  readonly folder: string
  readonly classifier: Classifier
  readonly companion?: Companion
  /** Another process with the same folder writes the snapshots; this one only loads them. @default false */
  readonly isReader?: boolean
  readonly services: Pick<Services, 'clock' | 'notify'>
}

const SNAPSHOT = 'classifier.postern'
const COMPANION = 'training-log.json'
/** A longer one is not ours: what can be undone takes some megabytes. */
const MAX_COMPANION_LENGTH = 16 * 1024 * 1024
const CHECKPOINT = /^checkpoint-\d{15}\.postern$/
const MAX_CHECKPOINTS = 5

/** Changes are on disk after this time: a killed process loses no more. */
const SAVE_AFTER_MS = 60_000

/** Examples that arrive later than this after the last one are a new batch. */
const BATCH_GAP_MS = 600_000

/** A draft older than this is of a process that was killed; a younger one may be in use. */
const DRAFT_TIMEOUT_MS = 600_000

/** Loads and saves the snapshots of one classifier. */
export class Persistence {
  readonly #folder: string
  readonly #classifier: Classifier
  readonly #services: PersistenceOptions['services']
  readonly #companion: Companion | undefined
  readonly #isReader: boolean
  #cancelSave: (() => void) | undefined
  #lastChange = Number.NEGATIVE_INFINITY
  /** The checkpoint of the present batch: settled when it is written. */
  #checkpoint: Promise<void> | undefined
  /** The identity of the snapshot that this process has read or written last. */
  #version: string | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor({ folder, classifier, services, companion, isReader = false }: PersistenceOptions) {
    this.#companion = companion
    this.#isReader = isReader
    this.#folder = folder
    this.#classifier = classifier
    this.#services = services
  }

  /** Loads the snapshot. A damaged file is renamed and reported; the newest undamaged checkpoint takes its place. */
  load(): Promise<void> {
    return this.#enqueue(async () => {
      await mkdir(this.#folder, { recursive: true })
      await removeDeadDrafts(this.#folder, this.#services.clock.now())
      if (await this.#loadFile(SNAPSHOT)) return
      for (const name of await checkpoints(this.#folder)) if (await this.#loadFile(name)) return
    })
  }

  /**
   * To be called before an example is learned: the first of a batch makes a checkpoint, and a save follows within a
   * minute. Calls settle in their order, so that what undoes an example never overtakes it.
   */
  async beforeChange(): Promise<void> {
    if (this.#isReader) return
    const { clock } = this.#services
    const now = clock.monotonic()
    const isNewBatch = now - this.#lastChange > BATCH_GAP_MS
    this.#lastChange = now
    if (isNewBatch) {
      this.#checkpoint = this.#enqueue(() => checkpoint(this.#folder, this.#classifier, clock.now())).catch(error =>
        this.#warn('classify/save', `a checkpoint could not be written: ${errorText(error)}`),
      )
    }
    await this.#checkpoint
    this.#cancelSave ??= clock.after(SAVE_AFTER_MS, () => void this.save())
  }

  /** Writes the snapshot; a failure is reported. */
  save(): Promise<void> {
    return this.#enqueue(() => this.#write()).catch(error =>
      this.#warn('classify/save', `the snapshot could not be written: ${errorText(error)}`),
    )
  }

  /** Saves the last changes. */
  async stop(): Promise<void> {
    if (this.#cancelSave !== undefined) await this.save()
    await this.#queue
  }

  /** Runs one operation after the other. */
  #enqueue<T>(operation: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(operation, operation)
    this.#queue = done.catch(() => undefined)
    return done
  }

  async #write(): Promise<void> {
    this.#cancelSave?.()
    this.#cancelSave = undefined
    const path = join(this.#folder, SNAPSHOT)
    // Another process has trained the classifier, or rolled it back: its snapshot wins.
    if (this.#version !== undefined && (await versionOf(path)) !== this.#version && (await this.#loadFile(SNAPSHOT))) {
      return
    }
    const snapshot = this.#classifier.export()
    const kept = this.#companion?.save()
    await replaceFile(path, snapshot)
    this.#version = await versionOf(path)
    if (kept === undefined) return
    const text = JSON.stringify({ ...kept, snapshot: hashOf(snapshot) })
    await replaceFile(join(this.#folder, COMPANION), Buffer.from(text))
  }

  /** Returns whether the file exists and is undamaged. */
  async #loadFile(name: string): Promise<boolean> {
    const path = join(this.#folder, name)
    const bytes = await readFile(path).catch(ignoreMissing)
    if (bytes === undefined) return false
    try {
      if (this.#classifier.import(bytes).isOlder) this.#services.notify(olderSnapshot(path))
      this.#version = name === SNAPSHOT ? await versionOf(path) : undefined
      await this.#loadCompanion(hashOf(bytes))
      return true
    } catch (error) {
      await rename(path, `${path}.refused`)
      this.#warn('classify/load', `${path} was renamed to .refused: ${errorText(error)}`)
      return false
    }
  }

  /** Without it, or with that of another snapshot, only undoing is lost. */
  async #loadCompanion(snapshot: string): Promise<void> {
    if (this.#companion === undefined) return
    const path = join(this.#folder, COMPANION)
    const found = await stat(path).catch(ignoreMissing)
    if (found === undefined || found.size > MAX_COMPANION_LENGTH) return
    const kept = parsed(await readFile(path, 'utf8'))
    if (kept?.snapshot === snapshot) this.#companion.load(kept)
  }

  #warn(code: string, reason: string): void {
    this.#services.notify({ code, reason, level: 'warning' })
  }
}

const olderSnapshot = (path: string): Notice => ({
  code: 'classify/older',
  reason:
    `${path} was written by an older version: its weights are kept, as those of imported mail, and its points are ` +
    'full again when enough honest examples of this site are known',
  level: 'info',
})

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url')

function parsed(text: string): { readonly snapshot?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Writes a checkpoint of the classifier. Only the newest checkpoints are kept. */
export async function checkpoint(folder: string, classifier: Classifier, now: number): Promise<void> {
  await replaceFile(join(folder, `checkpoint-${String(now).padStart(15, '0')}.postern`), classifier.export())
  for (const name of (await checkpoints(folder)).slice(MAX_CHECKPOINTS)) await rm(join(folder, name), { force: true })
}

/** Replaces the snapshot by the newest checkpoint. Returns the name of the checkpoint; undefined if there is none. */
export async function rollBack(folder: string): Promise<string | undefined> {
  const [name] = await checkpoints(folder)
  if (name !== undefined) await rename(join(folder, name), join(folder, SNAPSHOT))
  return name
}

/** The names of the checkpoints, from the newest on. */
async function checkpoints(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(ignoreMissing)) ?? []
  return names
    .filter(name => CHECKPOINT.test(name))
    .toSorted()
    .toReversed()
}

/** Replaces a file atomically: a reader, or a process that is killed meanwhile, sees the old file or the new one. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.draft`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  const folder = await open(dirname(path))
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Removes the drafts of processes that were killed while they wrote. */
export async function removeDeadDrafts(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (!name.endsWith('.draft')) continue
    const found = await stat(path).catch(ignoreMissing)
    if (found && now - found.mtimeMs > DRAFT_TIMEOUT_MS) await rm(path, { force: true })
  }
}

/** Identifies a version of a file; undefined if the file does not exist. */
const versionOf = async (path: string): Promise<string | undefined> => {
  const found = await stat(path).catch(ignoreMissing)
  return found && `${found.ino} ${found.size} ${found.mtimeMs}`
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
