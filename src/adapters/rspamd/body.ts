/** The message in the body of a request: as it is, in chunks, or packed; never more than the limit, and counted in the budget. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { constants, createInflate, createZstdDecompress } from 'node:zlib'
import type { Share } from '../shared/web/budget.ts'
import { WebError } from '../shared/web/request.ts'
import { RequestError } from './headers.ts'

export type Packing = 'zstd' | 'zlib'

/** Where the bytes of a request are counted. */
export interface Account {
  /** The largest message, packed or not. */
  readonly limit: number
  /** Of this request; closed by whoever has opened it. */
  readonly share: Share
}

/** @throws RequestError for what is too large or cannot be unpacked */
export async function readBody(source: AsyncIterable<unknown>, account: Account, packing?: Packing): Promise<Buffer> {
  const { limit } = account
  const body = await collect(source, account, () => new RequestError(413, `a message of more than ${limit} bytes`))
  // Who asks for numbers may say that nothing is packed.
  return packing !== undefined && body.length > 0 ? await unpack(body, account, packing) : body
}

async function collect(source: AsyncIterable<unknown>, { limit, share }: Account, tooLarge: () => RequestError) {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of source) {
    const bytes = chunk as Buffer
    length += bytes.length
    if (length > limit) throw tooLarge()
    await share.take(bytes.length)
    chunks.push(bytes)
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)
}

/** RFC 9659 §3: who sends zstd may not ask for a window of more than 8 MB. */
const WINDOW_LOG = 23
const unpackers = {
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG } }),
  zlib: () => createInflate(),
}

async function unpack(body: Buffer, account: Account, packing: Packing): Promise<Buffer> {
  const { limit, share } = account
  const wrong = () =>
    new RequestError(400, `the body cannot be unpacked as ${packing} within ${limit} bytes: send less, or unpacked`)
  // The unpacker needs memory of its own, up to its window.
  const window = Math.min(2 ** WINDOW_LOG, limit)
  await share.take(window)
  const stream = unpackers[packing]()
  stream.end(body)
  try {
    return await collect(stream, account, wrong)
  } catch (error) {
    throw error instanceof RequestError || error instanceof WebError ? error : wrong()
  } finally {
    stream.destroy()
    share.give(window)
  }
}

/** The event loop waits for no more than this at a time. */
const SLICE = 262_144
const LF = 10
const CR = 13

/** A message from a file, whose lines end with LF alone, as SMTP would have carried it. One that has any CRLF is left as it is. */
export async function asSent(body: Buffer): Promise<Buffer> {
  let lines = 0
  for (let at = 0; at < body.length; at += SLICE) {
    if (at > 0) await nextTurn()
    // A CRLF may lie across two slices.
    if (body.subarray(at, at + SLICE + 1).includes('\r\n')) return body
    const slice = body.subarray(at, at + SLICE)
    for (let end = slice.indexOf(LF); end >= 0; end = slice.indexOf(LF, end + 1)) lines += 1
  }
  if (lines === 0) return body
  const sent = Buffer.allocUnsafe(body.length + lines)
  let to = 0
  for (let at = 0; at < body.length; at += SLICE) {
    if (at > 0) await nextTurn()
    const slice = body.subarray(at, at + SLICE)
    for (let index = 0; index < slice.length; index += 1) {
      const byte = slice[index] as number
      if (byte === LF) sent[to++] = CR
      sent[to++] = byte
    }
  }
  return sent
}

/** The message in pieces, with a turn of the event loop between them. */
export async function* inPieces(message: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < message.length; at += SLICE) {
    if (at > 0) await nextTurn()
    yield message.subarray(at, at + SLICE)
  }
}
