/**
 * A store that writes to a local file at once what is to be set. A message that was just delivered is noted within
 * microseconds, though its note reaches the store itself only milliseconds later: a process that is killed in between
 * does not deliver it twice.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { mkdir, readdir, readFile, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { errorText } from '../../model/errors.ts'
import type { Notify } from '../../model/services.ts'
import type { Operation, Set as SetOperation, Store } from '../../model/store.ts'

/** A line that is longer than any line of ours belongs to no journal. */
const MAX_LINE_LENGTH = 65_536
/** Bytes from which the file is written anew with what is still pending. */
const MAX_LENGTH = 1_048_576

/** One list of values that is not in the store yet. */
interface Pending {
  /** When it was written, in milliseconds of the wall clock. */
  readonly at: number
  readonly set: readonly (readonly [key: string, value: string, ttl: number])[]
}

/** A line of the file: something is pending under a number, or the store has it. */
type Line = { readonly n: number; readonly pending?: Pending }

export interface JournaledStore extends Store {
  close(): void
}

/**
 * Puts a journal in front of a store. What processes of this host that have ended left in their journals goes to the
 * store first. A folder that takes no file costs a notice, and no mail.
 *
 * @param folder where the journals of all processes are; `store` stays the caller's
 */
export async function journaled(store: Store, folder: string, notify: Notify): Promise<JournaledStore> {
  const warn = (error: unknown): void =>
    notify({ code: 'relay/journal', reason: `no journal of deliveries: ${errorText(error)}`, level: 'warning' })
  await recover(store, folder).catch(warn)
  let journal: Journal | undefined
  try {
    const path = join(folder, nameOf(process.pid))
    // A second relay of this process has no journal.
    if (!open.has(path)) journal = new Journal(path, warn)
  } catch (error) {
    warn(error)
  }
  return new Front(store, journal)
}

/** What is to be forgotten some day: nothing else is a note of a delivery. */
const isKept = (operation: Operation): operation is SetOperation =>
  operation.op === 'set' && operation.ttl > 0 && Number.isFinite(operation.ttl)

class Front implements JournaledStore {
  readonly #store: Store
  readonly #journal: Journal | undefined

  constructor(store: Store, journal: Journal | undefined) {
    this.#store = store
    this.#journal = journal
  }

  run: Store['run'] = operations => {
    const set = operations.filter(isKept)
    const n = set.length === 0 ? undefined : this.#journal?.add(set)
    const answers = this.#store.run(operations)
    if (n === undefined) return answers
    // What the store has refused stays in the journal, for the next process.
    if (answers instanceof Promise)
      answers.then(
        () => this.#journal?.settle(n),
        () => undefined,
      )
    else this.#journal?.settle(n)
    return answers
  }

  close(): void {
    this.#journal?.close()
  }
}

/** The journal of this process. Written synchronously: what the kernel has, survives the process. */
class Journal {
  readonly #path: string
  readonly #warn: (error: unknown) => void
  readonly #pending = new Map<number, Pending>()
  #file: number
  #length = 0
  #rewriteAt = MAX_LENGTH
  #last = 0

  constructor(path: string, warn: (error: unknown) => void) {
    this.#path = path
    this.#warn = warn
    this.#file = openSync(path, 'a', 0o600)
    ftruncateSync(this.#file)
    open.add(path)
  }

  /** @returns the number to settle it by */
  add(set: readonly SetOperation[]): number {
    this.#last += 1
    const pending: Pending = { at: Date.now(), set: set.map(({ key, value, ttl }) => [key, value, ttl]) }
    this.#pending.set(this.#last, pending)
    this.#write([{ n: this.#last, pending }])
    return this.#last
  }

  /** The store has it. */
  settle(n: number): void {
    this.#pending.delete(n)
    if (this.#pending.size === 0 || this.#length >= this.#rewriteAt) this.#rewrite()
    else this.#write([{ n }])
  }

  /** With what is pending alone; nearly always that is nothing. */
  #rewrite(): void {
    this.#guarded(() => ftruncateSync(this.#file))
    this.#length = 0
    this.#write([...this.#pending].map(([n, pending]) => ({ n, pending })))
    this.#rewriteAt = Math.max(MAX_LENGTH, 2 * this.#length)
  }

  close(): void {
    open.delete(this.#path)
    this.#guarded(() => closeSync(this.#file))
    this.#file = -1
    if (this.#pending.size === 0) unlink(this.#path).catch(() => undefined)
  }

  #write(lines: readonly Line[]): void {
    if (lines.length === 0 || this.#file < 0) return
    const text = lines.map(line => `${JSON.stringify(line)}\n`).join('')
    this.#guarded(() => {
      this.#length += writeSync(this.#file, text)
    })
  }

  /** A full disk costs the journal, and no mail. */
  #guarded(write: () => void): void {
    if (this.#file < 0) return
    try {
      write()
    } catch (error) {
      this.#warn(error)
    }
  }
}

/** The journals of this process that are in use. */
const open = new Set<string>()

/** Containers may share a folder and have processes of the same number: each host has its own journals. */
const host = hostname().replace(/[^\w-]/g, '_')
const nameOf = (pid: number): string => `delivered-${host}-${pid}.journal`

async function recover(store: Store, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of await readdir(folder)) {
    const pid = Number(/^delivered-([\w-]+)-(\d{1,10})\.journal$/.exec(name)?.[2] ?? Number.NaN)
    if (Number.isNaN(pid) || name !== nameOf(pid) || (pid !== process.pid && isRunning(pid))) continue
    const path = join(folder, name)
    if (open.has(path)) continue
    const set = [...pendingOf(await readFile(path, 'latin1'))]
    if (set.length > 0) await store.run(set)
    await unlink(path).catch(() => undefined)
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It runs as another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** What a journal holds that the store may lack. A line that was cut short by a full disk counts as absent. */
function* pendingOf(text: string): Generator<SetOperation> {
  const left = new Map<number, Pending>()
  for (const line of text.split('\n')) {
    if (line === '' || line.length > MAX_LINE_LENGTH) continue
    const read = readLine(line)
    if (read?.pending) left.set(read.n, read.pending)
    else if (read) left.delete(read.n)
  }
  for (const { at, set } of left.values())
    for (const [key, value, ttl] of set) {
      const rest = ttl - Math.max(0, Date.now() - at)
      if (rest > 0) yield { op: 'set', key, value, ttl: rest }
    }
}

function readLine(line: string): Line | undefined {
  try {
    const read = JSON.parse(line) as Line
    return typeof read.n === 'number' && (read.pending === undefined || Array.isArray(read.pending.set))
      ? read
      : undefined
  } catch {
    return undefined
  }
}
