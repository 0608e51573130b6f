/**
 * Remembers who has a message, so that a client that tries again because it got no answer does not deliver it twice.
 */
import { createHash } from 'node:crypto'
import type { Store } from '../../model/store.ts'
import type { IncomingMessage } from '../../smtp/index.ts'

/** RFC 5321 §4.5.4.1: a client tries for four to five days. */
const RETRY_MS = 5 * 86_400_000
/**
 * Programs that build a message anew for each try do so within minutes: for so long one text reaches no recipient
 * twice.
 */
const REBUILT_MS = 15 * 60_000
const MAX_ANSWERED = 10_000
/** Who has the message according to a next hop, and not to a file. */
const TAKEN = '1'

/** Whether a file of a Maildir exists, wherever its reader has moved it. */
export type FileExists = (file: string) => Promise<boolean>

/**
 * The order matters: first the delivery, then the note in the store, then the answer, and then the note is deleted. For
 * a Maildir the note is first, and names the file that is to be written: then the file itself says whether it was.
 * Whenever the process ends, a message is delivered twice at worst, and never lost. Only a client that tries again
 * without an answer finds a note; the same message sent anew after an answer is another message.
 */
export class Duplicates {
  readonly store: Store
  readonly fileExists: FileExists
  /** Noted while their clients wait for the answer: the same bytes from another client are another message. */
  readonly waiting = new Set<string>()
  /** Answered, whatever the store says of them if it could not delete its notes. */
  readonly answered = new Set<string>()

  constructor(store: Store, fileExists: FileExists) {
    this.store = store
    this.fileExists = fileExists
  }

  /** Never rejects. */
  async begin(message: IncomingMessage, forwardPaths: readonly string[]): Promise<Claim> {
    const digests = await digestsOf(message).catch(() => undefined)
    const claim = new Claim(this, forwardPaths, digests)
    await claim.look()
    return claim
  }
}

/** One message of one client, and who has it. */
export class Claim {
  /** The recipients that have the message from an earlier try. */
  readonly has = new Set<string>()
  readonly #all: Duplicates
  readonly #whole: ReadonlyMap<string, string>
  readonly #rebuilt: ReadonlyMap<string, string>

  constructor(all: Duplicates, forwardPaths: readonly string[], digests: Digests | undefined) {
    const keysOf = (digest: string) => new Map(forwardPaths.map(path => [path, `delivered:${hash([digest, path])}`]))
    this.#all = all
    this.#whole = digests === undefined ? new Map() : keysOf(digests.whole)
    this.#rebuilt = digests === undefined ? new Map() : keysOf(hash([digests.text, ...forwardPaths]))
  }

  async look(): Promise<void> {
    const { waiting, answered } = this.#all
    if ([...this.#whole.values()].some(key => waiting.has(key))) return
    const pairs = [...this.#whole, ...this.#rebuilt].filter(([, key]) => !answered.has(key))
    if (pairs.length === 0) return
    const entries = await this.#run(store => store.run(pairs.map(([, key]) => ({ op: 'get', key }) as const)))
    for (const [index, [path]] of pairs.entries()) {
      const value = entries?.[index]?.value
      if (value === undefined) continue
      if (value === TAKEN || (await this.#all.fileExists(value).catch(() => false))) this.has.add(path)
    }
  }

  /** The message is about to be written to this file. */
  async intend(forwardPaths: readonly string[], file: string): Promise<void> {
    await this.#note(forwardPaths, file)
  }

  /** A next hop has the message, or a report about the recipient. */
  async taken(forwardPaths: readonly string[]): Promise<void> {
    await this.#note(forwardPaths, TAKEN)
  }

  /** These recipients have the message and others have to wait, so that the client tries again. */
  async partial(forwardPaths: readonly string[]): Promise<void> {
    const again = forwardPaths.flatMap(path => this.#rebuilt.get(path) ?? [])
    await this.#set(again.map(key => ({ op: 'set', key, value: TAKEN, ttl: REBUILT_MS })))
  }

  /** The client was answered, or has left before. `isFinal`: the answer was that every recipient is served. */
  ended(isFinal: boolean): void {
    const { waiting, answered } = this.#all
    const keys = [...this.#whole.values()]
    for (const key of keys) waiting.delete(key)
    if (!isFinal) return
    for (const key of keys) answered.add(key)
    for (const key of answered) {
      if (answered.size <= MAX_ANSWERED) break
      answered.delete(key)
    }
    void this.#run(store => store.run(keys.map(key => ({ op: 'delete', key }))))
  }

  async #note(forwardPaths: readonly string[], value: string): Promise<void> {
    const keys = forwardPaths.flatMap(path => this.#whole.get(path) ?? [])
    for (const key of keys) {
      this.#all.waiting.add(key)
      this.#all.answered.delete(key)
    }
    await this.#set(keys.map(key => ({ op: 'set', key, value, ttl: RETRY_MS })))
  }

  async #set(operations: readonly { op: 'set'; key: string; value: string; ttl: number }[]): Promise<void> {
    if (operations.length > 0) await this.#run(store => store.run(operations))
  }

  /** Without the store mail goes on: what is tried again is then delivered twice. */
  async #run<T>(ask: (store: Store) => T | Promise<T>): Promise<T | undefined> {
    try {
      return await ask(this.#all.store)
    } catch {
      return undefined
    }
  }
}

interface Digests {
  /** Of the envelope's sender and of every byte that arrived, without the fields that we have put on top. */
  readonly whole: string
  /** The same of what a person sees: a message that is built anew has another Message-ID and Date. */
  readonly text: string
}

const MAX_HEADER_LENGTH = 262_144
const VISIBLE = /^(?:from|to|cc|subject):[^\r\n]*(?:\r\n[ \t][^\r\n]*)*/gim

async function digestsOf({ groups, content, outcome, reversePath }: IncomingMessage): Promise<Digests> {
  const { trace } = groups[0] ?? outcome
  const body = createHash('sha256')
  let own = trace.reduce((bytes, [name, value]) => bytes + name.length + value.length + 4, 0)
  let header: string | undefined
  let head = ''
  for await (const bytes of content.open() as AsyncIterable<Buffer>) {
    const rest = bytes.subarray(Math.min(own, bytes.length))
    own -= bytes.length - rest.length
    if (header !== undefined) {
      body.update(rest)
      continue
    }
    head += rest.toString('latin1')
    const end = head.indexOf('\r\n\r\n')
    if (end === -1 && head.length < MAX_HEADER_LENGTH) continue
    header = head.slice(0, end === -1 ? MAX_HEADER_LENGTH : end + 2)
    body.update(head.slice(header.length), 'latin1')
  }
  const rest = body.digest('base64url')
  const fields = (header ?? head).match(VISIBLE) ?? []
  return { whole: hash([reversePath, header ?? head, rest]), text: hash([reversePath, ...fields, rest]) }
}

const hash = (parts: readonly string[]): string => createHash('sha256').update(parts.join('\0')).digest('base64url')
