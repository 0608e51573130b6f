/** The messages themselves: one file each, there whole or not at all, and still there after a loss of power. */
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Keys } from '../cipher.ts'

/** What a crash left in `tmp` is deleted after this time. */
const ABANDONED_MS = 36 * 3_600_000

const ID = /^[0-9A-Za-z_-]{16}$/

export class MessageFiles {
  readonly #folder: string
  readonly #keys: Keys

  private constructor(folder: string, keys: Keys) {
    this.#folder = folder
    this.#keys = keys
  }

  /** Makes the folders for their owner alone, and deletes what was left unfinished. */
  static async open(folder: string, keys: Keys): Promise<MessageFiles> {
    for (const name of ['tmp', 'messages']) await mkdir(join(folder, name), { recursive: true, mode: 0o700 })
    const files = new MessageFiles(folder, keys)
    await files.#clear()
    return files
  }

  /** Writes a message. It is safe when this settles; a file that could not be written whole is removed. */
  async write(id: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const held = this.#path(id)
    const unfinished = join(this.#folder, 'tmp', id)
    try {
      // Never through a link, never over another message.
      const file = await open(unfinished, 'wx', 0o600)
      try {
        for await (const bytes of this.#keys.sealed(content)) await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(unfinished, held)
      await syncFolder(join(this.#folder, 'messages'))
    } catch (error) {
      await unlink(unfinished).catch(() => undefined)
      await this.remove(id)
      throw error
    }
  }

  /** The message. The stream fails where a byte was changed. */
  read(id: string): Readable {
    return Readable.from(this.#keys.opened(createReadStream(this.#path(id))), { objectMode: false })
  }

  async remove(id: string): Promise<void> {
    await unlink(this.#path(id)).catch(() => undefined)
  }

  /** Files that no index names: a crash came between the two. Younger ones may still be on their way into it. */
  async orphans(isKnown: (id: string) => Promise<boolean>): Promise<readonly string[]> {
    const found: string[] = []
    for (const id of await readdir(join(this.#folder, 'messages'))) {
      if (!ID.test(id)) continue
      const { mtimeMs } = await stat(this.#path(id)).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
      if (mtimeMs < Date.now() - ABANDONED_MS && !(await isKnown(id))) found.push(id)
    }
    return found
  }

  #path(id: string): string {
    if (!ID.test(id)) throw new Error('this is not the id of a held message')
    return join(this.#folder, 'messages', id)
  }

  async #clear(): Promise<void> {
    for (const name of await readdir(join(this.#folder, 'tmp'))) {
      const path = join(this.#folder, 'tmp', name)
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
      if (mtimeMs < Date.now() - ABANDONED_MS) await unlink(path).catch(() => undefined)
    }
  }
}

/**
 * The name is on the disk only when its folder is. Not every file system can do that, and there the message is safe.
 */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    const isUnable = error instanceof Error && 'code' in error && error.code !== 'EIO' && error.code !== 'ENOSPC'
    if (!isUnable) throw error
  } finally {
    await handle.close()
  }
}
