/** Holds a message while it is judged: in memory up to a limit, beyond it in a temporary file without a name. */
import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { MaybePromise } from '../model/maybe-promise.ts'
import { reference } from './reference.ts'
import type { SpoolBudget } from './spool-budget.ts'

export interface SpoolOptions {
  /** Bytes that are kept in memory. */
  readonly memory: number
  /** Where the file of a larger message is made. @default the system's folder for temporary files */
  readonly folder?: string | undefined
  /** Called with the number of bytes more, or less, that are held. */
  readonly onSizeChange?: (bytes: number) => void
  /** What the files of all messages may take together. @default as much as the disk has */
  readonly budget?: SpoolBudget | undefined
  /** Whether the sender is known; called only when the budget has few files left. @default it is not */
  readonly isKnown?: () => Promise<boolean>
}

/** Smaller chunks are copied into pages, or a client that sends byte by byte would cost a buffer for each. */
const SMALL = 2048
const FIRST_PAGE_SIZE = 2048
const MAX_PAGE_SIZE = 16_384
/** Bytes of one read: each costs a switch to another thread, more than the bytes themselves. */
const BLOCK_SIZE = 262_144

export class Spool {
  /** Bytes written so far. */
  size = 0
  readonly #options: SpoolOptions
  /** What is in memory: the end of the message once there is a file. */
  readonly #chunks: Buffer[] = []
  #page = Buffer.alloc(0)
  #pageSize = FIRST_PAGE_SIZE
  /** Bytes of `#page` that are used. */
  #filled = 0
  /** Bytes in memory. */
  #held = 0
  #file: FileHandle | undefined
  /** Bytes in the file. */
  #written = 0
  /** The path of a file that could not be unlinked while it is open. */
  #path: string | undefined
  /** Bytes that the budget has granted; undefined before there is a file. */
  #granted: number | undefined
  #flushing: Promise<void> | undefined
  #isClosed = false

  constructor(options: SpoolOptions) {
    this.#options = options
  }

  /** Keeps the buffer itself, not a copy. Settles when there is room for more; rejects when the disk refuses. */
  write(chunk: Buffer): MaybePromise<void> {
    this.#keep(chunk)
    if (this.#held <= this.#options.memory) return undefined
    this.#flushing = this.#flush()
    return this.#flushing
  }

  /** A fresh stream: `first`, and then from byte `start`. Only once everything is written. */
  open(start = 0, first: readonly Buffer[] = []): Readable {
    if (this.#isClosed) throw ended()
    this.#endPage()
    if (this.#file === undefined) return streamOf([...first, ...after(start, this.#chunks)])
    const parts = fromFile(this.#file, this.#written, start, first, [...this.#chunks])
    return Readable.from(parts, { objectMode: false })
  }

  /** Copies what begins at byte `start` into `target`, without the buffers of a stream. Only once all is written. */
  copyTo(target: Uint8Array, start = 0): MaybePromise<void> {
    if (this.#isClosed) throw ended()
    this.#endPage()
    if (start + target.length > this.size) throw new RangeError(`the message has ${this.size} bytes`)
    const inFile = Math.min(Math.max(this.#written - start, 0), target.length)
    const rest = target.subarray(inFile)
    let at = 0
    for (const chunk of after(Math.max(start + inFile - this.#written, 0), this.#chunks))
      at += copyInto(rest, at, chunk)
    return inFile > 0 && this.#file ? readFully(this.#file, target.subarray(0, inFile), start) : undefined
  }

  /** Releases memory and file. A stream that is still open ends whole or with an error, never short. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const { budget, onSizeChange } = this.#options
    onSizeChange?.(-this.size)
    // A file that is being opened at this moment would be left open.
    await this.#flushing?.catch(() => undefined)
    this.#chunks.length = 0
    await this.#file?.close()
    if (this.#granted !== undefined) budget?.close(this.#granted)
    if (this.#path !== undefined) await unlink(this.#path).catch(() => undefined)
  }

  #keep(chunk: Buffer): void {
    this.size += chunk.length
    this.#held += chunk.length
    this.#options.onSizeChange?.(chunk.length)
    if (chunk.length >= SMALL) {
      this.#endPage()
      this.#chunks.push(chunk)
      return
    }
    if (this.#filled + chunk.length > this.#page.length) {
      this.#endPage()
      this.#page = Buffer.allocUnsafe(this.#pageSize)
      this.#pageSize = Math.min(2 * this.#pageSize, MAX_PAGE_SIZE)
    }
    chunk.copy(this.#page, this.#filled)
    this.#filled += chunk.length
  }

  /** Moves what the page holds to the chunks; the rest of the page stays usable. */
  #endPage(): void {
    if (this.#filled > 0) this.#chunks.push(this.#page.subarray(0, this.#filled))
    this.#page = this.#page.subarray(this.#filled)
    this.#filled = 0
  }

  async #flush(): Promise<void> {
    const { budget, isKnown = () => Promise.resolve(false) } = this.#options
    if (this.#granted === undefined) {
      await budget?.open(isKnown)
      this.#granted = 0
    }
    budget?.grow(this.#held)
    this.#granted += this.#held
    const file = this.#file ?? (await this.#create())
    this.#endPage()
    const parts = this.#chunks.splice(0)
    this.#held = 0
    while (parts.length > 0) {
      const { bytesWritten } = await file.writev(parts, this.#written)
      if (bytesWritten === 0) throw Object.assign(new Error('the disk takes no more'), { code: 'ENOSPC' })
      this.#written += bytesWritten
      parts.splice(0, parts.length, ...after(bytesWritten, parts))
    }
  }

  async #create(): Promise<FileHandle> {
    const path = join(this.#options.folder ?? tmpdir(), `postern-${process.pid}-${reference()}`)
    this.#file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)
    // Without a name it is gone with its last handle, even after kill -9. Where the system cannot do that, `close`
    // removes it.
    await unlink(path).catch(() => {
      this.#path = path
    })
    return this.#file
  }
}

const ended = (): Error => new Error('the message is gone: its transaction has ended')

/** As much of the chunk as has room. Returns how much that is. */
function copyInto(target: Uint8Array, at: number, chunk: Buffer): number {
  const part = chunk.subarray(0, target.length - at)
  target.set(part, at)
  return part.length
}

async function readFully(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < target.length; ) {
    const { bytesRead } = await file.read(target, at, target.length - at, position + at)
    if (bytesRead === 0) throw shortFile()
    at += bytesRead
  }
}

const shortFile = (): Error => new Error('the spool file is shorter than what was written')

/** What follows the first `start` bytes. */
function after(start: number, chunks: readonly Buffer[]): readonly Buffer[] {
  let skip = start
  return chunks.flatMap(chunk => {
    const part = chunk.subarray(Math.min(skip, chunk.length))
    skip -= chunk.length - part.length
    return part.length > 0 ? [part] : []
  })
}

function streamOf(parts: readonly Buffer[]): Readable {
  let index = 0
  const stream = new Readable({
    read: () => {
      while (index < parts.length) {
        const part = parts[index]
        index += 1
        if (part !== undefined && !stream.push(part)) return
      }
      stream.push(null)
    },
  })
  return stream
}

/** `first`, what the file holds from byte `start`, and what is still in memory. */
async function* fromFile(
  file: FileHandle,
  written: number,
  start: number,
  first: readonly Buffer[],
  chunks: readonly Buffer[],
): AsyncGenerator<Buffer> {
  yield* first
  let position = start
  while (position < written) {
    const block = Buffer.allocUnsafe(Math.min(BLOCK_SIZE, written - position))
    const { bytesRead } = await file.read(block, 0, block.length, position)
    if (bytesRead === 0) throw shortFile()
    position += bytesRead
    yield block.subarray(0, bytesRead)
  }
  yield* after(position - written, chunks)
}
