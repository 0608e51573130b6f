/** Rich Text Format (RTF 1.9.1), read by its groups and control words: objects, fields, templates, links, text. */
import { setImmediate } from 'node:timers/promises'
import type { Inspector, Notes } from './inspection.ts'
import { FieldReader } from './office-fields.ts'
import { inspectEmbeddedObject } from './office-objects.ts'
import { isOfficeCloud, isRemote } from './office-targets.ts'

/** Bytes that are read: objects are written in hex. */
const MAX_RTF = 8_388_608
/** Bytes between two turns of the event loop. */
const SLICE = 131_072
const MAX_PICTURE = 1_048_576
const [MAX_DEPTH, MAX_OBJECTS, MAX_TEXT, MAX_PICTURES] = [1000, 100, 65_536, 8]

export const inspectRtf: Inspector = async (bytes, { notes, nested, signal }) => {
  if (bytes.length > MAX_RTF) notes.beyond('it is longer than the limit')
  const reader = new RtfReader(bytes.subarray(0, MAX_RTF), notes)
  for (let at = SLICE; !reader.isDone; at += SLICE) {
    reader.read(at)
    for (let object = reader.objects.shift(); object; object = reader.objects.shift())
      await inspectEmbeddedObject(object, notes, nested)
    if (!reader.isDone) await setImmediate()
    signal.throwIfAborted()
  }
}

type Destination = 'text' | 'skip' | 'code' | 'template' | 'data' | 'picture' | 'html'

interface Group {
  destination: Destination
  /** The group is a field, whose end is the end of the field. */
  isField: boolean
  /** Characters after a `\u` that stand for it in old programs. */
  fallback: number
  /** `\*` stands before the next word: an unknown destination is skipped. */
  star: boolean
}

/** What a word makes of its group. Words that are not here leave it as it is. */
const DESTINATIONS: Readonly<Record<string, Destination | undefined>> = {
  fldinst: 'code',
  fldrslt: 'text',
  template: 'template',
  // A page that Outlook keeps as RTF (MS-OXRTFEX): each tag is a group.
  htmltag: 'html',
  objdata: 'data',
  pict: 'picture',
  ...Object.fromEntries(
    `fonttbl colortbl stylesheet info themedata colorschememapping datastore generator listtable listoverridetable
    rsidtbl xmlnstbl latentstyles objclass objname revtbl pgptbl filetbl mmathPr`
      .split(/\s+/)
      .map(word => [word, 'skip' as const]),
  ),
  // What an object shows is text, and what a shape shows in new programs is a picture.
  result: 'text',
  shppict: 'text',
  shpinst: 'text',
  shptxt: 'text',
  nonshppict: 'skip',
}

const [BACKSLASH, OPEN, CLOSE, CR, LF, QUOTE, SPACE, MINUS] = [0x5c, 0x7b, 0x7d, 13, 10, 0x27, 0x20, 0x2d]

class RtfReader {
  /** Complete objects, until they are taken. */
  readonly objects: Buffer[] = []
  readonly #bytes: Buffer
  readonly #notes: Notes
  readonly #fields: FieldReader
  readonly #groups: Group[] = [{ destination: 'text', isField: false, fallback: 1, star: false }]
  #at = 0
  /** Groups that lie deeper than they are followed. */
  #deeper = 0
  #text = ''
  #template = ''
  #html = ''
  /** Digits of the object or the picture that is open. */
  #data:
    | { readonly isPicture: boolean; format?: 'png' | 'jpeg'; length: number; high: number; readonly depth: number }
    | undefined
  /** What its digits stand for. One object is open at a time. */
  #decoded = Buffer.alloc(0)
  #skipNext = 0
  #objectCount = 0
  #pictureCount = 0

  constructor(bytes: Buffer, notes: Notes) {
    this.#bytes = bytes
    this.#notes = notes
    this.#fields = new FieldReader(notes)
  }

  get isDone(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** Reads on to this offset; to the end, it judges what is still open. */
  read(stop: number): void {
    const end = Math.min(stop, this.#bytes.length)
    while (this.#at < end) this.#readToken()
    if (!this.isDone) return
    this.#endData()
    this.#fields.finish()
    this.#endTemplate()
    for (const [, url = ''] of this.#html.matchAll(HREF)) this.#notes.link(url)
    if (this.#text.trim() !== '') this.#notes.text(this.#text.slice(0, MAX_TEXT))
  }

  #readToken(): void {
    const code = this.#bytes[this.#at] ?? 0
    this.#at += 1
    if (code === OPEN) this.#open()
    else if (code === CLOSE) this.#close()
    else if (code === BACKSLASH) this.#control()
    else if (code !== CR && code !== LF) this.#character(code)
  }

  #open(): void {
    const group = this.#groups.at(-1)
    if (this.#groups.length > MAX_DEPTH || group === undefined) {
      this.#deeper += 1
      this.#notes.beyond('its groups lie deeper than the limit')
    } else this.#groups.push({ ...group, isField: false, star: false })
  }

  #close(): void {
    if (this.#deeper > 0) {
      this.#deeper -= 1
      return
    }
    if (this.#groups.length === 1) return
    const depth = this.#groups.length
    const group = this.#groups.pop()
    if (this.#data && depth <= this.#data.depth) this.#endData()
    if (group?.destination === 'template' && this.#groups.at(-1)?.destination !== 'template') this.#endTemplate()
    if (group?.isField) this.#fields.end()
  }

  /** A control word with its number, or a control symbol. */
  #control(): void {
    const bytes = this.#bytes
    const first = bytes[this.#at] ?? 0
    if (!isLetter(first)) {
      this.#at += 1
      this.#symbol(first)
      return
    }
    const from = this.#at
    while (isLetter(bytes[this.#at] ?? 0)) this.#at += 1
    const word = bytes.toString('latin1', from, Math.min(this.#at, from + 40))
    const digits = this.#at
    if (bytes[this.#at] === MINUS) this.#at += 1
    while (isDigit(bytes[this.#at] ?? 0)) this.#at += 1
    const number =
      this.#at > digits ? Number(bytes.toString('latin1', digits, Math.min(this.#at, digits + 12))) : undefined
    if (bytes[this.#at] === SPACE) this.#at += 1
    this.#word(word, number)
  }

  #symbol(code: number): void {
    const group = this.#groups.at(-1)
    if (code === QUOTE) {
      const value = Number.parseInt(this.#bytes.toString('latin1', this.#at, this.#at + 2), 16)
      this.#at += 2
      // Between the digits of an object no letter counts.
      if (!Number.isNaN(value) && this.#data === undefined) this.#character(value)
    } else if (code === 0x2a && group) group.star = true
    else if (code === BACKSLASH || code === OPEN || code === CLOSE) this.#character(code)
    else if (code === CR || code === LF) this.#write('\n')
    else if (code === 0x7e) this.#write(' ')
  }

  #word(word: string, number: number | undefined): void {
    const group = this.#groups.at(-1)
    if (group === undefined || this.#deeper > 0) return
    const star = group.star
    group.star = false
    if (word === 'bin') {
      this.#binary(Math.max(0, number ?? 0))
      return
    }
    if (word === 'objupdate') this.#notes.trait('auto-run', 'an object in it updates when it is opened')
    if (word === 'field') {
      group.isField = true
      this.#fields.begin()
    }
    if (word === 'fldrslt') this.#fields.separate()
    if (word === 'uc') group.fallback = Math.min(Math.max(number ?? 1, 0), 10)
    else if (word === 'u') {
      this.#write(String.fromCharCode((number ?? 0) & 0xffff))
      this.#skipNext = group.fallback
    } else if (word === 'par' || word === 'line' || word === 'row') this.#write('\n')
    else if (word === 'tab' || word === 'cell') this.#write('\t')
    else if (this.#data?.isPicture && (word === 'pngblip' || word === 'jpegblip'))
      this.#data.format = word === 'pngblip' ? 'png' : 'jpeg'
    const destination = Object.hasOwn(DESTINATIONS, word) ? DESTINATIONS[word] : star ? 'skip' : undefined
    if (destination !== undefined) this.#enter(group, destination)
  }

  #enter(group: Group, destination: Destination): void {
    // What lies in an object or in what is skipped shows nothing; only objects are looked for.
    if (group.destination === 'data' && destination !== 'data') return
    group.destination = destination
    if (destination !== 'data' && destination !== 'picture') return
    const isPicture = destination === 'picture'
    if (!isPicture) this.#notes.trait('embedded-object', 'it holds an object')
    if (isPicture ? this.#pictureCount === MAX_PICTURES : this.#objectCount === MAX_OBJECTS) {
      if (!isPicture) this.#notes.beyond('it has more objects than are read')
      group.destination = 'skip'
      return
    }
    this.#endData()
    if (this.#decoded.length === 0) this.#decoded = Buffer.allocUnsafeSlow(this.#bytes.length)
    this.#data = { isPicture, length: 0, high: -1, depth: this.#groups.length }
  }

  /** `\bin`: so many bytes as they are. */
  #binary(length: number): void {
    const raw = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += raw.length
    const data = this.#data
    if (data && this.#groups.length === data.depth) data.length += raw.copy(this.#decoded, data.length)
  }

  #character(code: number): void {
    if (this.#skipNext > 0) {
      this.#skipNext -= 1
      return
    }
    const data = this.#data
    if (data === undefined) {
      this.#write(String.fromCharCode(code))
      return
    }
    if (this.#groups.length !== data.depth || this.#deeper > 0) return
    const digit = hexDigit(code)
    if (digit < 0) return
    if (data.high < 0) data.high = digit
    else {
      this.#decoded[data.length] = data.high * 16 + digit
      data.length += 1
      data.high = -1
    }
  }

  #write(text: string): void {
    const destination = this.#groups.at(-1)?.destination
    if (destination === 'code') this.#fields.code(text)
    else if (destination === 'template')
      this.#template = this.#template.length < 4096 ? this.#template + text : this.#template
    else if (destination === 'html') {
      if (this.#html.length < MAX_TEXT) this.#html += text
    } else if (destination === 'text') {
      this.#fields.text(text)
      if (this.#text.length < MAX_TEXT) this.#text += text
    }
  }

  #endData(): void {
    const data = this.#data
    this.#data = undefined
    if (!data) return
    const bytes = this.#decoded.subarray(0, data.length)
    if (!data.isPicture) {
      this.#objectCount += 1
      this.objects.push(Buffer.from(bytes))
    } else if (data.format && bytes.length > 100 && bytes.length <= MAX_PICTURE) {
      this.#pictureCount += 1
      this.#notes.picture({ format: data.format, bytes: Buffer.from(bytes) })
    }
  }

  #endTemplate(): void {
    const target = this.#template.trim()
    this.#template = ''
    if (target === '' || !isRemote(target) || isOfficeCloud(target)) return
    this.#notes.trait('external-template', `opening it fetches ${target.slice(0, 120)} (template)`)
    this.#notes.link(target, { kind: 'open' })
  }
}

const HREF = /\bhref\s{0,8}=\s{0,8}["']?([^"'\s>]{4,2048})/gi

const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** -1 for other characters. */
function hexDigit(code: number): number {
  if (isDigit(code)) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
