/**
 * Opens S/MIME signed data (RFC 8551 §3.5.2), compressed data (RFC 3274) and signed files (`invoice.xml.p7m`), and
 * notes what cannot be opened.
 */
import { dashLines, type Span } from './boundaries.ts'
import { type Cms, readCms } from './decode/cms.ts'
import { decodeAll } from './decode/transfer.ts'
import { decodePart } from './decoded-part.ts'
import { extensionOf, filenames } from './names.ts'
import type { PartLocation } from './part.ts'
import type { Heading } from './single-parts.ts'
import type { Position, Source, Walk } from './walk.ts'

/** By its type, or by an extension that programs recognise. */
export const isSmime = ({ fields, reading }: Heading): boolean => {
  const { contentType } = reading.type
  if (/^application\/(?:x-)?pkcs7-(?:mime|signature)$/.test(contentType)) return contentType.endsWith('mime')
  return contentType.startsWith('application/') && fields.names.some(({ text }) => /^p7[mz]$/.test(extensionOf(text)))
}

/**
 * Adds what is signed or compressed below the part that holds it: a message as a part, a document as a file.
 *
 * @param entity reads a header section and its body
 */
export function openSmime(
  walk: Walk,
  source: Source,
  body: Span,
  heading: Heading,
  where: Position,
  entity: (walk: Walk, source: Source, span: Span, where: Position) => void,
): void {
  if (!walk.spend(3 * (body.stop - body.start))) return
  const { bytes, place, cms } = readEnvelope(source, body, heading, walk.inflateLeft())
  if (cms?.kind === 'compressed-data') {
    if (cms.isCut) walk.defect('compressed-cut')
    else if (!walk.inflated(cms.content?.length ?? 0)) return
  } else if (cms && cms.kind !== 'signed-data') {
    walk.defect('encrypted')
    return
  }
  const content = cms?.content
  if (bytes.length > 0 && isExpectedToOpen(heading) && (!content || cms?.broken)) {
    walk.note('unopened', where, 'a part is declared as S/MIME, and no content can be found in it')
  }
  if (!content) return
  const path = where.path === '' ? '1' : `${where.path}.1`
  const inside: Position = { ...where, path, depth: where.depth + 1, fallback: 'text/plain', outer: [] }
  const lines = dashLines(content)
  if (lines.cut) walk.defect('too-many-parts')
  const inner: Source = { bytes: content, lines, place: [...place, { start: 0, stop: bytes.length, encoding: 'cms' }] }
  if (STARTS_WITH_FIELD.test(content.toString('latin1', 0, 200))) {
    entity(walk, inner, { start: 0, stop: content.length }, inside)
  } else addSignedFile(walk, inner, heading, inside)
}

const STARTS_WITH_FIELD = /^(?:[!-9;-~]{1,80}[ \t]*:|\r?\n)/

interface Envelope {
  readonly bytes: Buffer
  /** How the bytes come from the message. */
  readonly place: PartLocation
  /** Undefined where the bytes are no CMS. */
  readonly cms: Cms | undefined
}

/** The decoded bytes. PEM, and base64 that no field declares, are undone as well. */
function readEnvelope(source: Source, body: Span, { reading: { encoding } }: Heading, maxInflated: number): Envelope {
  const place: PartLocation = [...source.place, { ...body, encoding }]
  const bytes = decodeAll(source.bytes.subarray(body.start, body.stop), encoding)
  const cms = readCms(bytes, maxInflated)
  const isPem = bytes[0] === DASH
  if (cms || (!isPem && bytes[0] !== M)) return { bytes, place, cms }
  const start = isPem ? bytes.indexOf('\n') + 1 : 0
  const end = bytes.indexOf('-----END', start)
  const stop = end < 0 ? bytes.length : end
  const inner = decodeAll(bytes.subarray(start, stop), 'base64')
  return { bytes: inner, place: [...place, { start, stop, encoding: 'base64' }], cms: readCms(inner, maxInflated) }
}

/** A part with a file name other than smime.p7m is a signed file: a program that cannot open it shows no message. */
function isExpectedToOpen({ fields, reading }: Heading): boolean {
  const claimed = reading.type.parameters.all('smime-type')[0]?.toLowerCase()
  if (claimed === 'certs-only') return false
  return (
    claimed === 'signed-data' ||
    claimed === 'compressed-data' ||
    fields.names.every(({ text }) => /^smime\.p7m$/i.test(text))
  )
}

const [DASH, M] = [45, 77]

/** A document that was signed directly: its name is that of the signed file without the extension. */
function addSignedFile(walk: Walk, { bytes, place }: Source, { fields }: Heading, where: Position): void {
  if (!walk.enter(where)) return
  const names = fields.names.map(name => ({ ...name, text: name.text.replace(/\.p7[mz]$/i, '') }))
  const contentType = 'application/octet-stream'
  const found = decodePart(bytes, {
    encoding: 'identity',
    contentType,
    charset: undefined,
    maxText: walk.textLeft(),
    keepBytes: false,
  })
  walk.record(found)
  const { size, sha256, detected, text } = found
  walk.add({
    path: where.path,
    ...(where.reading && { reading: where.reading }),
    contentType,
    names,
    filenames: filenames(names),
    encoding: '',
    size,
    sha256,
    ...(detected && { detected }),
    ...(text !== undefined && { text }),
    place,
  })
}
