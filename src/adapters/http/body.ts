/** The message in the body of a request: as it is, in chunks, or packed by zstd; never more than the limit. */
import { zstdDecompress } from 'node:zlib'
import { RequestError } from './headers.ts'

/** @throws RequestError for what is too large or cannot be unpacked */
export async function readBody(source: AsyncIterable<unknown>, limit: number, packed: boolean): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of source) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > limit) throw new RequestError(413, `a message of more than ${limit} octets`)
  }
  const body = Buffer.concat(chunks)
  return packed ? await unpack(body, limit) : body
}

const unpack = (body: Buffer, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    zstdDecompress(body, { maxOutputLength: limit }, (error, plain) => {
      if (error) reject(new RequestError(400, `the body cannot be unpacked as zstd within ${limit} octets`))
      else resolve(plain)
    })
  })

/** A message from a file, whose lines end with LF alone, as SMTP would have carried it. One that has any CRLF is left as it is. */
export const asSent = (body: Buffer): Buffer =>
  body.includes('\r\n') || !body.includes('\n')
    ? body
    : Buffer.from(body.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
