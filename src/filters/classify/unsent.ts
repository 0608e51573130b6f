/** Training examples that the common store does not have yet: bounded, and on disk where there is a folder. */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeDeadDrafts } from '../../classify/persistence.ts'
import { nodeCrypto } from '../../model/lazy.ts'
import { parseExample } from './shared-example.ts'

/** Examples that wait in memory, some kilobytes each. */
const MAX_IN_MEMORY = 1_000
/** Examples that wait on disk. */
const MAX_ON_DISK = 10_000
/** A longer file is not ours. */
const MAX_LENGTH = 4 * 1024 * 1024
const FILE = /^[0-9a-z-]{1,80}\.example$/
/** What stands under the name of a file, and can never be read. */
const UNREADABLE: readonly unknown[] = ['EACCES', 'EISDIR', 'EPERM']

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
  readonly #onRefused: (path: string) => void
  readonly #queue: Unsent[] = []
  readonly #beingSaved = new Set<Unsent>()
  /** Files that this process has written: names sort in the order in which examples came. */
  #count = 0

  /**
   * @param folder undefined: what waits is in memory alone, and ends with the process
   * @param onRefused called with the path of a file that holds no example, and was renamed to `.refused`
   */
  constructor(folder: string | undefined, onRefused: (path: string) => void) {
    this.#folder = folder
    this.#onRefused = onRefused
  }

  get size(): number {
    return this.#queue.length
  }

  get first(): Unsent | undefined {
    return this.#queue[0]
  }

  /** Those that end with this process: there is no folder, or its disk is full. */
  get unsaved(): readonly Unsent[] {
    return this.#queue.filter(({ file }) => file === undefined)
  }

  get isFull(): boolean {
    return (
      this.#queue.length >= MAX_ON_DISK || (this.#queue.length >= MAX_IN_MEMORY && this.unsaved.length >= MAX_IN_MEMORY)
    )
  }

  /** Takes over what a process with the same folder has left. Two may do so: an example counts once. */
  async load(now: number): Promise<void> {
    if (this.#folder === undefined) return
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await removeDeadDrafts(this.#folder, now)
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
    const { value, file } = item
    if (this.#folder === undefined || file !== undefined || value === undefined || this.#beingSaved.has(item)) return
    this.#beingSaved.add(item)
    try {
      item.file = await this.#write(this.#folder, value, now)
    } finally {
      this.#beingSaved.delete(item)
    }
    // Thousands may wait: those that are still in the queue are read again when they are sent.
    if (this.has(item)) item.value = undefined
  }

  async #write(folder: string, value: string, now: number): Promise<string> {
    this.#count += 1
    const order = `${String(now).padStart(15, '0')}-${String(this.#count).padStart(6, '0')}`
    const file = `${order}-${nodeCrypto().randomUUID()}.example`
    await writeWhole(join(folder, file), value)
    return file
  }

  /** The value of an item; undefined where its file is gone, since another process has sent it, or holds no example. */
  async valueOf(item: Unsent): Promise<string | undefined> {
    if (item.value !== undefined || this.#folder === undefined || item.file === undefined) return item.value
    const path = join(this.#folder, item.file)
    const text = await readFile(path, 'utf8').catch(ignoreUnreadable)
    if (text === undefined) return undefined
    if (text.length <= MAX_LENGTH && parseExample(text) !== undefined) return text
    await rename(path, `${path}.refused`).catch(() => undefined)
    this.#onRefused(path)
    return undefined
  }

  /** The store has the example. */
  async forget(item: Unsent): Promise<void> {
    if (this.#folder === undefined || item.file === undefined) return
    await rm(join(this.#folder, item.file), { force: true })
  }
}

/** A disk that is full, or a process that is killed meanwhile, leaves no half of an example. */
async function writeWhole(path: string, value: string): Promise<void> {
  const draft = `${path}.draft`
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(value)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw error
  }
}

/** '' where something unreadable has the name of a file. */
function ignoreUnreadable(error: unknown): '' | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return undefined
  if (UNREADABLE.includes(code)) return ''
  throw error
}
