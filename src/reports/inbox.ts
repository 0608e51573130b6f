/** A folder in which mail with reports waits until the management process reads it. */
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { errorText } from '../model/errors.ts'
import type { Notify } from '../model/services.ts'
import { MAX_BYTES } from './read/limits.ts'

/** Mail that waits; more is not copied. */
const MAX_WAITING = 1_000
const NOTICE_INTERVAL_MS = 3_600_000
/** A copy that is not whole after this time belongs to a process that has ended. */
const ABANDONED_MS = 3_600_000
/** In the name of a copy. */
const PROVEN = '-proven'

/** Where mail processes put copies. */
export class ReportInbox {
  readonly #folder: string
  readonly #notify: Notify
  #noticedAt = Number.NEGATIVE_INFINITY

  constructor(folder: string, notify: Notify) {
    this.#folder = folder
    this.#notify = notify
  }

  /**
   * Copies a message. Never rejects: its delivery does not depend on the copy.
   *
   * @param isProven DMARC has proven its author
   */
  async copy(content: () => Readable, isProven: boolean): Promise<void> {
    const name = join(this.#folder, `${Date.now()}-${randomUUID()}${isProven ? PROVEN : ''}`)
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      if ((await readdir(this.#folder)).length >= MAX_WAITING) throw new Error(`${MAX_WAITING} reports wait already`)
      await pipeline(content(), atMost(MAX_BYTES), createWriteStream(`${name}.new`, { mode: 0o600 }))
      await rename(`${name}.new`, `${name}.eml`)
    } catch (error) {
      await rm(`${name}.new`, { force: true }).catch(() => undefined)
      this.#tell(`a report is delivered and not shown: ${errorText(error)}`)
    }
  }

  #tell(reason: string): void {
    const now = performance.now()
    if (now - this.#noticedAt < NOTICE_INTERVAL_MS) return
    this.#noticedAt = now
    this.#notify({ code: 'reports/copy', reason, level: 'warning' })
  }
}

const atMost = (max: number) =>
  async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let length = 0
    for await (const bytes of source) {
      length += bytes.length
      if (length > max) throw new Error(`it has more than ${max} bytes`)
      yield bytes
    }
  }

/** A copy that waited. */
export interface ReportCopy {
  readonly content: Buffer
  /** DMARC has proven its author. */
  readonly isProven: boolean
}

/**
 * Hands each copy to `read` and removes it; where `read` rejects, the copy stays for the next time. A copy at which the
 * process ended is removed unread: it would end it again.
 *
 * @returns how many were read
 */
export async function readInbox(
  folder: string,
  read: (copy: ReportCopy) => Promise<void>,
  notify: Notify,
): Promise<number> {
  const names = await readdir(folder).catch(() => [])
  await tidy(folder, names, notify)
  const waiting = names.filter(each => each.endsWith('.eml')).toSorted()
  for (const name of waiting) {
    const [file, taken] = [join(folder, name), join(folder, name.replace(/\.eml$/, '.reading'))]
    await rename(file, taken)
    try {
      const content = await contentOf(taken)
      if (content !== undefined) await read({ content, isProven: name.endsWith(`${PROVEN}.eml`) })
    } catch (error) {
      await rename(taken, file)
      throw error
    }
    await rm(taken, { force: true })
  }
  return waiting.length
}

/** Removes what processes have left behind that ended. */
async function tidy(folder: string, names: readonly string[], notify: Notify): Promise<void> {
  for (const name of names) {
    const file = join(folder, name)
    if (name.endsWith('.reading')) {
      await rm(file, { force: true })
      notify({ code: 'reports/copy', reason: 'a report was not read to its end, and is not shown', level: 'warning' })
    } else if (name.endsWith('.new')) {
      const written = await stat(file).catch(() => undefined)
      if (written && Date.now() - written.mtimeMs > ABANDONED_MS) await rm(file, { force: true })
    }
  }
}

/** Undefined where it is larger than a copy can be. */
async function contentOf(file: string): Promise<Buffer | undefined> {
  if ((await stat(file)).size > MAX_BYTES) return undefined
  await using handle = await open(file)
  return await handle.readFile()
}
