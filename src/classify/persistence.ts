/** Keeps a classifier on disk: whole snapshots, put in place at one stroke, and checkpoints to go back to. */

import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText } from '../model/errors.ts'
import type { Services } from '../model/services.ts'
import type { Classifier } from './classifier.ts'

export interface Persistence {
  /** Reads what was kept. A file that is damaged is put aside and told of; then the newest sound checkpoint is taken. */
  load(): Promise<void>
  /** Call it before a lesson: the first of a batch makes a checkpoint, and within a minute all is on disk. */
  changing(): Promise<void>
  /** Writes what has changed. */
  save(): Promise<void>
  /** Saves a last time and ends. */
  stop(): Promise<void>
}

export interface PersistenceOptions {
  readonly folder: string
  readonly classifier: Classifier
  readonly services: Pick<Services, 'clock' | 'notify'>
}

const NAME = 'classifier.postern'
const CHECKPOINT = /^checkpoint-\d{15}\.postern$/
const MAX_CHECKPOINTS = 5

/** What kill -9 may lose. */
const SAVE_AFTER = 60_000

/** Lessons that come later than this after the last one are another batch. */
const BATCH_ENDS = 600_000

export function newPersistence({ folder, classifier, services: { clock, notify } }: PersistenceOptions): Persistence {
  let cancel: (() => void) | undefined
  let lastLesson = Number.NEGATIVE_INFINITY
  let written: string | undefined
  let turn: Promise<unknown> = Promise.resolve()

  /** One after the other. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = turn.then(act, act)
    turn = done.catch(() => undefined)
    return done
  }
  const write = async (): Promise<void> => {
    cancel?.()
    cancel = undefined
    // Somebody has trained it, or rolled it back: what was put there is meant.
    if (written !== undefined && (await markOf(join(folder, NAME))) !== written && (await adopt(NAME))) return
    await put(folder, NAME, classifier.export())
    written = await markOf(join(folder, NAME))
  }
  const save = (): Promise<void> =>
    inTurn(write).catch(error => {
      notify({ code: 'classify/save', reason: `what was learned could not be kept: ${words(error)}`, level: 'warning' })
    })
  /** @returns whether the file was there and sound */
  const adopt = async (name: string): Promise<boolean> => {
    const path = join(folder, name)
    const octets = await readFile(path).catch(ignoreMissing)
    if (octets === undefined) return false
    try {
      classifier.import(octets)
      written = name === NAME ? await markOf(path) : undefined
      return true
    } catch (error) {
      await rename(path, `${path}.refused`)
      notify({ code: 'classify/load', reason: `${path} was put aside: ${words(error)}`, level: 'warning' })
      return false
    }
  }

  return {
    load: () =>
      inTurn(async () => {
        await mkdir(folder, { recursive: true })
        await clearDrafts(folder, clock.now())
        if (await adopt(NAME)) return
        for (const name of await checkpoints(folder)) if (await adopt(name)) return
      }),
    changing: async () => {
      const now = clock.monotonic()
      const isNewBatch = now - lastLesson > BATCH_ENDS
      lastLesson = now
      if (isNewBatch)
        await inTurn(() => checkpoint(folder, classifier, clock.now())).catch(error => {
          notify({ code: 'classify/save', reason: `no checkpoint could be made: ${words(error)}`, level: 'warning' })
        })
      cancel ??= clock.after(SAVE_AFTER, save)
    },
    save,
    stop: async () => {
      if (cancel !== undefined) await save()
      await turn
    },
  }
}

/** Writes down what a classifier knows before it learns more. Only the newest checkpoints are kept. */
export async function checkpoint(folder: string, classifier: Classifier, now: number): Promise<void> {
  await put(folder, `checkpoint-${String(now).padStart(15, '0')}.postern`, classifier.export())
  for (const name of (await checkpoints(folder)).slice(MAX_CHECKPOINTS)) await rm(join(folder, name), { force: true })
}

/** Puts the newest checkpoint in the place of the snapshot. Returns its name, or undefined when there is none. */
export async function rollBack(folder: string): Promise<string | undefined> {
  const [name] = await checkpoints(folder)
  if (name !== undefined) await rename(join(folder, name), join(folder, NAME))
  return name
}

/** From the newest on. */
async function checkpoints(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(ignoreMissing)) ?? []
  return names
    .filter(name => CHECKPOINT.test(name))
    .toSorted()
    .toReversed()
}

/** All or nothing: a reader, or a process killed in the middle, sees the old file or the new one. */
async function put(folder: string, name: string, octets: Uint8Array): Promise<void> {
  const path = join(folder, name)
  const draft = `${path}.${process.pid}.draft`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(octets)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  const directory = await open(folder)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** A process that was killed in the middle leaves one; a younger one is perhaps being written. */
async function clearDrafts(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (!name.endsWith('.draft')) continue
    const found = await stat(path).catch(ignoreMissing)
    if (found && now - found.mtimeMs > DRAFT_IS_DEAD) await rm(path, { force: true })
  }
}

const DRAFT_IS_DEAD = 600_000

const markOf = async (path: string): Promise<string | undefined> => {
  const found = await stat(path).catch(ignoreMissing)
  return found && `${found.ino} ${found.size} ${found.mtimeMs}`
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}

const words = (error: unknown): string => errorText(error)
