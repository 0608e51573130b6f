/** The file names of a part: as sent, as decoded, and as some program would use them. */
import type { HeaderFields } from '../model/header.ts'
import type { Parameters } from './header/parameters.ts'
import type { NameTrick, PartName } from './part.ts'

/** No file system allows more. Of longer names the beginning and the extension are kept. */
const MAX_LENGTH = 255
/** The number of names that are kept for one part. */
export const MAX_NAMES = 20

/** Every name that the fields of one part give it. */
export function namesOf(
  header: HeaderFields,
  types: readonly Parameters[],
  dispositions: readonly Parameters[],
): readonly PartName[] {
  const names: PartName[] = []
  const add = (from: PartName['from'], texts: readonly string[]): void => {
    for (const text of texts) if (names.length < MAX_NAMES && text.trim() !== '') names.push(partName(from, text))
  }
  for (const parameters of dispositions) add('filename', parameters.all('filename'))
  for (const parameters of types) add('name', parameters.all('name'))
  // Some programs save under these names when there is no file name.
  for (const from of ['content-description', 'content-location'] as const)
    for (const { text } of header.all(from)) if (LOOKS_LIKE_FILE.test(text)) add(from, [text])
  return names
}

const LOOKS_LIKE_FILE = /^[^/?#]{1,200}\.[a-z0-9]{1,8}$/i

export function partName(from: PartName['from'], sent: string): PartName {
  const text = sent.length > MAX_LENGTH ? `${sent.slice(0, 180)}…${sent.slice(180 - MAX_LENGTH + 1)}` : sent
  if (ORDINARY.test(text)) return { from, text, tricks: NO_TRICKS }
  return { from, text, tricks: tricks.flatMap(([trick, pattern]) => (pattern.test(text) ? [trick] : [])) }
}

const NO_TRICKS: readonly NameTrick[] = []

/** Letters and digits of US-ASCII, a dot or a blank between them: no trick, no other form. Saves 6 µs a name. */
const ORDINARY = /^[\w-]+(?:[. ][\w-]+)*$/

const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const INVISIBLE = /\u034f|[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/gu
const CONTROL = /[\x01-\x1f\x7f-\x9f]/g

const tricks: readonly (readonly [NameTrick, RegExp])[] = [
  ['nul', /\0/],
  ['control', new RegExp(CONTROL.source)],
  ['bidi', new RegExp(BIDI.source)],
  ['invisible', new RegExp(INVISIBLE.source, 'u')],
  ['trailing', /[. \u3000]$/],
  ['padding', /\s{8}|(?:\u3000){4}/],
  ['path', /[/\\:]/],
  ['encoded-word', /^=\?[^?]+\?[bq]\?/i],
]

/** Each name, and each form of it after its tricks are undone. A rule about extensions must check all of them. */
export function filenames(names: readonly PartName[]): readonly string[] {
  const [first] = names
  if (first === undefined) return []
  if (names.every(({ text }) => text === first.text) && ORDINARY.test(first.text)) return [first.text]
  return [...new Set(names.flatMap(({ text }) => [text, ...undoTricks(text)]))]
}

function undoTricks(text: string): readonly string[] {
  const nul = text.indexOf('\0')
  const forms = nul < 0 ? [text] : [text.slice(0, nul), text.replaceAll('\0', '')]
  return forms
    .map(form => {
      const plain = form.replace(BIDI, '').replace(INVISIBLE, '').replace(CONTROL, '').normalize('NFKC')
      const file = plain.slice(Math.max(plain.lastIndexOf('/'), plain.lastIndexOf('\\')) + 1)
      // Windows: `a.exe::$DATA` is `a.exe`, `a.txt:b.exe` a file beside it.
      return trimEnd(file.replace(/:+\$data$/i, ''))
    })
    .filter(form => form !== '')
}

/** Not by a regular expression: `\s+$` is quadratic. */
function trimEnd(name: string): string {
  let stop = name.length
  while (stop > 0 && (name[stop - 1] === '.' || name[stop - 1] === ' ')) stop--
  return name.slice(0, stop).trimStart()
}

/** The extension in lower case, without its dot; '' where there is none. */
export function extensionOf(name: string): string {
  const from = name.lastIndexOf('.') + 1
  const length = name.length - from
  if (from === 0 || length === 0 || length > MAX_EXTENSION) return ''
  const extension = name.slice(from)
  return /\s/.test(extension) ? '' : extension.toLowerCase()
}

const MAX_EXTENSION = 20
