/** The bytes of messages in PostgreSQL, in chunks: no message has to fit into memory. */
import { Readable } from 'node:stream'
import type { WorkerClient } from '../../threads/worker-client.ts'
import type { Keys } from '../cipher.ts'
import type { Contents } from '../held-quarantine.ts'

/** One piece of a message. */
export interface Chunk {
  readonly bytes: Uint8Array
  readonly isLast: boolean
}

/** What the thread is asked for about bytes. */
export type ContentTask =
  | ({ readonly kind: 'putChunk'; readonly id: string; readonly number: number } & Chunk)
  | { readonly kind: 'getChunk'; readonly id: string; readonly number: number }
  | { readonly kind: 'removeContent'; readonly id: string }
  | { readonly kind: 'orphans' }

const CHUNK_LENGTH = 512 * 1024

export class ContentTables implements Contents {
  readonly #thread: WorkerClient<ContentTask>
  readonly #keys: Keys

  constructor(thread: WorkerClient<ContentTask>, keys: Keys) {
    this.#thread = thread
    this.#keys = keys
  }

  async write(id: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      let number = 0
      for await (const chunk of chunksOf(this.#keys.sealed(content))) {
        await this.#thread.ask({ kind: 'putChunk', id, number, ...chunk })
        number += 1
      }
    } catch (error) {
      await this.remove(id)
      throw error
    }
  }

  read(id: string): Readable {
    return Readable.from(this.#keys.opened(this.#chunks(id)), { objectMode: false })
  }

  /** What cannot be removed now is found later, as an orphan. */
  async remove(id: string): Promise<void> {
    await this.#thread.ask({ kind: 'removeContent', id }).catch(() => undefined)
  }

  async orphans(): Promise<readonly string[]> {
    return (await this.#thread.ask({ kind: 'orphans' })) as readonly string[]
  }

  async *#chunks(id: string): AsyncGenerator<Uint8Array> {
    for (let number = 0; ; number += 1) {
      const chunk = (await this.#thread.ask({ kind: 'getChunk', id, number })) as Chunk | undefined
      if (chunk === undefined) throw new Error('the message is not there, or not whole')
      yield chunk.bytes
      if (chunk.isLast) return
    }
  }
}

/** Chunks of about equal length; each with whether it is the last. */
async function* chunksOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<Chunk> {
  let held: Uint8Array[] = []
  let length = 0
  for await (const bytes of content) {
    if (length >= CHUNK_LENGTH) {
      yield { bytes: Buffer.concat(held), isLast: false }
      held = []
      length = 0
    }
    held.push(bytes)
    length += bytes.length
  }
  yield { bytes: Buffer.concat(held), isLast: true }
}
