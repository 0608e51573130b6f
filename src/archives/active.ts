/** Files that act when they are opened: HTML, SVG, scripts. */
import { setImmediate } from 'node:timers/promises'
import type { Inspector, Notes } from './inspection.ts'

/** Bytes of a text that are searched at once. */
const MAX_TEXT = 2_097_152
const PIECE = 262_144
const OVERLAP = 4096

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
