/** Enough of the wire format of DNS for a server in tests (RFC 1035 §4): one question in, records out. */
import type { Records, RecordType } from '../../src/model/resolver.ts'

export interface Query {
  readonly id: number
  readonly name: string
  /** Undefined for a type that tests do not serve. */
  readonly type: RecordType | undefined
  /** The question section as it was sent, to be sent back. */
  readonly question: Buffer
}

/** A record on its way out. */
export interface Served {
  readonly owner: string
  readonly type: RecordType
  readonly ttl: number
  readonly data: Buffer
}

const numbers: { readonly [T in RecordType]: number } = { A: 1, NS: 2, CNAME: 5, PTR: 12, MX: 15, TXT: 16, AAAA: 28 }

const encoders: { readonly [T in RecordType]: (record: Records[T]) => Buffer } = {
  A: ip => Buffer.from(ip.split('.').map(Number)),
  AAAA: ip => Buffer.from(groups(ip).flatMap(group => [group >> 8, group & 255])),
  NS: encodeName,
  CNAME: encodeName,
  PTR: encodeName,
  MX: ({ exchange, priority }) => Buffer.concat([u16(priority), encodeName(exchange)]),
  TXT: chunks => Buffer.concat(chunks.flatMap(chunk => pieces(Buffer.from(chunk, 'latin1'))).map(withLength)),
}

export const encodeRecord = <T extends RecordType>(type: T, record: Records[T]): Buffer => encoders[type](record)

export function decodeQuery(message: Buffer): Query {
  const labels: string[] = []
  let position = 12
  for (let length = message.readUInt8(position); length > 0; length = message.readUInt8(position)) {
    labels.push(message.toString('latin1', position + 1, position + 1 + length))
    position += 1 + length
  }
  const wanted = message.readUInt16BE(position + 1)
  const type = (Object.keys(numbers) as RecordType[]).find(known => numbers[known] === wanted)
  return { id: message.readUInt16BE(0), name: labels.join('.'), type, question: message.subarray(12, position + 5) }
}

export function encodeReply(
  { id, question }: Query,
  { rcode, truncated = false, records }: { rcode: number; truncated?: boolean; records: readonly Served[] },
): Buffer {
  const flags = 0x8180 | (truncated ? 0x0200 : 0) | rcode
  const answers = records.map(({ owner, type, ttl, data }) =>
    Buffer.concat([
      encodeName(owner),
      u16(numbers[type]),
      u16(1),
      u16(ttl >>> 16),
      u16(ttl & 0xffff),
      u16(data.length),
      data,
    ]),
  )
  return Buffer.concat([u16(id), u16(flags), u16(1), u16(records.length), u16(0), u16(0), question, ...answers])
}

/** Labels of any bytes, so that tests can send names that are none; a dot always ends a label. */
function encodeName(name: string): Buffer {
  const labels = name.split('.').filter(label => label !== '')
  return Buffer.concat([...labels.map(label => withLength(Buffer.from(label, 'latin1'))), Buffer.of(0)])
}

function groups(ip: string): readonly number[] {
  const [head = '', tail] = ip.split('::')
  const parse = (text: string) => (text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16)))
  const [first, last] = [parse(head), parse(tail ?? '')]
  return tail === undefined ? first : [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last]
}

const pieces = (text: Buffer): readonly Buffer[] =>
  text.length <= 255 ? [text] : [text.subarray(0, 255), ...pieces(text.subarray(255))]

const withLength = (text: Buffer): Buffer => Buffer.concat([Buffer.of(text.length), text])

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}
