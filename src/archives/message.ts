/** Saved messages (`.eml`) and web archives (MHT, RFC 2557): their files, pages, links and texts. */
import { Readable } from 'node:stream'
import { readHtml } from '../html/read.ts'
import { addressesIn } from '../links/scan.ts'
import { contentsOf } from '../mime/content.ts'
import { extensionOf } from '../mime/names.ts'
import { parse } from '../mime/parse.ts'
import type { Part, PartDefect } from '../mime/part.ts'
import { inflate } from './inflate.ts'
import type { Inspector } from './inspection.ts'

/** Limits of reading one saved message: those of the message around it are wider. */
const LIMITS = { depth: 30, parts: 300, text: 262_144 }
const MAX_FILE = 33_554_432
/** Characters of one text whose links are read, and links of it. */
const [MAX_TEXT, MAX_LINKS] = [131_072, 500]

type Tools = Parameters<Inspector>[1]

/** A mail program shows its texts, and runs nothing in them. */
export const inspectMessage: Inspector = async (bytes, to) => readParts(bytes, to, isShown)

/** A browser or Word opens it as a page: its texts are pages, with their scripts and forms. */
export const inspectWebArchive: Inspector = async (bytes, to) => readParts(bytes, to, () => false)

const isShown = ({ contentType, disposition, filenames }: Part): boolean =>
  (contentType === 'text/plain' || contentType === 'text/html') &&
  disposition !== 'attachment' &&
  filenames.length === 0

async function readParts(bytes: Buffer, to: Tools, isText: (part: Part) => boolean): Promise<void> {
  const { notes, budget, signal, nested } = to
  const message = {
    size: bytes.length,
    signal,
    open: (start = 0) => Readable.from([bytes.subarray(start)]),
    copyTo: (target: Uint8Array, start = 0) => {
      target.set(bytes.subarray(start, start + target.length))
    },
  }
  const read = await parse(message, { signal, ...LIMITS, inflate: Math.max(0, Math.min(8_388_608, budget.inflate)) })
  if (read.kind !== 'parsed') return notes.beyond(`its parts were not read: ${read.reason}`)
  const unread = read.defects.find(defect => UNREAD.has(defect))
  if (unread !== undefined) notes.beyond(`not all of its parts were read (${unread})`)
  const content = contentsOf(message)
  const seen = new Set<string>()
  for (const part of read.parts) {
    const { place, sha256, size } = part
    if (place === undefined || sha256 === undefined || size === 0 || seen.has(sha256)) continue
    seen.add(sha256)
    if (isText(part)) {
      await readText(part, to)
      continue
    }
    const name = nameOf(part)
    if (part.filenames.length > 0) {
      if (budget.entries <= 0) return notes.beyond('it holds more files than are listed')
      budget.entries -= 1
      notes.member({ name: part.filenames[0] ?? '', size })
    }
    if (budget.files <= 0) return notes.beyond('it holds more files than are inspected')
    await nested(name, await content(place, MAX_FILE))
  }
}

const UNREAD: ReadonlySet<PartDefect> = new Set([
  'too-deep',
  'too-many-parts',
  'too-many-readings',
  'header-too-large',
  'too-many-files',
  'unknown-encoding',
  'too-costly',
  'compressed-cut',
  'busy',
])

/** The name decides between texts: a page without a name gets that of a page. */
function nameOf({ filenames, contentType }: Part): string {
  const [name = ''] = filenames
  return extensionOf(name) === '' && /^(?:text\/html|application\/xhtml\+xml)$/.test(contentType)
    ? `${name}.html`
    : name
}

/** Links and words of a text that a mail program shows. */
async function readText({ text = '', contentType }: Part, { notes }: Tools): Promise<void> {
  if (contentType !== 'text/html') {
    notes.text(text)
    for (const { target } of addressesIn(text.slice(0, MAX_TEXT), MAX_LINKS)) notes.link(target)
    return
  }
  const { visible, references } = await readHtml(text, MAX_TEXT)
  notes.text(visible)
  for (const { from, target, shown } of references.slice(0, MAX_LINKS)) {
    if (from === 'href') notes.link(target, { shown })
    else if (from === 'action') notes.link(target, { kind: 'form' })
  }
}

/** The header of Word's packed macros, and where the packed bytes begin in what Word writes. */
const [MSO_HEADER, MSO_DATA] = [10, 50]
const MAX_MSO = 8_388_608

/** Macros of a document that was saved as a page: `ActiveMime`, and a Compound File packed by zlib. */
export const inspectActiveMime: Inspector = async (bytes, { notes, budget, signal, nested }) => {
  const start = [MSO_DATA, ...Array.from({ length: 118 }, (_, index) => MSO_HEADER + index)].find(
    at => bytes[at] === 0x78 && at + 1 < bytes.length && bytes.readUInt16BE(at) % 31 === 0,
  )
  if (start === undefined) return notes.trait('unscannable', 'packed macros are cut off')
  const { bytes: plain, end } = await inflate(bytes.subarray(start), {
    form: 'zlib',
    maxBytes: MAX_MSO,
    budget,
    signal,
  })
  if (end === 'cut') notes.beyond('it holds more than may be inflated')
  if (end === 'broken' && plain.length === 0) notes.trait('unscannable', 'packed macros are damaged')
  await nested('', plain)
}

/** Where a web archive begins inside a file of another format; undefined where none does. */
export function hiddenWebArchive(bytes: Buffer): number | undefined {
  const at = fieldIn(bytes)
  if (at === undefined) return undefined
  const start = startOfSection(bytes, at)
  const head = bytes.toString('latin1', start, at + 4096)
  return start > 0 && /^content-type[ \t]{0,8}:\s{0,8}multipart\//im.test(head) ? start : undefined
}

/** Goes back over the lines before a field that are fields or folded. */
function startOfSection(bytes: Buffer, at: number): number {
  const lines = bytes.toString('latin1', Math.max(0, at - 2048), at).split(/(?<=\n)/)
  let start = at
  for (const line of lines.toReversed()) {
    if (!/^(?:[\w-]{1,80}[ \t]{0,8}:|[ \t]+\S)/.test(line)) break
    start -= line.length
  }
  return start
}

/** Bytes at the beginning and at the end in which the field may be in any case. */
const MARGIN = 262_144

function fieldIn(bytes: Buffer): number | undefined {
  const exact = bytes.indexOf('MIME-Version:', 0, 'latin1')
  if (exact > 0) return exact
  for (const from of new Set([0, Math.max(0, bytes.length - MARGIN)])) {
    const found = /^[ \t]{0,8}mime-version[ \t]{0,8}:/im.exec(bytes.toString('latin1', from, from + MARGIN))
    if (found && from + found.index > 0) return from + found.index
  }
  return undefined
}
