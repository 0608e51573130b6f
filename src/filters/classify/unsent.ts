/** Training examples that the common store does not have yet: bounded, and on disk where there is a folder. */
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeCrypto } from '../../model/lazy.ts'

/** Examples that wait in memory, some kilobytes each. */
const MAX_IN_MEMORY = 1_000
/** Examples that wait on disk. */
const MAX_ON_DISK = 10_000
/** A longer file is not ours. */
const MAX_LENGTH = 4 * 1024 * 1024
const FILE = /^[0-9a-z-]{1,80}\.example$/

/** An example that waits. */
export interface Unsent {
  /** As it is written into the store; undefined while only the file has it. */
  value: string | undefined
  /** The name of its file, where it has one. */
  file?: string
}

/** The queue of a node, the oldest first. */
export class UnsentExamples {
  readonly #folder: string | undefined
  readonly #queue: Unsent[] = []
  /** Files that this process has written: names sort in the order in which examples came. */
  #count = 0

  /** @param folder undefined: what waits is in memory alone, and ends with the process */
  constructor(folder: string | undefined) {
    this.#folder = folder
  }

  get size(): number {
    return this.#queue.length
  }

  get first(): Unsent | undefined {
    return this.#queue[0]
  }

  /** Whether what waits survives the end of this process. */
  get isDurable(): boolean {
    return this.#folder !== undefined
  }

  get isFull(): boolean {
    return this.#queue.length >= (this.isDurable ? MAX_ON_DISK : MAX_IN_MEMORY)
  }

  /** Takes over what a process with the same folder has left. Two may do so: an example counts once. */
  async load(): Promise<void> {
    if (this.#folder === undefined) return
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const names = (await readdir(this.#folder)).filter(name => FILE.test(name)).toSorted()
    for (const file of names.slice(0, MAX_ON_DISK)) this.#queue.push({ value: undefined, file })
  }

  add(item: Unsent): void {
    this.#queue.push(item)
  }

  has(item: Unsent): boolean {
    return this.#queue.includes(item)
  }

  /** Takes an item out of the queue. Its file stays until the store is seen to have the example. */
  take(item: Unsent): void {
    const index = this.#queue.indexOf(item)
    if (index >= 0) this.#queue.splice(index, 1)
  }

  /** Writes an item to disk, where there is a folder. Rejects when the disk does not take it. */
  async persist(item: Unsent, now: number): Promise<void> {
    if (this.#folder === undefined || item.file !== undefined || item.value === undefined) return
    this.#count += 1
    const order = `${String(now).padStart(15, '0')}-${String(this.#count).padStart(6, '0')}`
    const file = `${order}-${nodeCrypto().randomUUID()}.example`
    const handle = await open(join(this.#folder, file), 'wx', 0o600)
    try {
      await handle.writeFile(item.value)
      await handle.sync()
    } finally {
      await handle.close()
    }
    item.file = file
    // Thousands may wait: those that are still in the queue are read again when they are sent.
    if (this.has(item)) item.value = undefined
  }

  /** The value of an item; undefined where its file is gone: another process has sent it. */
  async valueOf(item: Unsent): Promise<string | undefined> {
    if (item.value !== undefined || this.#folder === undefined || item.file === undefined) return item.value
    try {
      const text = await readFile(join(this.#folder, item.file), 'utf8')
      return text.length <= MAX_LENGTH ? text : undefined
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }

  /** The store has the example. */
  async forget(item: Unsent): Promise<void> {
    if (this.#folder === undefined || item.file === undefined) return
    await rm(join(this.#folder, item.file), { force: true })
  }
}
