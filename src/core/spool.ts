/** Keeps a message while it is judged: in memory up to a limit, beyond it in a file that nobody else can name. */
import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { reference } from './reference.ts'

export interface Spool {
  /** Octets written so far. */
  readonly size: number
  /** Keeps the buffer itself, not a copy. Settles when there is room for more; rejects when the disk refuses. */
  write(chunk: Buffer): void | Promise<void>
  /** A fresh stream from octet `start`. Only once everything is written. */
  open(start?: number): Readable
  /** Gives memory and file back. A stream that is still open ends whole or with an error, never short. */
  close(): Promise<void>
}

export interface SpoolOptions {
  /** Octets kept in memory. */
  readonly memory: number
  /** Where the file is made when a message is larger. @default the system's folder for temporary files */
  readonly folder?: string | undefined
  /** Hears how many octets more, or less, are kept. */
  readonly hold?: (octets: number) => void
}

/** Smaller chunks are gathered into pages, or a client that sends octet by octet would cost us a buffer for each. */
const SMALL = 2048
const PAGE = 16_384

/** @throws nothing; what the disk has to say comes with `write`. */
export function spool({ memory, folder, hold }: SpoolOptions): Spool {
  const chunks: Buffer[] = []
  let page = Buffer.alloc(0)
  let filled = 0
  let size = 0
  let held = 0
  let file: FileHandle | undefined
  let name: string | undefined
  let written = 0
  let closed = false
  let flushing: Promise<void> | undefined

  const endPage = () => {
    if (filled > 0) chunks.push(page.subarray(0, filled))
    page = page.subarray(filled)
    filled = 0
  }
  const keep = (chunk: Buffer) => {
    size += chunk.length
    held += chunk.length
    hold?.(chunk.length)
    if (chunk.length >= SMALL) {
      endPage()
      chunks.push(chunk)
      return
    }
    if (filled + chunk.length > page.length) {
      endPage()
      page = Buffer.allocUnsafe(PAGE)
    }
    chunk.copy(page, filled)
    filled += chunk.length
  }
  const flush = async () => {
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

  return {
    get size() {
      return size
    },
    write: chunk => {
      keep(chunk)
      if (held <= memory) return undefined
      flushing = flush()
      return flushing
    },
    open: (start = 0) => {
      if (closed) throw new Error('the message is gone: its transaction has ended')
      endPage()
      return file === undefined
        ? fromMemory([...chunks], start)
        : Readable.from(both(file, written, [...chunks], start), { objectMode: false })
    },
    close: async () => {
      if (closed) return
      closed = true
      hold?.(-size)
      // A file that is being opened this moment would be left open.
      await flushing?.catch(() => undefined)
      chunks.length = 0
      await file?.close()
      if (name !== undefined) await unlink(name).catch(() => undefined)
    },
  }
}

function fromMemory(chunks: readonly Buffer[], start: number): Readable {
  let index = 0
  let skip = start
  const stream = new Readable({
    read: () => {
      while (index < chunks.length) {
        const chunk = chunks[index] ?? Buffer.alloc(0)
        index += 1
        const part = skip < chunk.length ? chunk.subarray(skip) : undefined
        skip = Math.max(0, skip - chunk.length)
        if (part !== undefined && !stream.push(part)) return
      }
      stream.push(null)
    },
  })
  return stream
}

const BLOCK = 65_536

async function* both(file: FileHandle, written: number, chunks: readonly Buffer[], start: number) {
  let position = start
  while (position < written) {
    const block = Buffer.allocUnsafe(Math.min(BLOCK, written - position))
    const { bytesRead } = await file.read(block, 0, block.length, position)
    if (bytesRead === 0) throw new Error('the spool file is shorter than what was written')
    position += bytesRead
    yield block.subarray(0, bytesRead)
  }
  let skip = position - written
  for (const chunk of chunks) {
    if (skip < chunk.length) yield chunk.subarray(skip)
    skip = Math.max(0, skip - chunk.length)
  }
}
