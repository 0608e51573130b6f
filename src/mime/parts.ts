/** The parts of a message, found by mailsplit and decoded by Node: the one file that knows @zone-eu/mailsplit. */
import { createHash, type Hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { MimeNode } from '@zone-eu/mailsplit'
import { readHeader } from './fields.ts'
import type { HeaderFields } from './header.ts'
import { parseParameters } from './parameters.ts'
import { type TransferDecoder, transferDecoder } from './transfer.ts'
import { decodeCharset } from './words.ts'

/** One part, the message itself included. */
export interface Part {
  /** `1.2` is the second part of the first; `` is the message itself. */
  readonly path: string
  /** In lower case: `text/plain`. */
  readonly contentType: string
  /** In lower case: `attachment`. */
  readonly disposition?: string
  /** Every name that some program may show or use, decoded. */
  readonly filenames: readonly string[]
  /** The transfer encoding in lower case; '' when none is named. */
  readonly encoding: string
  /** Decoded octets; 0 for a part that only holds others. */
  readonly size: number
  /** Of the decoded octets, in hex; absent for a part that only holds others. */
  readonly sha256?: string
  /** The decoded text of `text/plain` and `text/html`, as far as the limit for all of them goes. */
  readonly text?: string
}

/** Where programs may see other parts than we do, or where we have stopped looking. */
export type PartDefect =
  | 'too-deep'
  | 'too-many-parts'
  | 'header-too-large'
  | 'text-cut'
  /** A multipart without a boundary: its parts cannot be told apart. */
  | 'no-boundary'
  /** Content-Type, Content-Disposition or Content-Transfer-Encoding stands twice in one part. */
  | 'repeated-field'
  | 'unknown-encoding'
  | 'unknown-charset'

export interface PartLimits {
  /** How deep parts may lie in parts. @default 100 */
  readonly depth?: number
  /** How many parts there may be. @default 1000 */
  readonly parts?: number
  /** Decoded octets of text that are kept, all parts together. @default 1048576 */
  readonly text?: number
}

export interface PartList {
  /** In the order of the message. */
  readonly parts: readonly Part[]
  readonly defects: readonly PartDefect[]
}

/** Reads the message to its end, or to a limit: then the defect says so, and what was found so far is given. */
export async function readParts(
  source: Readable,
  { depth: deepest = 100, parts: most = 1000, text: textLimit = 1_048_576 }: PartLimits = {},
): Promise<PartList> {
  const { Splitter } = await import('@zone-eu/mailsplit')
  const defects = new Set<PartDefect>()
  const budget = { text: textLimit }
  const places = new WeakMap<MimeNode, { readonly path: string; readonly depth: number; children: number }>()
  const opened: OpenPart[] = []
  let last: { readonly node: MimeNode; readonly part: OpenPart } | undefined

  const splitter = new Splitter({ maxHeadSize: 131_072, maxChildNodes: most })
  source.on('error', error => splitter.destroy(error))
  try {
    for await (const item of source.pipe(splitter)) {
      if (item.type === 'node') {
        const parent = item.parentNode ? places.get(item.parentNode) : undefined
        const number = parent ? ++parent.children : 0
        const place = {
          path: parent?.path ? `${parent.path}.${number}` : parent ? `${number}` : '',
          depth: parent ? parent.depth + 1 : 0,
          children: 0,
        }
        if (place.depth > deepest) {
          defects.add('too-deep')
          break
        }
        places.set(item, place)
        if (item.multipart && !item._boundary) defects.add('no-boundary')
        const part = openPart(place.path, readHeader(item.getHeaders()), budget, defects)
        opened.push(part)
        last = { node: item, part }
      } else if (item.type === 'body' && last && last.node === item.node) last.part.push(item.value)
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EMAXLEN')) throw error
    defects.add(/child node/i.test(error.message) ? 'too-many-parts' : 'header-too-large')
  } finally {
    source.destroy()
    splitter.destroy()
  }
  return { parts: opened.map(({ close }) => close()), defects: [...defects] }
}

interface OpenPart {
  push(octets: Buffer): void
  close(): Part
}

function openPart(path: string, header: HeaderFields, budget: { text: number }, defects: Set<PartDefect>): OpenPart {
  const [type, disposition, encodings] = ['content-type', 'content-disposition', 'content-transfer-encoding'].map(
    name => {
      const fields = header.all(name)
      if (fields.length > 1) defects.add('repeated-field')
      return fields.map(({ value }) => parseParameters(value))
    },
  )
  const contentType = type?.[0]?.value || 'text/plain'
  const encoding = encodings?.[0]?.value ?? ''
  const isText = contentType === 'text/plain' || contentType === 'text/html'
  const decoder = transferDecoder(encoding)
  if (!decoder) defects.add('unknown-encoding')
  const texts: Buffer[] = []
  let size = 0
  let hash: Hash | undefined

  const take = (octets: Buffer): void => {
    size += octets.length
    hash ??= createHash('sha256')
    hash.update(octets)
    if (!isText) return
    const kept = octets.subarray(0, budget.text)
    if (kept.length < octets.length) defects.add('text-cut')
    budget.text -= kept.length
    if (kept.length > 0) texts.push(kept)
  }
  const undo: TransferDecoder = decoder ?? { push: octets => octets, end: () => Buffer.alloc(0) }

  return {
    push: octets => take(undo.push(octets)),
    close: () => {
      take(undo.end())
      const shown = disposition?.[0]?.value
      const filenames = new Set([
        ...(disposition ?? []).flatMap(parameters => parameters.all('filename')),
        ...(type ?? []).flatMap(parameters => parameters.all('name')),
      ])
      const holdsOthers = contentType.startsWith('multipart/')
      return {
        path,
        contentType,
        ...(shown && { disposition: shown }),
        filenames: [...filenames],
        encoding,
        size,
        ...(!holdsOthers && hash && { sha256: hash.digest('hex') }),
        ...(isText && { text: decodeText(Buffer.concat(texts), type?.[0]?.all('charset')[0], defects) }),
      }
    },
  }
}

function decodeText(octets: Buffer, charset: string | undefined, defects: Set<PartDefect>): string {
  const label = charset?.trim().toLowerCase() || 'utf-8'
  const text = decodeCharset(octets, label)
  if (text === undefined) defects.add('unknown-charset')
  return text ?? octets.toString('latin1')
}
