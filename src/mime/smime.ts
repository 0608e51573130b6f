/** Opens what is signed as S/MIME (RFC 8551 §3.5.2) or as a file (`invoice.xml.p7m`), and says what cannot be opened. */
import { dashLines, type Span } from './boundaries.ts'
import { readCms } from './decode/cms.ts'
import { decodeAll } from './decode/transfer.ts'
import { decodePart } from './decoded-part.ts'
import { partNames } from './differences.ts'
import { extensionOf, filenames } from './names.ts'
import type { Heading } from './single-parts.ts'
import type { Source, Walk, Where } from './walk.ts'

/** By its type, or by a name that programs know. */
export const isSmime = ({ header, reading }: Heading): boolean => {
  const { contentType } = reading.type
  if (/^application\/(?:x-)?pkcs7-(?:mime|signature)$/.test(contentType)) return contentType.endsWith('mime')
  return (
    contentType.startsWith('application/') && partNames(header).some(({ text }) => /^p7[mz]$/.test(extensionOf(text)))
  )
}

/** @param entity what reads a header section and a body */
export function signed(
  walk: Walk,
  source: Source,
  body: Span,
  heading: Heading,
  where: Where,
  entity: (walk: Walk, source: Source, span: Span, where: Where) => void,
): void {
  const { encoding, type } = heading.reading
  if (!walk.spend(3 * (body.stop - body.start))) return
  let place: Source['place'] = [...source.place, { ...body, encoding }]
  let octets = decodeAll(source.bytes.subarray(body.start, body.stop), encoding)
  let cms = readCms(octets)
  if (!cms && (octets[0] === DASH || octets[0] === M)) {
    // In PEM, or base64 that no field tells of.
    const start = octets[0] === DASH ? octets.indexOf('\n') + 1 : 0
    const end = octets.indexOf('-----END', start)
    const span = { start, stop: end < 0 ? octets.length : end }
    place = [...place, { ...span, encoding: 'base64' }]
    octets = decodeAll(octets.subarray(span.start, span.stop), 'base64')
    cms = readCms(octets)
  }
  const claimed = type.parameters.all('smime-type')[0]?.toLowerCase()
  if (cms && cms.kind !== 'signed-data') {
    walk.defect('encrypted')
    return
  }
  // What has a name of its own is a signed file: whoever cannot open it sees no message in it.
  const isMessage =
    claimed === 'signed-data' || partNames(heading.header).every(({ text }) => /^smime\.p7m$/i.test(text))
  if (isMessage && octets.length > 0 && claimed !== 'certs-only' && (!cms?.content || cms.broken)) {
    walk.note('unopened', where, 'a part is said to be S/MIME, and no content can be found in it')
  }
  if (!cms?.content) return
  const { content } = cms
  place = [...place, { start: 0, stop: octets.length, encoding: 'cms' }]
  const path = where.path === '' ? '1' : `${where.path}.1`
  const inside: Where = { ...where, path, depth: where.depth + 1, fallback: 'text/plain', outer: [] }
  const span = { start: 0, stop: content.length }
  const inner: Source = { bytes: content, lines: dashLines(content), place }
  if (inner.lines.cut) walk.defect('too-many-parts')
  if (/^(?:[!-9;-~]{1,80}[ \t]*:|\r?\n)/.test(content.toString('latin1', 0, 200))) entity(walk, inner, span, inside)
  else file(walk, inner, heading, inside)
}

const [DASH, M] = [45, 77]

/** A document that was signed as it is: its name is that of the signed file, without the ending. */
function file(walk: Walk, { bytes, place }: Source, { header }: Heading, where: Where): void {
  if (!walk.enter(where)) return
  const names = partNames(header).map(name => ({ ...name, text: name.text.replace(/\.p7[mz]$/i, '') }))
  const contentType = 'application/octet-stream'
  const found = decodePart(bytes, {
    encoding: 'identity',
    contentType,
    charset: undefined,
    text: walk.room(),
    keep: false,
  })
  walk.took(found)
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
