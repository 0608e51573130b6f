/** OneNote notebooks (MS-ONESTORE): the files that are embedded in them, with their names. */
import type { Inspector, Notes } from './inspection.ts'

/** FileDataStoreObject (MS-ONESTORE §2.6.13), and the end of each. */
const FILE_DATA = Buffer.from('e716e3bd65261145a4c48d4d0b7a9eac', 'hex')
/** Names of files that are read, and characters of one. */
const [MAX_NAMES, MAX_NAME] = [200, 255]
/** Places that are examined for a name. */
const MAX_DOTS = 100_000

export const inspectOneNote: Inspector = async (bytes, { notes, nested, budget }) => {
  const files: Buffer[] = []
  for (let at = bytes.indexOf(FILE_DATA); at >= 0; at = bytes.indexOf(FILE_DATA, at + 16)) {
    if (at + 36 > bytes.length) break
    const size = Number(bytes.readBigUInt64LE(at + 16))
    if (budget.entries <= 0) {
      notes.beyond('it holds more files than are inspected')
      break
    }
    budget.entries -= 1
    files.push(bytes.subarray(at + 36, at + 36 + Math.min(size, bytes.length)))
  }
  noteLinks(bytes, notes)
  if (files.length === 0) return
  notes.trait('embedded-file', 'files are attached inside it')
  const names = fileNames(bytes)
  for (const name of names) notes.member({ name })
  // Names and files are in different parts of the notebook: where they are as many, their order is the same.
  for (const [index, file] of files.entries())
    await nested(names.length === files.length ? (names[index] ?? '') : '', file)
}

/** Links of the pages: texts are in 8 or 16 bits, and addresses stand in them as they are (MS-ONE §2.2.23). */
function noteLinks(bytes: Buffer, notes: Notes): void {
  let left = MAX_LINKS
  for (const [encoding, width] of [
    ['latin1', 1],
    ['utf16le', 2],
  ] as const) {
    for (const scheme of ['http:', 'https:']) {
      const mark = Buffer.from(`${scheme}//`, encoding)
      for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) {
        if (left === 0) {
          notes.beyond('it has more links than the limit')
          return
        }
        left -= 1
        const url = /^[^\s\0-\x1f"<>\ufddf]{10,2048}/.exec(bytes.toString(encoding, at, at + 2048 * width))?.[0]
        if (url !== undefined && !VOCABULARY.test(url)) notes.link(url)
      }
    }
  }
}

/** Places that are examined; the notes have a limit for the addresses. */
const MAX_LINKS = 20_000
/** Names of vocabularies in the metadata of pictures and pages. */
const VOCABULARY =
  /^https?:\/\/(?:www\.w3\.org|ns\.adobe\.com|purl\.org|schemas\.(?:microsoft|openxmlformats)\.(?:com|org))\//i

/** The property EmbeddedFileName: the length in bytes, then the name in UTF-16 with a NUL. Each name once. */
function fileNames(bytes: Buffer): readonly string[] {
  const found = new Set<string>()
  const dot = Buffer.from('.\0', 'latin1')
  let examined = 0
  for (let at = bytes.indexOf(dot); at >= 0 && examined < MAX_DOTS; at = bytes.indexOf(dot, at + 2), examined += 1) {
    const name = nameAround(bytes, at)
    if (name !== undefined) found.add(name)
    if (found.size === MAX_NAMES) break
  }
  return [...found]
}

/** The text around a dot, where its length stands before it and an extension ends it. */
function nameAround(bytes: Buffer, dot: number): string | undefined {
  let end = dot + 2
  while (end + 1 < bytes.length && end - dot <= 40 && isNameUnit(bytes.readUInt16LE(end))) end += 2
  if (end + 1 >= bytes.length || bytes.readUInt16LE(end) !== 0 || end - dot < 4) return undefined
  for (let start = dot; start >= 4 && end - start <= 2 * MAX_NAME; start -= 2) {
    if (bytes.readUInt32LE(start - 4) === end + 2 - start) return bytes.toString('utf16le', start, end)
    if (!isNameUnit(bytes.readUInt16LE(start))) return undefined
  }
  return undefined
}

/** No control character, and none that a name of Windows may not have. */
const isNameUnit = (unit: number): boolean => unit >= 0x20 && !FORBIDDEN.has(unit)
const FORBIDDEN: ReadonlySet<number> = new Set(Array.from('"*/:<>?\\|', character => character.charCodeAt(0)))
