/** Files that act when they are opened: HTML, SVG, scripts, OneNote, RTF with objects, TNEF. */
import { setImmediate } from 'node:timers/promises'
import type { Inspector, Notes } from './inspection.ts'
import { nativeObject } from './office.ts'
import { readOle } from './ole.ts'

/** Bytes of a text that are searched at once. */
const MAX_TEXT = 2_097_152
const PIECE = 262_144
const OVERLAP = 4096
/** Of RTF, where objects are written in hex. */
const MAX_RTF = 4 * MAX_TEXT
const MAX_OBJECTS = 100
/** Characters of one object: two digits a byte, and line ends. */
const MAX_OBJECT_LENGTH = 2.25 * MAX_TEXT
/** Objects of this size block the event loop for some milliseconds. */
const LARGE_OBJECT = 262_144
/** Attributes of a winmail.dat. */
const MAX_ATTRIBUTES = 10_000

const textOf = (bytes: Buffer): string => {
  const part = bytes.subarray(0, MAX_TEXT)
  if (part[0] === 0xff && part[1] === 0xfe) return part.toString('utf16le', 2)
  // Text in UTF-16 without a mark has a NUL in every other byte.
  return part.length > 3 && part[1] === 0 && part[3] === 0 ? part.toString('utf16le') : part.toString('latin1')
}

/**
 * Runs of numbers and escapes match from their first element alone. Otherwise each element would start another search.
 */
const literal =
  /["'`][A-Za-z0-9+/=\\\r\n]{2048}|data:[\w.+-]{1,64}\/[\w.+-]{1,64};base64,[A-Za-z0-9+/]{512}|(?<!\d|(?<!\d)\d{1,3},\s?)(?:\d{1,3},\s?){512}|(?<!\\x[0-9a-f]{2}|%[0-9a-f]{2})(?:\\x[0-9a-f]{2}|%[0-9a-f]{2}){256}/i

/** A `data:` URL (RFC 2397) with a file that is neither a picture nor a resource of the page. */
const fileInLink =
  /\bhref\s{0,8}=\s{0,8}["']?data:application\/(?!json|javascript|(?:x-)?font)[\w.+-]{1,64}(?:;[\w=.+-]{1,64}){0,4};base64,/i

/**
 * A page that assembles a file from its text and saves it has three things: bytes in a literal, a function that
 * makes a file of them, and a function that saves it. Long pages are read piece by piece.
 */
function markupReader(notes: Notes) {
  let [code, makes, saves, hasLiteral, form, asks] = ['', false, false, false, false, false]
  return (text: string): void => {
    makes ||=
      /\b(?:new\s+(?:Blob|File)|createObjectURL|atob|fromCharCode|Uint8Array|unescape|decodeURIComponent)\b/.test(text)
    saves ||=
      /\b(?:msSaveOrOpenBlob|msSaveBlob|saveAs)\b|\.download\b|\bdownload\s{0,4}=|createObjectURL|navigator\.serviceWorker/i.test(
        text,
      )
    code ||=
      /<script\b|\bon(?:load|error|click|mouse\w{2,8}|focus|toggle|animation\w{3,9}|begin)\s{0,8}=|javascript\s{0,4}:/i.exec(
        text,
      )?.[0] ?? ''
    hasLiteral ||= literal.test(text)
    form ||= /<form\b/i.test(text)
    asks ||= /<input\b[^<>]{0,1024}\btype\s{0,8}=\s{0,8}["']?(?:password|email|tel|text)/i.test(text)
    if (code) notes.trait('script', `it holds code: ${code.slice(0, 40)}`)
    if (code && makes && saves && hasLiteral) notes.trait('smuggling', 'it assembles a file from its text and saves it')
    if (fileInLink.test(text)) notes.trait('smuggling', 'a link holds a file inside the page')
    if (/<hta:application\b/i.test(text)) notes.trait('executable', 'it is an HTML application')
    if (form && asks) notes.trait('form', 'a form asks a person for input')
    if (/<meta\b[^<>]{0,512}http-equiv\s{0,8}=\s{0,8}["']?refresh[^<>]{0,512}url\s{0,8}=/i.test(text))
      notes.trait('launch', 'it redirects to another page')
  }
}

export const inspectHtml: Inspector = async (bytes, { notes }) => {
  const read = markupReader(notes)
  read(textOf(bytes))
  // The pieces overlap by more than the longest pattern.
  for (let at = MAX_TEXT; at < bytes.length; at += PIECE) {
    await setImmediate()
    const isWide = bytes[1] === 0 || bytes[0] === 0xff
    read(bytes.toString(isWide ? 'utf16le' : 'latin1', at - OVERLAP, at + PIECE))
  }
}

/** An SVG is a picture, and needs no code, pages or files. */
export const inspectSvg: Inspector = async (bytes, to) => {
  await inspectHtml(bytes, to)
  const text = textOf(bytes)
  if (/<foreignObject\b/i.test(text))
    to.notes.trait('embedded-object', 'it holds other content than a picture (foreignObject)')
  for (const [, url = ''] of text.matchAll(/\b(?:xlink:)?href\s{0,8}=\s{0,8}["'](https?:[^"']{0,2048})/gi))
    to.notes.link(url)
  if (bytes.length > MAX_TEXT) to.notes.beyond('it is longer than the limit')
}

export const inspectScript: Inspector = (_bytes, { notes }) => notes.trait('script', 'it is a script')

/** OneNote stores embedded files as FileDataStoreObject (MS-ONESTORE §2.6.13). */
export const inspectOneNote: Inspector = async (bytes, { notes, nested, budget }) => {
  const mark = Buffer.from('e716e3bd65261145a4c48d4d0b7a9eac', 'hex')
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 16)) {
    if (at + 36 > bytes.length) return
    const size = Number(bytes.readBigUInt64LE(at + 16))
    notes.trait('embedded-file', 'files are attached inside it')
    if (budget.entries <= 0) return notes.beyond('it holds more files than are inspected')
    budget.entries -= 1
    await nested('', bytes.subarray(at + 36, at + 36 + Math.min(size, bytes.length)))
  }
}

/** Objects in RTF are written in hex, often with other characters between the digits. */
export const inspectRtf: Inspector = async (bytes, { notes, nested }) => {
  const text = bytes.toString('latin1', 0, MAX_RTF)
  if (bytes.length > MAX_RTF) notes.beyond('it is longer than the limit')
  if (/\\objupdate\b/.test(text)) notes.trait('auto-run', 'an object in it updates when it is opened')
  if (/\\\*?\\?template\b[^}]{0,16}(?:https?:|\\\\)/i.test(text))
    notes.trait('external-template', 'opening it fetches a template')
  if (/\bDDE(?:AUTO)?\b/.test(text) && text.includes('\\fldinst')) notes.trait('dde', 'a field starts a program by DDE')
  // Objects do not overlap. Nested ones would make the same digits count again and again.
  let left = MAX_RTF
  let objects = 0
  for (let at = text.indexOf('\\objdata'); at >= 0; at = text.indexOf('\\objdata', at + 8)) {
    notes.trait('embedded-object', 'it holds an object')
    if (left <= 0 || objects === MAX_OBJECTS) return notes.beyond('it has more objects than are read')
    const { object, end } = unhex(text, at + 8)
    left -= end - at
    objects += 1
    if (end - at > LARGE_OBJECT) await setImmediate()
    if (end - at >= MAX_OBJECT_LENGTH || object.length === MAX_TEXT)
      notes.beyond('an object in it is longer than the limit')
    // The Equation Editor is named by its class name or by its class id.
    if (object.includes('Equation.') || object.includes(Buffer.from('02ce020000000000c000000000000046', 'hex')))
      notes.trait('exploit', 'it holds an object for the old Equation Editor')
    const compound = object.indexOf(Buffer.from('d0cf11e0a1b11ae1', 'hex'))
    if (compound >= 0 && readOle(object.subarray(compound))) await nested('', object.subarray(compound))
    // MS-OLEDS §2.2.5: the class, two empty names, and the size before the packed data.
    const packed = object.indexOf('Package\0')
    const embedded = packed < 0 ? undefined : nativeObject(object.subarray(packed + 16))
    if (embedded) await nested(embedded.name, embedded.bytes)
  }
}

/** The bytes of the hex digits from `at` to the brace that closes the group, and the offset of that brace. */
function unhex(text: string, at: number): { readonly object: Buffer; readonly end: number } {
  const bytes = Buffer.allocUnsafe(Math.min(MAX_TEXT, (text.length - at) >> 1))
  let length = 0
  let high = -1
  let depth = 0
  let index = at
  const stop = Math.min(text.length, at + MAX_OBJECT_LENGTH)
  for (; index < stop && length < bytes.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0x7b) depth += 1
    else if (code === 0x7d) {
      depth -= 1
      if (depth < 0) break
    } else if (depth === 0 && code === 0x5c) {
      // A control word between the digits is skipped with its letters, digits and one blank.
      while (inControlWord(text.charCodeAt(index + 1))) index += 1
    } else if (depth === 0) {
      const digit = hexDigit(code)
      if (digit < 0) continue
      if (high < 0) high = digit
      else {
        bytes[length] = high * 16 + digit
        length += 1
        high = -1
      }
    }
  }
  return { object: bytes.subarray(0, length), end: index }
}

/** Letters, digits, and the characters of `\'41`, `\*` and `\-`. The end of the text is NaN and no such character. */
const inControlWord = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) ||
  code === 0x27 ||
  code === 0x2a ||
  code === 0x2d

/** -1 for other characters. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** The attachments in `winmail.dat` (MS-OXTNEF): their names and their contents. */
export const inspectTnef: Inspector = async (bytes, { notes, nested, budget }) => {
  let data: Buffer | undefined
  let attributes = 0
  for (let at = 6; at + 9 <= bytes.length; attributes += 1) {
    if (budget.entries <= 0 || attributes === MAX_ATTRIBUTES)
      return notes.beyond('it has more attributes than are read')
    const [attribute, length] = [bytes.readUInt32LE(at + 1), bytes.readUInt32LE(at + 5)]
    const value = bytes.subarray(at + 9, at + 9 + length)
    at += 9 + length + 2
    if (attribute === 0x0006800f) data = value
    if (attribute !== 0x00018010) continue
    budget.entries -= 1
    const end = value.indexOf(0)
    const name = value.toString('latin1', 0, end < 0 ? undefined : end)
    notes.member({ name, ...(data && { size: data.length }) })
    if (data) await nested(name, data)
    data = undefined
  }
}
