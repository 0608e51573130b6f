/** Reads whatever a report comes in: XML, JSON, gzip, zip, or a message with any of them. */
import { errorText } from '../../model/errors.ts'
import type { ReceivedReport } from '../types.ts'
import { readAggregate } from './aggregate.ts'
import { isComplaint, readComplaint } from './complaint.ts'
import { MAX_BYTES, MAX_REPORTS, UnreadableError } from './limits.ts'
import { type MessagePart, partsOf } from './message-parts.ts'
import { readTls } from './tls.ts'
import { isPacked, Unpacker } from './unpack.ts'

/**
 * Reads the reports in a file or a message: DMARC aggregate reports (RFC 9990, RFC 7489), complaints in ARF (RFC 5965)
 * and reports about TLS (RFC 8460); as they are, in gzip or zip, or attached to a message. Reads at most 32 MB, unpacks
 * at most 32 MB, and never rejects: what cannot be read is `unreadable`, with the reason.
 *
 * @example
 * for (const report of await readReports(await readFile('report.xml.gz')))
 *   if (report.kind === 'dmarc') console.log(report.policy.domain, report.records.length)
 * @returns one for each report; a message has at most ten
 */
export async function readReports(bytes: Uint8Array): Promise<readonly ReceivedReport[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length > MAX_BYTES) return [unreadable(`it has more than ${MAX_BYTES} bytes`)]
  const unpacker = new Unpacker()
  const kind = kindOf(buffer)
  if (kind !== 'other') return [await one(() => readPacked(buffer, unpacker))]
  const parts = partsOf(buffer)
  if (isComplaint(parts)) return [await one(() => readComplaint(parts))]
  const reports: ReceivedReport[] = []
  for (const content of attachments(parts)) reports.push(await one(() => readPacked(content, unpacker)))
  return reports.length > 0 ? reports : [unreadable('it holds no report: neither XML, JSON, gzip, zip nor a complaint')]
}

async function one(read: () => ReceivedReport | Promise<ReceivedReport>): Promise<ReceivedReport> {
  try {
    return await read()
  } catch (error) {
    return unreadable(error instanceof UnreadableError ? error.message : `it cannot be read: ${errorText(error)}`)
  }
}

const unreadable = (reason: string): ReceivedReport => ({ kind: 'unreadable', reason })

async function readPacked(bytes: Buffer, unpacker: Unpacker): Promise<ReceivedReport> {
  const plain = await unpacker.unpack(bytes)
  switch (kindOf(plain)) {
    case 'xml':
      return await readAggregate(plain)
    case 'json':
      return readTls(plain)
    default:
      throw new UnreadableError('what is packed in it is neither XML nor JSON')
  }
}

/** By the first characters that are no blanks. */
function kindOf(bytes: Buffer): 'packed' | 'xml' | 'json' | 'other' {
  if (isPacked(bytes)) return 'packed'
  // A byte order mark, NULs of wide characters, blanks.
  const [, first] = /^[\xef\xbb\xbf\xfe\xff\0\s]{0,64}([<{])/.exec(bytes.toString('latin1', 0, 65)) ?? []
  return first === '<' ? 'xml' : first === '{' ? 'json' : 'other'
}

/** Parts that hold reports by their first bytes: declared types of attachments are often wrong. */
function* attachments(parts: readonly MessagePart[]): Generator<Buffer> {
  let found = 0
  for (const { contentType, content } of parts) {
    if (found >= MAX_REPORTS) return
    if (contentType === 'text/html') continue
    const bytes = content()
    if (kindOf(bytes) === 'other') continue
    found += 1
    yield bytes
  }
}
