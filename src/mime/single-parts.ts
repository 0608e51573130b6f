/** Adds single parts to the walk: what their fields declare, and what their bytes are. */

import type { Span } from './boundaries.ts'
import { decodeCharset } from './decode/charsets.ts'
import { isUtf7 } from './decode/utf7.ts'
import { findUuencoded } from './decode/uuencode.ts'
import { findYenc } from './decode/yenc.ts'
import { type DecodedPart, decodePart } from './decoded-part.ts'
import { differences, fieldsCut } from './differences.ts'
import { filenames, partName } from './names.ts'
import type { Part } from './part.ts'
import { PartFields } from './part-fields.ts'
import { excerpt, type Reading, type Readings, readingsOf } from './readings.ts'
import { readSection } from './section.ts'
import type { Position, Source, Walk } from './walk.ts'

/** The header section of one part, and one interpretation of it. */
export interface Heading {
  readonly fields: PartFields
  readonly readings: Readings
  readonly reading: Reading
}

/** @param other the charset to decode in instead of the first declared one */
export function addSinglePart(
  walk: Walk,
  source: Source,
  body: Span,
  heading: Heading,
  where: Position,
  other?: string,
): void {
  const { encoding, type } = heading.reading
  const [charset, ...charsets] =
    other === undefined ? type.parameters.all('charset').map(name => name.toLowerCase()) : [other]
  const raw = source.bytes.subarray(body.start, body.stop)
  if (where.reading && !walk.spend(raw.length)) return
  if (encoding === 'base64' && where.reading !== 'broken-base64' && raw.length > 0 && !looksLikeBase64(raw)) {
    addSinglePart(walk, source, body, { ...heading, reading: { type, encoding: 'identity' } }, where)
    const reason = 'a part that is declared as base64 is mostly something else'
    walk.alternative(where, { kind: 'broken-base64', reason }, other =>
      addSinglePart(walk, source, body, heading, other),
    )
    return
  }
  const { files: keepBytes } = heading.readings
  const found = decodePart(raw, {
    encoding,
    contentType: type.contentType,
    charset,
    maxText: walk.textLeft(),
    keepBytes,
  })
  walk.record(found, dispositionOf(heading.fields) === 'attachment')
  const place = [...source.place, { ...body, encoding }]
  const is = (name: string, value: string) => type.parameters.all(name)[0]?.toLowerCase() === value
  const flowed = is('format', 'flowed') && { flowed: { delSp: is('delsp', 'yes') } }
  addPart(walk, heading, where, { ...contentOf(found), ...(charset && { charset }), ...flowed, place })
  if (found.bytes) addEmbeddedFiles(walk, found.bytes, place, where)
  if (other === undefined && found.text !== undefined)
    followOtherCharsets(found, charsets, charset === undefined, (name, reason) =>
      walk.alternative(where, { kind: 'charset', reason }, place =>
        addSinglePart(walk, source, body, heading, place, name),
      ),
    )
  if (!found.malformed || encoding !== 'base64' || where.reading === 'broken-base64') return
  const reason = 'base64 goes on after its end, or holds other characters: some readers stop there, some skip them'
  const first: Reading = { type, encoding: 'base64-first' }
  walk.alternative(where, { kind: 'broken-base64', reason }, other =>
    addSinglePart(walk, source, body, { ...heading, reading: first }, other),
  )
}

/** The printable ASCII of the beginning, by which texts are compared: links and tags consist of it. */
const visibleAscii = (text: string): string => text.slice(0, 4096).replace(/[^!-~]+/g, '')

/** Follows charsets in which the text differs. Differences in accented letters alone do not matter. */
function followOtherCharsets(
  { text = '', charset, otherCharset, bytes }: DecodedPart,
  named: readonly string[],
  isGuessed: boolean,
  follow: (name: string, reason: string) => void,
): void {
  if (isGuessed && charset !== undefined && isUtf7(charset))
    follow('utf-8', 'text declares inside itself that it is in UTF-7, which only some programs read')
  for (const name of [...new Set([...named, ...(otherCharset === undefined ? [] : [otherCharset])])].slice(0, 3)) {
    const sample = bytes?.subarray(0, 4096) ?? Buffer.alloc(0)
    if (
      otherCharset !== name &&
      visibleAscii(decodeCharset(sample, name) ?? sample.toString('latin1')) === visibleAscii(text)
    )
      continue
    follow(name, `text is read in ${excerpt(charset ?? '')} by some, and in ${excerpt(name)} by others`)
  }
}

/** Adds a span as plain text, whatever was declared. */
export function addTextPart(walk: Walk, source: Source, span: Span, where: Position): void {
  const { header } = readSection(source.bytes, { start: span.start, stop: span.start })
  const fields = new PartFields(header)
  const readings = readingsOf(fields, 'text/plain')
  addSinglePart(walk, source, span, { fields, readings, reading: readings.all[0] }, where)
}

/** Embedded files of one text that are read. */
const MAX_FILES = 20

function addEmbeddedFiles(walk: Walk, bytes: Buffer, place: NonNullable<Part['place']>, where: Position): void {
  let number = 0
  const found = [findUuencoded(bytes, MAX_FILES + 1), findYenc(bytes, MAX_FILES + 1)].map(files => [...files])
  if (found.some(files => files.length > MAX_FILES)) walk.defect('too-many-files')
  for (const file of found.flatMap(files => files.slice(0, MAX_FILES))) {
    const reason = `the text contains a file in ${file.kind}: ${excerpt(file.name)}`
    if (number++ === 0) walk.note(file.kind, where, reason)
    if (!walk.spend(file.stop - file.start)) return
    const contentType = 'application/octet-stream'
    const { encoding, start, stop } = file
    const inside = decodePart(bytes.subarray(start, stop), {
      encoding,
      contentType,
      charset: undefined,
      maxText: walk.textLeft(),
      keepBytes: false,
    })
    const names = [partName(file.kind, file.name)]
    walk.record(inside)
    walk.add({
      path: where.path === '' ? `${number}` : `${where.path}.${number}`,
      reading: file.kind,
      contentType,
      ...contentOf(inside),
      names,
      filenames: filenames(names),
      encoding,
      place: [...place, { start, stop, encoding }],
    })
  }
}

const contentOf = ({ size, sha256, detected, noFormat, text }: DecodedPart) => ({
  size,
  sha256,
  ...(detected && { detected }),
  ...(noFormat && { noFormat }),
  ...(text !== undefined && { text }),
})

/** The first word of the first Content-Disposition. */
const dispositionOf = ({ dispositions }: PartFields): string | undefined =>
  dispositions[0]?.value.replace(/[\s,].*/s, '')

/** Adds a part: what its fields declare, beside what its bytes are. */
export function addPart(
  walk: Walk,
  { fields, readings, reading }: Heading,
  where: Position,
  content: Pick<Part, 'size' | 'sha256' | 'detected' | 'noFormat' | 'text' | 'charset' | 'flowed' | 'place'>,
): void {
  const disposition = dispositionOf(fields)
  const contentId = fields.header.get('content-id')?.replace(/^<|>$/g, '')
  const part: { -readonly [K in keyof Part]: Part[K] } = {
    path: where.path,
    contentType: reading.type.contentType,
    names: fields.names,
    filenames: fields.filenames,
    encoding: readings.encoding,
    ...content,
  }
  if (where.reading) part.reading = where.reading
  if (disposition) part.disposition = disposition
  if (contentId) part.contentId = contentId
  walk.add(part)
  if (fieldsCut(fields, reading)) walk.defect('fields-cut')
  for (const { kind, reason } of differences(fields, reading)) walk.note(kind, where, reason)
}

/** Base64 with some other characters is still mostly base64. Text has blanks. */
export function looksLikeBase64(bytes: Buffer): boolean {
  const sample = bytes.toString('latin1', 0, 1000)
  return 20 * sample.replace(/[A-Za-z0-9+/=\r\n]+/g, '').length < sample.length
}
