/** Messages of Outlook: `winmail.dat` (MS-OXTNEF) and `.msg` (MS-OXMSG), with their attachments, links and texts. */
import { readHtml } from '../html/read.ts'
import { addressesIn } from '../links/scan.ts'
import { compressedRtf } from './compressed-rtf.ts'
import type { Inspector } from './inspection.ts'
import { type MapiProperty, readProperties } from './mapi.ts'
import { isRemote } from './office-targets.ts'
import type { OleEntry, OleFile } from './ole.ts'

type Tools = Parameters<Inspector>[1]

/** Attributes of a winmail.dat. */
const MAX_ATTRIBUTES = 10_000
/** Bytes of one stream, of one text, and links of one text. */
const [MAX_STREAM, MAX_TEXT, MAX_LINKS] = [33_554_432, 131_072, 500]

/** Attributes of TNEF by their numbers (MS-OXTNEF §2.1.3.3). */
const [BODY, BEGIN_ATTACHMENT, TITLE, DATA, ATTACHMENT, PROPERTIES] = [
  0x0002_800c, 0x0006_9002, 0x0001_8010, 0x0006_800f, 0x0006_9005, 0x0006_9003,
]
/** Properties by their numbers (MS-OXPROPS). */
const [TEXT_BODY, RTF_BODY, HTML_BODY, FILE_DATA, SHORT_NAME, LONG_NAME] = [
  0x1000, 0x1009, 0x1013, 0x3701, 0x3704, 0x3707,
]

/** The attributes of an attachment come in any order after the attribute that begins it. */
export const inspectTnef: Inspector = async (bytes, to) => {
  const { notes, budget } = to
  const file = new TnefFile(to)
  let attributes = 0
  for (let at = 6; at + 9 <= bytes.length; attributes += 1) {
    if (budget.entries <= 0 || attributes === MAX_ATTRIBUTES)
      return notes.beyond('it has more attributes than are read')
    const [attribute, length] = [bytes.readUInt32LE(at + 1), bytes.readUInt32LE(at + 5)]
    await file.attribute(attribute, bytes.subarray(at + 9, at + 9 + length))
    at += 9 + length + 2
  }
  await file.endAttachment()
}

class TnefFile {
  readonly #to: Tools
  #name: string | undefined
  #longName: string | undefined
  #data: Buffer | undefined

  constructor(to: Tools) {
    this.#to = to
  }

  async attribute(attribute: number, value: Buffer): Promise<void> {
    const isSecond =
      (attribute === TITLE && this.#name !== undefined) || (attribute === DATA && this.#data !== undefined)
    if (attribute === BEGIN_ATTACHMENT || isSecond) await this.endAttachment()
    if (attribute === TITLE) this.#name = untilNul(value.toString('latin1'))
    else if (attribute === DATA) this.#data = value
    else if (attribute === ATTACHMENT) this.#readAttachment(readProperties(value))
    else if (attribute === PROPERTIES)
      for (const property of readProperties(value)) await readProperty(property, this.#to)
    else if (attribute === BODY) readText(untilNul(value.toString('latin1')), this.#to)
  }

  #readAttachment(properties: readonly MapiProperty[]): void {
    for (const { id, type, value } of properties) {
      if (id === LONG_NAME) this.#longName = textOf(type, value)
      // Another message begins with the id of its interface.
      else if (id === FILE_DATA && type === OBJECT) this.#data = value.subarray(16)
      else if (id === FILE_DATA) this.#data ??= value
      else noteRemotePath({ id, type, value }, this.#to)
    }
  }

  async endAttachment(): Promise<void> {
    const { notes, budget, nested } = this.#to
    const [name = this.#name, data] = [this.#longName, this.#data]
    const other = this.#name
    this.#name = this.#longName = this.#data = undefined
    if (name === undefined && data === undefined) return
    budget.entries -= 1
    notes.member({ name: name ?? '', ...(data && { size: data.length }) })
    if (other !== undefined && other !== name) notes.member({ name: other })
    if (data) await nested(name ?? '', data)
  }
}

const [TEXT8, TEXT16, OBJECT] = [0x1e, 0x1f, 0x0d]

const untilNul = (text: string): string => text.split('\0', 1)[0] ?? ''
const textOf = (type: number, value: Buffer): string => untilNul(value.toString(type === TEXT16 ? 'utf16le' : 'latin1'))

/** The text of a message, in one of three forms. */
async function readProperty(property: MapiProperty, to: Tools): Promise<void> {
  const { id, type, value } = property
  if (id === TEXT_BODY) readText(textOf(type, value), to)
  else if (id === HTML_BODY) await readPage(value.toString('latin1', 0, MAX_TEXT), to)
  else if (id === RTF_BODY) {
    const rtf = compressedRtf(value)
    if (rtf) await to.nested('body.rtf', rtf)
  } else noteRemotePath(property, to)
}

/**
 * A path on a server of files in a property with a name: Outlook plays the sound of a reminder from there, and signs in
 * (CVE-2023-23397).
 */
function noteRemotePath({ id, type, value }: MapiProperty, { notes }: Tools): void {
  if (id < 0x8000 || (type !== TEXT8 && type !== TEXT16)) return
  const path = textOf(type, value.subarray(0, 1024)).trim()
  if (!/^(?:\\\\|\/\/|file:)/i.test(path) || !isRemote(path)) return
  notes.trait('external-template', `opening it asks the server of ${path.slice(0, 120)}`)
  notes.link(path, { kind: 'open' })
}

function readText(text: string, { notes }: Tools): void {
  notes.text(text)
  for (const { target } of addressesIn(text.slice(0, MAX_TEXT), MAX_LINKS)) notes.link(target)
}

async function readPage(html: string, { notes }: Tools): Promise<void> {
  const { visible, references } = await readHtml(html, MAX_TEXT)
  notes.text(visible)
  for (const { from, target, shown } of references.slice(0, MAX_LINKS))
    if (from === 'href') notes.link(target, { shown })
}

export const isOutlookMessage = ({ entries }: OleFile): boolean =>
  entries.some(({ path }) => path === '__properties_version1.0' || PROPERTY.test(path))

/**
 * A message in a Compound File: each property is a stream, whose name says its id and its type. Those of a message
 * inside lie in a folder.
 */
export async function inspectOutlookMessage(
  { entries }: OleFile,
  read: (entry: OleEntry) => Buffer,
  to: Tools,
): Promise<void> {
  const byPath = new Map(entries.map(entry => [entry.path.toLowerCase(), entry]))
  for (const entry of entries) {
    const [, folder = '', id = '', type = ''] = PROPERTY.exec(entry.path) ?? []
    if (id === '' || entry.size === 0) continue
    const number = Number.parseInt(id, 16)
    if (number !== FILE_DATA || type !== '0102') {
      if (number < 0x8000 && number !== TEXT_BODY && number !== RTF_BODY && number !== HTML_BODY) continue
      const value = entry.read(Math.min(entry.size, number < 0x8000 ? 2 * MAX_TEXT : 1024))
      await readProperty({ id: number, type: Number.parseInt(type, 16), value }, to)
      continue
    }
    const named = (id: number): string | undefined => {
      const path = `${folder}__substg1.0_${id.toString(16)}`
      const wide = byPath.get(`${path}001f`.toLowerCase())
      const found = wide ?? byPath.get(`${path}001e`.toLowerCase())
      return found && textOf(wide ? TEXT16 : TEXT8, found.read(1024))
    }
    const name = named(LONG_NAME) ?? named(SHORT_NAME) ?? 'attachment'
    to.notes.member({ name, size: entry.size })
    await to.nested(name, read(entry).subarray(0, MAX_STREAM))
  }
}

const PROPERTY = /^(.{0,1024}\/)?__substg1\.0_([\da-f]{4})([\da-f]{4})$/i
