/**
 * A quick search of the bytes of a message as they were sent, for what lies beyond the bounds of every other reader.
 */
import { ByteSearch } from './find-bytes.ts'
import { GTUBE } from './gtube.ts'
import { decodeWords } from './header/words.ts'

/** What was found in the bytes of a message, at any depth. What is encoded twice is not found. */
export interface Swept {
  /** Files by their first bytes, plain or encoded: `a program in base64`. */
  readonly files: readonly string[]
  /** Names of files. */
  readonly names: readonly string[]
  /** URLs. */
  readonly links: readonly string[]
  /** The GTUBE test string is in it. */
  readonly gtube: boolean
}

/** Bytes that two chunks have in common. */
const OVERLAP = 4096
/** What is kept of each kind. */
const MAX_FOUND = 500
/** Marks of each kind that are looked at, all chunks together. */
const MAX_LOOKUPS = 20_000
/** Bytes of a header section that are searched. */
const MAX_HEADER = 262_144

/** Searches natively for short marks, at less than a millisecond for a megabyte of mail. Linear, and never throws. */
export class Sweeper {
  readonly #files = new Set<string>()
  readonly #names = new Set<string>()
  readonly #links = new Set<string>()
  readonly #lookupsLeft = { bodies: MAX_LOOKUPS, links: MAX_LOOKUPS, gtube: MAX_LOOKUPS, begins: MAX_LOOKUPS }
  #gtube = false
  /** The end of the last chunk, which is searched again together with the next. */
  #held: Buffer = Buffer.alloc(0)
  /** A text in base64 continues in the next chunk. */
  #isInBase64 = false

  push(chunk: Buffer): void {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk
    this.#searchText(bytes)
    // Each line of base64 holds whole groups.
    if (this.#isInBase64) this.#searchBase64(bytes, bytes.indexOf(LF) + 1)
    let body = 0
    for (let at = emptyLine(bytes, 0); at >= 0 && this.#lookupsLeft.bodies-- > 0; at = emptyLine(bytes, body)) {
      const before = body
      body = at + 3
      while (isBlank(bytes[body])) body++
      this.#searchPart(bytes, { from: Math.max(before, at - MAX_HEADER), end: at, body })
    }
    for (const at of places(bytes, '\nbegin', () => this.#lookupsLeft.begins-- > 0))
      this.#addEmbedded(bytes, at + 1, 'uuencode')
    for (const at of places(bytes, '=ybeg', () => this.#lookupsLeft.begins-- > 0)) this.#addEmbedded(bytes, at, 'yEnc')
    // A header section that is not complete is searched again as a whole.
    const delimiter = bytes.lastIndexOf('\n--', undefined, 'latin1')
    const from = delimiter >= body && delimiter > bytes.length - MAX_HEADER ? delimiter : bytes.length
    this.#held = bytes.subarray(Math.max(0, Math.min(from, bytes.length - OVERLAP)))
  }

  /** What was found in everything that was pushed. */
  end(): Swept {
    return { files: [...this.#files], names: [...this.#names], links: [...this.#links], gtube: this.#gtube }
  }

  #searchText(bytes: Buffer): void {
    // Links beyond the bound are not kept, and need not be found.
    const mayLook = (): boolean => this.#links.size < MAX_FOUND && this.#lookupsLeft.links-- > 0
    for (const at of places(bytes, '://', mayLook)) add(this.#links, addressAround(bytes, at))
    for (const at of places(bytes, 'GTUBE', () => this.#lookupsLeft.gtube-- > 0)) this.#gtube ||= isGtube(bytes, at)
  }

  /** The fields between `from` and the empty line at `end`, and what stands at `body`. */
  #searchPart(bytes: Buffer, { from, end, body }: { from: number; end: number; body: number }): void {
    // Names beyond the bound are not kept.
    if (this.#names.size < MAX_FOUND) for (const name of namesIn(bytes, from, end)) add(this.#names, name)
    const isBase64 = isLetters(bytes, body, body + 40)
    if (!isBase64 && !MAY_BEGIN[bytes[body] ?? 0]) return
    const head = bytes.toString('latin1', body, body + 96)
    const found = fileAt(head)
    if (found !== undefined) add(this.#files, found)
    else if (isBase64 && isTextInBase64(head)) this.#searchBase64(bytes, body)
  }

  #searchBase64(bytes: Buffer, from: number): void {
    const empty = bytes.indexOf('\r\n\r\n', from, 'latin1')
    const piece = bytes.subarray(from, empty < 0 ? undefined : empty)
    const delimiter = piece.indexOf('\r\n--', 0, 'latin1')
    this.#isInBase64 = empty < 0 && delimiter < 0
    this.#searchText(Buffer.from(piece.toString('latin1', 0, delimiter < 0 ? undefined : delimiter), 'base64'))
  }

  #addEmbedded(bytes: Buffer, at: number, encoding: string): void {
    const name = BEGIN.exec(bytes.toString('latin1', at, at + 400))
    if (name === null) return
    add(this.#files, `a file in ${encoding}`)
    add(this.#names, (name[1] ?? name[2] ?? '').trim())
  }
}

const LF = 10

const BEGIN = /^(?:begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})|=ybegin [^\r\n]{0,200}name=([^\r\n]{1,255}))/

function add(found: Set<string>, one: string): void {
  if (one !== '' && found.size < MAX_FOUND) found.add(one)
}

function* places(bytes: Buffer, mark: string, mayLook: () => boolean): Generator<number> {
  for (let at = bytes.indexOf(mark, 0, 'latin1'); at >= 0 && mayLook(); ) {
    yield at
    at = bytes.indexOf(mark, at + mark.length, 'latin1')
  }
}

const EMPTY_LINE = new ByteSearch('\n\r\n')

const emptyLine = (bytes: Buffer, from: number): number => EMPTY_LINE.in(bytes, from)

const isBlank = (byte = 0): boolean => byte === 32 || (byte >= 9 && byte <= 13)

/** Programs and archives, each in base64, in quoted-printable, and in plain bytes. */
const signatures: readonly (readonly [what: string, base64: string, printable: string, raw: string])[] = [
  ['a program', 'TV[opqr][A-Za-z0-9+/]', 'MZ[!-~]{0,80}=00', 'MZ[^]{0,60}\\0'],
  ['a program', 'f0VMR', '=7FELF', '\\x7fELF'],
  ['a program', 'yv66v', '=CA=FE=BA=BE', '\\xca\\xfe\\xba\\xbe'],
  ['a program', 'z\\/rt\\/', '=CF=FA=ED=FE', '\\xcf\\xfa\\xed\\xfe'],
  ['a script', 'IyEv', '#!\\/', '#!\\/'],
  ['an archive', 'UEsDB|UEsFB|UEsHC', 'PK=0[357]=0[468]', 'PK[\\x03\\x05\\x07][\\x04\\x06\\x08]'],
  ['an archive', 'UmFyIRoH', 'Rar!=1A=07', 'Rar!\\x1a\\x07'],
  ['an archive', 'N3q8ryc', '7z=BC=AF', "7z\\xbc\\xaf'\\x1c"],
  ['an archive', 'H4sI', '=1F=8B=08', '\\x1f\\x8b\\x08'],
  ['an archive', 'Qlpo[M-O]', 'BZh[1-9]1AY', 'BZh[1-9]1AY'],
  ['an archive', '\\/Td6WF', '=FD7zXZ', '\\xfd7zXZ'],
  ['an archive', 'KLUv\\/', '(?:\\(|=28)=B5\\/=FD', '\\x28\\xb5\\x2f\\xfd'],
  ['an archive', 'TVNDRg', 'MSCF=00', 'MSCF\\0'],
  ['a compound file', '0M8R4KGx', '=D0=CF=11=E0', '\\xd0\\xcf\\x11\\xe0'],
  ['a shortcut', 'TAAAAAEUAg', 'L=00=00=00=01=14=02', 'L\\0\\0\\0\\x01\\x14\\x02'],
]

const patterns = (['base64', 'quoted-printable', ''] as const).map((way, at) => {
  const patterns = signatures.map(([, ...forms]) => `(${forms[at] ?? ''})`)
  // Decoders pass over what is no base64.
  const before = way === 'base64' ? '[^A-Za-z0-9+/\\r\\n]{0,16}' : ''
  return { way, pattern: new RegExp(`^${before}(?:${patterns.join('|')})`, way === 'quoted-printable' ? 'i' : '') }
})

const isLetter = (byte = 0): boolean => LETTER[byte] === 1

const LETTER = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[A-Za-z0-9+/]/.test(String.fromCharCode(byte))))

/** The first bytes of every file that is known, in each encoding, and bytes that decoders pass over. */
const MAY_BEGIN = LETTER.map((letter, byte) =>
  Number(letter === 0 || /[BFHIK-NP-RTUYZ07/]/i.test(String.fromCharCode(byte))),
)

function isLetters(bytes: Buffer, start: number, stop: number): boolean {
  let at = start
  while (at < stop && isLetter(bytes[at])) at++
  return at === stop
}

/** The kind of file that begins here, plain or encoded. */
function fileAt(head: string): string | undefined {
  for (const { way, pattern } of patterns) {
    const groups = pattern.exec(head)?.slice(1)
    const what = groups && signatures[groups.findIndex(group => group !== undefined)]?.[0]
    if (what !== undefined) return way === '' ? what : `${what} in ${way}`
  }
  return undefined
}

/** A line of base64 that decodes to letters and blanks. */
const isTextInBase64 = (head: string): boolean =>
  /^[A-Za-z0-9+/]{40}/.test(head) &&
  /^[\t\r\n -~\x80-\xff]{30}/.test(Buffer.from(head.slice(0, 40), 'base64').toString('latin1'))

/** The names in the lines above an empty line, where these end as a header section does. */
function* namesIn(bytes: Buffer, from: number, end: number): Generator<string> {
  const last = lineStart(bytes, end)
  if (end <= from || !beginsAsField(bytes, Math.max(last, from), end)) return
  const fields = bytes.toString('latin1', from, end)
  for (const [, name = ''] of fields.matchAll(/name(?:\*\d{0,4}\*?)?[ \t]{0,8}=[ \t]{0,8}["']?([^"'\r\n;]{1,300})/gi))
    yield decodeWords(name).trim()
}

/** Where the line that ends at `end` begins: nearly always near. */
function lineStart(bytes: Buffer, end: number): number {
  const near = Math.max(end - 100, 0)
  let at = end
  while (at > near && bytes[at - 1] !== LF) at--
  return at > near || at === 0 ? at : bytes.lastIndexOf(LF, at - 1) + 1
}

/** As `^(?:[ \t]|[A-Za-z-]{2,40}[ \t]*:)`, without a string for each of many lines. */
function beginsAsField(bytes: Buffer, start: number, end: number): boolean {
  if (start < end && isTabOrSpace(bytes[start])) return true
  let at = start
  while (at < end && isNameByte(bytes[at])) at++
  if (at - start < 2 || at - start > 40) return false
  while (at < end && isTabOrSpace(bytes[at])) at++
  return at < end && bytes[at] === COLON
}

const COLON = 58

const isTabOrSpace = (byte = 0): boolean => byte === 32 || byte === 9

const isNameByte = (byte = 0): boolean => byte === 45 || ((byte | 32) >= 97 && (byte | 32) <= 122)

/** From the scheme up to a blank or a quote; the soft line ends of quoted-printable are undone. */
function addressAround(bytes: Buffer, at: number): string {
  const scheme = /(?:https?|hxxps?|ftp)$/i.exec(bytes.toString('latin1', Math.max(at - 5, 0), at))?.[0]
  if (scheme === undefined) return ''
  const text = bytes.toString('latin1', at - scheme.length, at + 512)
  const joined = text.includes('=\r\n') ? text.replaceAll('=\r\n', '').replace(/=3d/gi, '=') : text
  return /^[^\s<>"'`(){}|\\^]{1,512}/.exec(joined)?.[0] ?? ''
}

function isGtube(bytes: Buffer, at: number): boolean {
  const around = bytes.toString('latin1', Math.max(at - 200, 0), at + 200)
  const printable = around.replaceAll('=\r\n', '').replace(/=(2[ade])/gi, (_all, code: string) => unhex(code))
  return around.includes(GTUBE) || printable.includes(GTUBE)
}

const unhex = (digits: string): string => String.fromCharCode(Number.parseInt(digits, 16))
