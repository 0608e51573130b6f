/** JSON lines in a file that is rotated by size and by day. */
import { type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { callback, flag, having, oneOf, size as sizeCheck, text, whole } from '../model/checks.ts'
import { checked, required, schemaOf } from '../model/options.ts'
import { type Clock, systemClock } from '../model/services.ts'
import { type Size, toBytes } from '../model/units.ts'
import { jsonLine } from './json-line.ts'
import { type ClosableSink, MAX_QUEUE_BYTES } from './lines.ts'
import { Outbox, type QueueOptions } from './outbox.ts'

/** The options of {@link logFile}. */
export interface FileOptions extends QueueOptions {
  /** The file. Each process has its own: two that wrote into one would rotate it twice. */
  readonly path: string
  /** A file that would become larger is rotated. @default '100mb' */
  readonly size?: Size
  /** Whether the file is rotated at midnight, UTC. @default true */
  readonly daily?: boolean
  /** How many rotated files are kept. @default 30 */
  readonly keep?: number
  /**
   * When the disk must have taken what was written. `rotation`: when a file is rotated or closed; a crash of the
   * machine may cost what its system had not written yet, a crash of the process nothing that was written. `batch`:
   * after each batch. @default 'rotation'
   */
  readonly sync?: 'rotation' | 'batch'
}

/** The sink of {@link logFile}. */
export interface FileSink extends ClosableSink {
  /** Opens the path anew before the next batch: for programs that rename files themselves, such as logrotate. */
  reopen(): void
}

const schema = schemaOf<FileOptions>('logFile', {
  path: required(text('the path of a file')),
  size: sizeCheck({ min: 1 }),
  daily: flag(),
  keep: whole({ min: 1 }),
  sync: oneOf('rotation', 'batch'),
  notify: callback(),
  clock: having('a clock', 'now', 'monotonic', 'after'),
})

/** What the log says is about people: only the user of the process reads it. */
const MODE = 0o600
const DAY_MS = 86_400_000

/**
 * Writes each event as one line of JSON into a file. Rotated files are named by their time:
 * `events-2026-11-29T22-30-00.000Z.jsonl`.
 *
 * @throws PosternError when an option is wrong
 * @example
 * const sink = logFile({ path: '/var/log/postern/events.jsonl' })
 * process.on('SIGHUP', () => sink.reopen())
 */
export function logFile(options: FileOptions): FileSink {
  const { path, size = '100mb', daily = true, keep = 30, sync = 'rotation', ...rest } = checked(schema, options)
  const file = new RotatedFile({ path, size: toBytes(size), daily, keep, sync, clock: rest.clock ?? systemClock })
  const outbox = new Outbox<string>({
    ...rest,
    name: path,
    max: MAX_QUEUE_BYTES,
    sizeOf: line => line.length,
    write: lines => file.write(lines),
  })
  return {
    write: event => outbox.push(jsonLine(event)),
    metrics: () => outbox.metrics(),
    reopen: () => file.reopen(),
    close: async () => {
      await outbox.close()
      await file.close()
    },
  }
}

interface Rotation extends Required<Pick<FileOptions, 'path' | 'daily' | 'keep' | 'sync'>> {
  readonly size: number
  readonly clock: Clock
}

class RotatedFile {
  readonly #rotation: Rotation
  #handle: FileHandle | undefined
  /** Bytes of the file that are whole lines. */
  #length = 0
  /** The day of its first line. */
  #day = 0
  #mustReopen = false

  constructor(rotation: Rotation) {
    this.#rotation = rotation
  }

  reopen(): void {
    this.#mustReopen = true
  }

  /** Rejects when not all of it was written; then none of it is in the file. */
  async write(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(lines.join(''))
    const handle = await this.#open(bytes.length)
    try {
      // With a place, so that what was written in part is written over.
      for (let done = 0; done < bytes.length; )
        done += (await handle.write(bytes, done, bytes.length - done, this.#length + done)).bytesWritten
      if (this.#rotation.sync === 'batch') await handle.datasync()
    } catch (error) {
      await handle.truncate(this.#length).catch(() => undefined)
      throw error
    }
    this.#length += bytes.length
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    if (handle === undefined) return
    await handle.datasync().catch(() => undefined)
    await handle.close().catch(() => undefined)
  }

  /** The file, with room for so many bytes. */
  async #open(bytes: number): Promise<FileHandle> {
    const { size, daily, clock } = this.#rotation
    if (this.#mustReopen) {
      this.#mustReopen = false
      await this.close()
    }
    const today = Math.floor(clock.now() / DAY_MS)
    const known = this.#handle ?? (await this.#openPath(today))
    const isFull = this.#length > 0 && (this.#length + bytes > size || (daily && this.#day !== today))
    if (!isFull) return known
    await this.close()
    await this.#rotate()
    return await this.#openPath(today)
  }

  async #openPath(today: number): Promise<FileHandle> {
    // Not to append: with its own position, a write that failed half-way leaves no half line.
    const handle = await open(this.#rotation.path, 'r+', MODE).catch(() => open(this.#rotation.path, 'w+', MODE))
    const { size, mtimeMs } = await handle.stat()
    this.#handle = handle
    this.#length = await wholeLines(handle, size)
    this.#day = size > 0 ? Math.floor(mtimeMs / DAY_MS) : today
    return handle
  }

  async #rotate(): Promise<void> {
    const { path, keep, clock } = this.#rotation
    const [folder, name] = [dirname(path), basename(path)]
    const dot = name.lastIndexOf('.')
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
    const time = new Date(clock.now()).toISOString().replaceAll(':', '-')
    let target = join(folder, `${stem}-${time}${extension}`)
    for (let count = 1; await exists(target); count += 1) target = join(folder, `${stem}-${time}-${count}${extension}`)
    await rename(path, target)
    const rotated = (await readdir(folder)).filter(
      other => other.startsWith(`${stem}-`) && other.endsWith(extension) && TIME.test(other.slice(stem.length + 1)),
    )
    for (const old of rotated.toSorted().slice(0, -keep)) await unlink(join(folder, old)).catch(() => undefined)
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z/

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const MAX_LINE = 1_048_576

/** A process that was killed may have left a part of a line: what follows the last line end is written over. */
async function wholeLines(handle: FileHandle, size: number): Promise<number> {
  const start = Math.max(0, size - MAX_LINE)
  const tail = Buffer.alloc(size - start)
  const { bytesRead } = await handle.read(tail, 0, tail.length, start)
  const end = tail.subarray(0, bytesRead).lastIndexOf(0x0a)
  const length = end < 0 ? start : start + end + 1
  if (length < size) await handle.truncate(length)
  return length
}
