/** Documents of Word and presentations of PowerPoint 97 to 2003 (MS-DOC, MS-PPT): password, fields, links, text. */
import type { Notes } from './inspection.ts'
import { FieldReader } from './office-fields.ts'

/** Bytes of a document that are read for fields, and of its text that is kept. */
const [MAX_DOCUMENT, MAX_TEXT] = [8_388_608, 65_536]
/** Records of a presentation that are read. */
const MAX_RECORDS = 100_000

/** The head of a Word document (MS-DOC §2.5.1), its fields and its text. */
export function inspectWord(stream: Buffer, notes: Notes): void {
  if (stream.length < 32) return
  if ((stream.readUInt16LE(10) & 0x0100) !== 0) {
    notes.trait('encrypted', 'the document has a password')
    return
  }
  const part = stream.subarray(0, MAX_DOCUMENT)
  // The marks of fields may be anywhere where the head lies.
  readFields(lettersOf(part), notes)
  const [start, stop] = [stream.readUInt32LE(24), stream.readUInt32LE(28)]
  if (start < 32 || stop <= start || start >= part.length) return
  const text = lettersOf(part.subarray(start, Math.min(stop, start + 2 * MAX_TEXT)))
  // The code of a field is between its marks, and is not shown.
  const shown = text.replace(/\x13[^\x13-\x15]{0,4096}[\x14\x15]/g, '').replace(/[\x00-\x08\x0b-\x1f]+/g, '\n')
  if (shown.trim() !== '') notes.text(shown.slice(0, MAX_TEXT))
}

/** Letters of 8 bits, or of 16 where every other byte is mostly NUL. NULs in a text of 8 bits are left out. */
function lettersOf(bytes: Buffer): string {
  const sample = bytes.subarray(0, 2048)
  let nuls = 0
  for (let at = 1; at < sample.length; at += 2) if (sample[at] === 0) nuls += 1
  const isWide = nuls * 4 > sample.length && nuls * 2 < sample.length + 2 && sample[0] !== 0
  return isWide ? bytes.toString('utf16le') : bytes.toString('latin1').replaceAll('\0', '')
}

/** Marks 19, 20 and 21 begin, divide and end a field (MS-DOC §2.8.25). */
function readFields(text: string, notes: Notes): void {
  const first = text.indexOf('\x13')
  if (first < 0) return
  const fields = new FieldReader(notes)
  for (const [piece] of text.slice(first).matchAll(/[\x13-\x15]|[^\x13-\x15]{1,4096}/g)) {
    if (piece === '\x13') fields.begin()
    else if (piece === '\x14') fields.separate()
    else if (piece === '\x15') fields.end()
    else {
      fields.code(piece)
      fields.text(piece)
    }
  }
  fields.finish()
}

/** Records of text in 16 and 8 bits, and of strings such as the target of a link (MS-PPT §2.13.24). */
const [TEXT_CHARS, TEXT_BYTES, STRING] = [0x0fa0, 0x0fa8, 0x0fba]

/** The stream of a presentation: records in records, read in order. */
export function inspectSlides(stream: Buffer, notes: Notes): void {
  let text = ''
  let records = 0
  for (let at = 0; at + 8 <= stream.length; records += 1) {
    if (records === MAX_RECORDS) {
      notes.beyond('it has more records than are read')
      break
    }
    const [version, kind, length] = [
      stream.readUInt16LE(at) & 15,
      stream.readUInt16LE(at + 2),
      stream.readUInt32LE(at + 4),
    ]
    at += 8
    // A record of this version holds others.
    if (version === 15) continue
    const body = stream.subarray(at, at + Math.min(length, MAX_TEXT))
    at += length
    if (kind === STRING) {
      const value = body.toString('utf16le', 0, 4096)
      if (/^(?:[a-z][a-z\d+.-]{1,31}:|\\\\)/i.test(value)) notes.link(value)
    } else if ((kind === TEXT_CHARS || kind === TEXT_BYTES) && text.length < MAX_TEXT)
      text += `${body.toString(kind === TEXT_CHARS ? 'utf16le' : 'latin1').replaceAll(/[\r\v]/g, '\n')}\n`
  }
  if (text.trim() !== '') notes.text(text.slice(0, MAX_TEXT))
}
