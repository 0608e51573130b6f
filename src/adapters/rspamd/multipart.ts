/** The third version of Rspamd's protocol (`/checkv3`): metadata and message as parts, and the result as a part. */
import { randomUUID } from 'node:crypto'
import { isRecord } from '../../model/options.ts'
import { HttpError } from '../shared/web/request.ts'
import type { RequestHeaders } from './headers.ts'

/** A part of `multipart/form-data` (RFC 7578). */
interface Part {
  readonly name: string
  readonly type: string
  readonly encoding: string
  readonly data: Buffer
}

/** The two parts of a request. */
export interface CheckRequest {
  /** The metadata, as the headers of `/checkv2` that they stand for; what they leave out is taken from the headers. */
  readonly headers: RequestHeaders
  readonly message: Buffer
  /** The message is compressed. */
  readonly isPacked: boolean
}

/** As Rspamd has it: metadata and message, and nothing else. */
const MAX_PARTS = 2
const MAX_METADATA = 262_144
const MAX_PART_HEADER = 4_096

/** @throws HttpError with what is wrong with the request */
export function readCheckRequest(headers: RequestHeaders, body: Buffer): CheckRequest {
  const parts = partsOf(body, boundaryOf(headers('content-type')[0] ?? ''))
  const [metadata, message] = ['metadata', 'message'].map(name => parts.find(part => part.name === name))
  if (metadata === undefined || metadata.data.length === 0) throw new HttpError(400, 'there is no part metadata')
  if (message === undefined) throw new HttpError(400, 'there is no part message')
  if (metadata.encoding !== '') throw new HttpError(415, 'the part metadata is compressed: send it as it is')
  if (/msgpack/i.test(metadata.type)) throw new HttpError(415, 'metadata in msgpack is not supported: send JSON')
  if (message.encoding !== '' && message.encoding !== 'zstd')
    throw new HttpError(415, 'the part message has a compression that is not supported: send zstd, or as it is')
  const fields = fieldsOf(metadata.data)
  return {
    headers: name => fields.get(name) ?? headers(name),
    message: message.data,
    isPacked: message.encoding === 'zstd',
  }
}

function boundaryOf(contentType: string): Buffer {
  const [, quoted, plain] =
    /^multipart\/form-data\b.*?;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) throw new HttpError(400, 'the Content-Type is not multipart/form-data with a boundary')
  return Buffer.from(`--${boundary}`, 'latin1')
}

/** Everything between two delimiter lines is a part; what stands before the first and behind the last is ignored. */
function partsOf(body: Buffer, delimiter: Buffer): readonly Part[] {
  const parts: Part[] = []
  let start: number | undefined
  for (let at = delimiterAt(body, delimiter, 0); at >= 0; at = delimiterAt(body, delimiter, at + delimiter.length)) {
    if (start !== undefined) parts.push(partOf(body.subarray(start, lineEndBefore(body, at))))
    if (parts.length > MAX_PARTS) throw new HttpError(400, `more than ${MAX_PARTS} parts`)
    const after = at + delimiter.length
    if (body.toString('latin1', after, after + 2) === '--') return parts
    start = body.indexOf(0x0a, after) + 1
    if (start === 0) break
  }
  throw new HttpError(400, 'the multipart body has no end')
}

/** The next delimiter at the beginning of a line. */
function delimiterAt(body: Buffer, delimiter: Buffer, from: number): number {
  for (let at = body.indexOf(delimiter, from); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    const end = at + delimiter.length
    const next = body[end]
    const isWhole =
      next === 0x0d || next === 0x0a || next === 0x20 || next === 0x09 || body.toString('latin1', end, end + 2) === '--'
    if ((at === 0 || body[at - 1] === 0x0a) && isWhole) return at
  }
  return -1
}

/** The line end before a delimiter belongs to the delimiter. */
function lineEndBefore(body: Buffer, at: number): number {
  const end = at > 0 && body[at - 1] === 0x0a ? at - 1 : at
  return end > 0 && body[end - 1] === 0x0d ? end - 1 : end
}

function partOf(bytes: Buffer): Part {
  const head = bytes.toString('latin1', 0, MAX_PART_HEADER)
  const [empty] = /^\r?\n|\r?\n\r?\n/.exec(head) ?? []
  if (empty === undefined) throw new HttpError(400, 'a part has no end of its header')
  const length = head.indexOf(empty) + empty.length
  const header = head.slice(0, length)
  const field = (name: string): string =>
    new RegExp(`^${name}:[ \\t]*([^\\r\\n]*)`, 'im').exec(header)?.[1]?.trim() ?? ''
  const [, quoted, plain] = /\bname=(?:"([^"]*)"|([^\s;"]+))/i.exec(field('Content-Disposition')) ?? []
  return {
    name: quoted ?? plain ?? '',
    type: field('Content-Type'),
    encoding: field('Content-Encoding').toLowerCase(),
    data: bytes.subarray(length),
  }
}

/** `queue_id` is Queue-Id, `tls.cipher` is TLS-Cipher: the names of the headers that they replace. */
function fieldsOf(data: Buffer): ReadonlyMap<string, readonly string[]> {
  if (data.length > MAX_METADATA) throw new HttpError(413, `metadata of more than ${MAX_METADATA} bytes`)
  const fields = new Map<string, readonly string[]>()
  const add = (value: unknown, name: string): void => {
    if (typeof value === 'string') fields.set(name, [value])
    else if (Array.isArray(value))
      fields.set(
        name,
        value.filter(item => typeof item === 'string'),
      )
    else if (isRecord(value) && name === 'settings') fields.set(name, [JSON.stringify(value)])
    else if (isRecord(value) && name === 'tls')
      for (const [key, inner] of Object.entries(value)) if (typeof inner === 'string') fields.set(`tls-${key}`, [inner])
  }
  for (const [key, value] of Object.entries(parsed(data))) add(value, key.toLowerCase().replaceAll('_', '-'))
  return fields
}

function parsed(data: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(data.toString())
  } catch {
    throw new HttpError(400, 'the metadata are not JSON')
  }
  if (!isRecord(value)) throw new HttpError(400, 'the metadata are not an object')
  return value
}

/** The reply: `multipart/mixed` with the part `result`, which is compressed alone. */
export function checkReply(result: Buffer, isPacked: boolean): { readonly type: string; readonly body: Buffer } {
  const boundary = randomUUID()
  const head = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="result"',
    'Content-Type: application/json',
    ...(isPacked ? ['Content-Encoding: zstd'] : []),
    '',
    '',
  ].join('\r\n')
  return {
    type: `multipart/mixed; boundary="${boundary}"`,
    body: Buffer.concat([Buffer.from(head), result, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}
