/** Delivers into a Maildir so that a message is there whole or not at all, and stays after a loss of power. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { delivered, type HopAnswer } from './hop/answer.ts'

/** The part of node:fs/promises that is needed, so that a test can have a full disk. */
export interface Files {
  readonly mkdir: (path: string, options: { recursive: true; mode: number }) => Promise<unknown>
  readonly open: (path: string, flags: string, mode?: number) => Promise<File>
  readonly rename: (from: string, to: string) => Promise<void>
  readonly unlink: (path: string) => Promise<void>
  readonly readdir: (path: string) => Promise<string[]>
  readonly stat: (path: string) => Promise<{ readonly mtimeMs: number }>
}

interface File {
  readonly write: (bytes: Uint8Array) => Promise<{ readonly bytesWritten: number }>
  readonly sync: () => Promise<void>
  readonly close: () => Promise<void>
}

export class Maildir {
  readonly folder: string
  readonly #files: Files

  /** Makes the folders, and deletes what was left unfinished more than 36 hours ago (as maildir(5) advises). */
  static async open(folder: string, files: Files = system): Promise<Maildir> {
    for (const name of ['tmp', 'new', 'cur']) await files.mkdir(join(folder, name), { recursive: true, mode: 0o700 })
    await clear(join(folder, 'tmp'), files)
    return new Maildir(folder, files)
  }

  private constructor(folder: string, files: Files) {
    this.folder = folder
    this.#files = files
  }

  /** Never rejects. The bytes are kept as they are: line ends stay CRLF, so that signatures can still be checked. */
  async deliver(top: string, content: Readable, name = uniqueName()): Promise<HopAnswer> {
    try {
      await write(join(this.folder, 'tmp', name), top, content, this.#files)
      await publish(this.folder, name, this.#files)
      return delivered
    } catch (error) {
      content.destroy()
      for (const part of ['tmp', 'new']) await this.#files.unlink(join(this.folder, part, name)).catch(() => undefined)
      return refusal(error)
    }
  }

  /**
   * Whether a message was delivered under this name; its reader may have moved it to `cur`, with flags behind a colon.
   */
  async has(name: string): Promise<boolean> {
    const isNew = await this.#files.stat(join(this.folder, 'new', name)).then(
      () => true,
      () => false,
    )
    if (isNew) return true
    const names = await this.#files.readdir(join(this.folder, 'cur')).catch(() => [])
    return names.some(file => file === name || file.startsWith(`${name}:`))
  }
}

const system: Files = { mkdir, open, rename, unlink, readdir, stat }

async function write(path: string, top: string, content: Readable, files: Files): Promise<void> {
  // Never through a link, never over another message.
  const file = await files.open(path, 'wx', 0o600)
  try {
    await writeAll(file, Buffer.from(top, 'latin1'))
    for await (const bytes of content as AsyncIterable<Buffer>) await writeAll(file, bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function writeAll(file: File, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes.subarray(start))
    start += bytesWritten
  }
}

/** The name is on the disk only when its folder is. */
async function publish(folder: string, name: string, files: Files): Promise<void> {
  await files.rename(join(folder, 'tmp', name), join(folder, 'new', name))
  const listing = await files.open(join(folder, 'new'), 'r')
  try {
    await listing.sync().catch(passOver)
  } finally {
    await listing.close()
  }
}

/** Not every file system can sync a folder (SMB, FUSE, 9p; POSIX leaves it open): the message itself is safe. */
const NO_FOLDER_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF', 'EISDIR'])

function passOver(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && NO_FOLDER_SYNC.has(String(error.code)))) throw error
}

async function clear(folder: string, files: Files): Promise<void> {
  const oldest = Date.now() - 36 * 3_600_000
  for (const name of await files.readdir(folder)) {
    const path = join(folder, name)
    const { mtimeMs } = await files.stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs < oldest) await files.unlink(path).catch(() => undefined)
  }
}

// A slash or a colon in a host name would break the name of the file.
const host = hostname().replace(/[^\w.-]/g, '_')
export const uniqueName = (): string => {
  const now = Date.now()
  return `${Math.floor(now / 1000)}.M${(now % 1000) * 1000}P${process.pid}R${randomBytes(8).toString('hex')}.${host}`
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'EROFS'])

const refusal = (error: unknown): HopAnswer =>
  error instanceof Error && 'code' in error && FULL.has(String(error.code))
    ? { code: 452, status: '4.3.1', text: 'No room to store mail' }
    : { code: 451, status: '4.3.0', text: 'The message could not be stored' }
