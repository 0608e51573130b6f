/** The message in the body of a request, compressed or not: within the limit, and counted in the budget. */
import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { constants, createInflate, createZstdDecompress } from 'node:zlib'
import { readChunks } from '../../engine/read-chunks.ts'
import { thenSync } from '../../model/maybe-promise.ts'
import { type Account, bounded } from '../shared/web/chunks.ts'
import { HttpError } from '../shared/web/request.ts'

/** How a body is compressed. */
export type Compression = 'zstd' | 'zlib'

/** @throws HttpError for a message that is too large or cannot be decompressed */
export async function readBody(
  source: AsyncIterable<unknown>,
  account: Account,
  compression?: Compression,
): Promise<Buffer> {
  const { limit } = account
  const body = await collect(source, account, () => new HttpError(413, `a message of more than ${limit} bytes`))
  // A request without a message may name a compression all the same.
  return compression !== undefined && body.length > 0 ? await decompress(body, account, compression) : body
}

async function collect(source: AsyncIterable<unknown>, account: Account, tooLarge: () => HttpError): Promise<Buffer> {
  const chunks: Buffer[] = []
  if (source instanceof Readable) await collectStream(source, account, tooLarge, chunks)
  else for await (const chunk of bounded(source as AsyncIterable<Buffer>, account, tooLarge)) chunks.push(chunk)
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}

/** The same as `bounded` without its iterators, which cost a small message more than all else that is done here. */
async function collectStream(
  source: Readable,
  { limit, share }: Account,
  tooLarge: () => HttpError,
  chunks: Buffer[],
): Promise<void> {
  // What fails after the limit is of no interest.
  source.on('error', () => undefined)
  let size = 0
  const take = (chunk: Buffer) => {
    size += chunk.length
    if (size > limit) throw tooLarge()
    return thenSync(share.take(chunk.length), () => {
      chunks.push(chunk)
      return undefined
    })
  }
  await readChunks(source, take, () => true)
}

/** RFC 9659 §3: a sender of zstd may not ask for a window of more than 8 MB. */
const WINDOW_LOG = 23
const decompressors = {
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG } }),
  zlib: () => createInflate(),
}

/** @throws HttpError for what cannot be decompressed within the limit */
export async function decompress(body: Buffer, account: Account, compression: Compression): Promise<Buffer> {
  const { limit, share } = account
  const wrong = () =>
    new HttpError(
      400,
      `the body cannot be decompressed as ${compression} within ${limit} bytes: send less, or send it uncompressed`,
    )
  // The decompressor needs memory for its window.
  const window = Math.min(2 ** WINDOW_LOG, limit)
  await share.take(window)
  const stream = decompressors[compression]()
  stream.end(body)
  try {
    return await collect(stream, account, wrong)
  } catch (error) {
    throw error instanceof HttpError ? error : wrong()
  } finally {
    stream.destroy()
    share.give(window)
  }
}

/** Bytes that are processed in one turn of the event loop. */
const SLICE = 262_144
const LF = 10
const CR = 13

/** Makes CRLF of LF, for a message from a file. A message with any CRLF stays as it is. */
export async function withCrlf(body: Buffer): Promise<Buffer> {
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
