/**
 * Encrypts messages at rest with AES-256-GCM in chunks, so that no message has to fit into memory and no changed byte
 * is given out. Each chunk is authenticated with its number and whether it is the last: none can be left out,
 * repeated or put elsewhere.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { type Check, hidden } from '../model/options.ts'

/** 'PQ1': an encrypted message of this form. */
const MAGIC = Buffer.from('PQ1\n')
const PREFIX_LENGTH = 8
const TAG_LENGTH = 16
const LENGTH_LENGTH = 4
/** Plain bytes of a chunk. */
export const CHUNK_LENGTH = 65_536

/** Keys that are derived from the operator's key: one for contents, one for names. */
export class Keys {
  readonly #content: Buffer | undefined
  readonly #names: Buffer

  /** @param key 32 bytes in base64 or hex; without one nothing is encrypted, and names are only hashed */
  constructor(key: string | undefined) {
    const bytes = key === undefined ? undefined : keyBytes(key)
    this.#content = bytes && Buffer.from(hkdfSync('sha256', bytes, '', 'postern quarantine content', 32))
    this.#names = Buffer.from(hkdfSync('sha256', bytes ?? '', '', 'postern quarantine names', 32))
  }

  get isEncrypting(): boolean {
    return this.#content !== undefined
  }

  /** The name under which an address or a domain is found. */
  hash(name: string): string {
    return createHmac('sha256', this.#names).update(name).digest('base64url').slice(0, 22)
  }

  /** The bytes as they are kept. */
  async *sealed(plain: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    if (this.#content === undefined) {
      for await (const bytes of plain) yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      return
    }
    const prefix = randomBytes(PREFIX_LENGTH)
    yield Buffer.concat([MAGIC, prefix])
    let number = 0
    for await (const [chunk, isLast] of chunks(plain)) yield sealChunk(this.#content, prefix, number++, isLast, chunk)
  }

  /** The plain bytes of what was kept. Throws where a byte was changed, or the end is missing. */
  async *opened(kept: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    if (this.#content === undefined) {
      for await (const bytes of kept) yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      return
    }
    yield* openChunks(this.#content, kept)
  }

  sealText(text: string): Uint8Array {
    if (this.#content === undefined) return Buffer.from(text)
    const prefix = randomBytes(PREFIX_LENGTH)
    return Buffer.concat([MAGIC, prefix, sealChunk(this.#content, prefix, 0, true, Buffer.from(text))])
  }

  openText(kept: Uint8Array): string {
    const bytes = Buffer.from(kept.buffer, kept.byteOffset, kept.length)
    if (this.#content === undefined) return bytes.toString()
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw notOurs()
    const prefix = bytes.subarray(MAGIC.length, MAGIC.length + PREFIX_LENGTH)
    return openChunk(
      this.#content,
      prefix,
      0,
      true,
      bytes.subarray(MAGIC.length + PREFIX_LENGTH + LENGTH_LENGTH),
    ).toString()
  }
}

/** @throws Error when it is not 32 bytes in base64 or hex */
export function keyBytes(key: string): Buffer {
  const text = key.trim()
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  if (bytes.length !== 32) throw new Error('expected 32 bytes in base64 or hex, such as openssl rand -base64 32 writes')
  return bytes
}

/** A key as an option; it is never shown. */
export const keyCheck = (): Check<string> =>
  hidden('32 bytes in base64 or hex, such as openssl rand -base64 32 writes', key => {
    try {
      return typeof key === 'string' && keyBytes(key).length === 32
    } catch {
      return false
    }
  })

/** Chunks of equal length; each with whether it is the last. */
async function* chunks(plain: AsyncIterable<Uint8Array>): AsyncGenerator<readonly [Buffer, isLast: boolean]> {
  let held: Buffer[] = []
  let length = 0
  for await (const bytes of plain) {
    held.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
    length += bytes.length
    // A full chunk goes out only when more has come: the last one must be known as such.
    if (length <= CHUNK_LENGTH) continue
    const all = Buffer.concat(held)
    let from = 0
    for (; all.length - from > CHUNK_LENGTH; from += CHUNK_LENGTH)
      yield [all.subarray(from, from + CHUNK_LENGTH), false]
    held = [all.subarray(from)]
    length = all.length - from
  }
  yield [Buffer.concat(held), true]
}

function sealChunk(key: Buffer, prefix: Buffer, number: number, isLast: boolean, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(prefix, number))
  cipher.setAAD(isLast ? LAST : NOT_LAST)
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  const length = Buffer.alloc(LENGTH_LENGTH)
  length.writeUInt32BE(sealed.length)
  return Buffer.concat([length, sealed])
}

function openChunk(key: Buffer, prefix: Buffer, number: number, isLast: boolean, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(prefix, number))
  decipher.setAAD(isLast ? LAST : NOT_LAST)
  decipher.setAuthTag(sealed.subarray(-TAG_LENGTH))
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_LENGTH)), decipher.final()])
}

async function* openChunks(key: Buffer, kept: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  let prefix: Buffer | undefined
  let number = 0
  let ready: Buffer | undefined
  for await (const bytes of kept) {
    rest = Buffer.concat([rest, bytes])
    if (prefix === undefined) {
      if (rest.length < MAGIC.length + PREFIX_LENGTH) continue
      if (!rest.subarray(0, MAGIC.length).equals(MAGIC)) throw notOurs()
      prefix = rest.subarray(MAGIC.length, MAGIC.length + PREFIX_LENGTH)
      rest = rest.subarray(MAGIC.length + PREFIX_LENGTH)
    }
    for (;;) {
      const length = rest.length < LENGTH_LENGTH ? undefined : rest.readUInt32BE(0)
      if (length === undefined) break
      if (length < TAG_LENGTH || length > CHUNK_LENGTH + TAG_LENGTH) throw notOurs()
      if (rest.length < LENGTH_LENGTH + length) break
      // One chunk is kept back, because only the end of the file shows which is the last.
      if (ready !== undefined) yield openChunk(key, prefix, number++, false, ready)
      ready = rest.subarray(LENGTH_LENGTH, LENGTH_LENGTH + length)
      rest = rest.subarray(LENGTH_LENGTH + length)
    }
  }
  if (ready === undefined || prefix === undefined || rest.length > 0) throw notOurs()
  yield openChunk(key, prefix, number, true, ready)
}

const LAST = Buffer.from('last')
const NOT_LAST = Buffer.from('more')

function nonceOf(prefix: Buffer, number: number): Buffer {
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(number)
  return Buffer.concat([prefix, counter])
}

const notOurs = (): Error => new Error('the message was not written by this quarantine, or was changed')
