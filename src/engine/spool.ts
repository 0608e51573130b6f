/** Keeps a message while it is judged: in memory up to a limit, beyond it in a file that nobody else can name. */
import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { reference } from './reference.ts'
import type { SpoolBudget } from './spool-budget.ts'

export interface Spool {
  /** Bytes written so far. */
  readonly size: number
  /** Keeps the buffer itself, not a copy. Settles when there is room for more; rejects when the disk refuses. */
  write(chunk: Buffer): void | Promise<void>
  /** A fresh stream: `first`, and then from byte `start`. Only once everything is written. */
  open(start?: number, first?: readonly Buffer[]): Readable
  /** Gives memory and file back. A stream that is still open ends whole or with an error, never short. */
  close(): Promise<void>
}

export interface SpoolOptions {
  /** Bytes kept in memory. */
  readonly memory: number
  /** Where the file is made when a message is larger. @default the system's folder for temporary files */
  readonly folder?: string | undefined
  /** Hears how many bytes more, or less, are kept. */
  readonly onSizeChange?: (octets: number) => void
  /** What the files of all messages may take together. @default as much as the disk has */
  readonly budget?: SpoolBudget | undefined
}

/** Smaller chunks are gathered into pages, or a client that sends byte by byte would cost us a buffer for each. */
const SMALL = 2048
const FIRST_PAGE = 2048
const MAX_PAGE_SIZE = 16_384

/** @throws nothing; what the disk has to say comes with `write`. */
export function spool({ memory, folder, onSizeChange, budget }: SpoolOptions): Spool {
  const chunks: Buffer[] = []
  let page = Buffer.alloc(0)
  let pageSize = FIRST_PAGE
  let filled = 0
  let held = 0
  let file: FileHandle | undefined
  let name: string | undefined
  let written = 0
  /** Bytes that the budget has granted; undefined before there is a file. */
  let granted: number | undefined
  let closed = false
  let flushing: Promise<void> | undefined

  const endPage = () => {
    if (filled > 0) chunks.push(page.subarray(0, filled))
    page = page.subarray(filled)
    filled = 0
  }
  const keep = (chunk: Buffer) => {
    self.size += chunk.length
    held += chunk.length
    onSizeChange?.(chunk.length)
    if (chunk.length >= SMALL) {
      endPage()
      chunks.push(chunk)
      return
    }
    if (filled + chunk.length > page.length) {
      endPage()
      page = Buffer.allocUnsafe(pageSize)
      pageSize = Math.min(2 * pageSize, MAX_PAGE_SIZE)
    }
    chunk.copy(page, filled)
    filled += chunk.length
  }
  const flush = async () => {
    if (granted === undefined) {
      budget?.open()
      granted = 0
    }
    budget?.grow(held)
    granted += held
    if (file === undefined) {
      const path = join(folder ?? tmpdir(), `postern-${process.pid}-${reference()}`)
      file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)
      // Without a name it is gone with its last handle, even after kill -9. Where the system cannot do that, `close` removes it.
      await unlink(path).catch(() => {
        name = path
      })
    }
    endPage()
    const parts = chunks.splice(0)
    held = 0
    while (parts.length > 0) {
      const { bytesWritten } = await file.writev(parts, written)
      if (bytesWritten === 0) throw Object.assign(new Error('the disk takes no more'), { code: 'ENOSPC' })
      written += bytesWritten
      let done = bytesWritten
      while (parts[0] !== undefined && done >= parts[0].length) done -= parts.shift()?.length ?? 0
      if (parts[0] !== undefined && done > 0) parts[0] = parts[0].subarray(done)
    }
  }

  // A value and no getter, which would give each spool a hidden class of its own for the collector to find.
  const self: Spool & { size: number } = {
    size: 0,
    write: chunk => {
      keep(chunk)
      if (held <= memory) return undefined
      flushing = flush()
      return flushing
    },
    open: (start = 0, first = []) => {
      if (closed) throw new Error('the message is gone: its transaction has ended')
      endPage()
      if (file === undefined) return fromMemory([...first, ...from(chunks, start)])
      return Readable.from(both(first, file, written, [...chunks], start), { objectMode: false })
    },
    close: async () => {
      if (closed) return
      closed = true
      onSizeChange?.(-self.size)
      // A file that is being opened this moment would be left open.
      await flushing?.catch(() => undefined)
      chunks.length = 0
      await file?.close()
      if (granted !== undefined) budget?.close(granted)
      if (name !== undefined) await unlink(name).catch(() => undefined)
    },
  }
  return self
}

/** What follows the first `start` bytes. */
function from(chunks: readonly Buffer[], start: number): readonly Buffer[] {
  let skip = start
  return chunks.flatMap(chunk => {
    const part = chunk.subarray(Math.min(skip, chunk.length))
    skip -= chunk.length - part.length
    return part.length > 0 ? [part] : []
  })
}

function fromMemory(parts: readonly Buffer[]): Readable {
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

const BLOCK = 65_536

async function* both(
  first: readonly Buffer[],
  file: FileHandle,
  written: number,
  chunks: readonly Buffer[],
  start: number,
) {
  yield* first
  let position = start
  while (position < written) {
    const block = Buffer.allocUnsafe(Math.min(BLOCK, written - position))
    const { bytesRead } = await file.read(block, 0, block.length, position)
    if (bytesRead === 0) throw new Error('the spool file is shorter than what was written')
    position += bytesRead
    yield block.subarray(0, bytesRead)
  }
  yield* from(chunks, position - written)
}
