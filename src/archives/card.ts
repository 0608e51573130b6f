/** Cards (vCard 2.1 to 4.0, RFC 6350): their text and links, and the pictures and files inside them. */
import { formatOf } from '../filetypes/format.ts'
import { type ContentLine, contentLines, inlineBytes, unescaped } from './content-lines.ts'
import type { DocumentPicture, Inspector } from './inspection.ts'
import { noteAddresses, textOf } from './plain-text.ts'

const MAX_LINES = 50_000

/** What address books show beside the name. */
const SHOWN: ReadonlySet<string> = new Set(['FN', 'ORG', 'TITLE', 'ROLE', 'NOTE', 'TEL', 'LABEL', 'NICKNAME'])
const FILES: ReadonlySet<string> = new Set(['PHOTO', 'LOGO', 'SOUND', 'KEY', 'ATTACH'])

export const inspectCard: Inspector = async (bytes, { notes, budget, nested }) => {
  let left = MAX_LINES
  for (const line of contentLines(textOf(bytes, notes))) {
    left -= 1
    if (left < 0) return notes.beyond('it has more properties than are read')
    const { name, value } = line
    const file = FILES.has(name) ? inlineBytes(line) : undefined
    if (file !== undefined) {
      if (budget.entries <= 0) return notes.beyond('it holds more files than are inspected')
      budget.entries -= 1
      const picture = pictureOf(file)
      if (picture !== undefined) notes.picture(picture)
      if (formatOf(file) !== undefined) await nested('', file)
    } else if (SHOWN.has(name)) {
      const text = unescaped(value)
      notes.text(text)
      noteAddresses(text, notes)
    } else if (isAddress(line)) notes.link(unescaped(value).trim())
  }
}

/** Of any property, also of those that begin with `X-`; identifiers and sources are not shown. */
const isAddress = ({ name, value }: ContentLine): boolean =>
  (name === 'URL' && value.trim() !== '') ||
  (!/^(?:UID|PRODID|SOURCE|REV)$/.test(name) && /^\s*(?:https?|ftp|file)\\?:/i.test(value))

const MAGIC = [
  ['png', '89504e47'],
  ['jpeg', 'ffd8ff'],
  ['gif', '47494638'],
] as const

function pictureOf(file: Buffer): DocumentPicture | undefined {
  const head = file.toString('hex', 0, 4)
  const format = MAGIC.find(([, bytes]) => head.startsWith(bytes))?.[0]
  return format && { format, bytes: file }
}
