/** The objects of a PDF by their numbers, decrypted where a password opens it, with the data of their streams. */
import { setImmediate } from 'node:timers/promises'
import { inflate } from '../inflate.ts'
import type { Budget } from '../inspection.ts'
import type { PasswordCandidate } from '../passwords/candidates.ts'
import type { PasswordTrial } from '../passwords/trial.ts'
import { type Decryption, decryption } from './encryption.ts'
import { ascii85, asciiHex, lzw, runLength, unpredict } from './filters.ts'
import { END, Lexer } from './lexer.ts'
import { type Found, findObjects } from './objects.ts'
import { type Dict, isArray, isDict, nameOf, numberOf, type PdfObject, PdfString, Ref, type Value } from './values.ts'

const MAX_FILTERS = 4
/** Of a stream of objects. */
const MAX_OBJECT_STREAM = 2_097_152
const MAX_OBJECTS = 200_000
/** Streams may claim to contain each other: their data is decoded at most so often. */
const MAX_PASSES = 2
const SMALL = 65_536
/** Characters that are read before others run. */
const SLICE = 131_072
/** Bytes that are decoded at once: what Node has no decoder for blocks the event loop. */
const MAX_AT_ONCE = 4_194_304

export interface Decoded {
  readonly bytes: Buffer
  /** Not all of it was decoded, because it exceeds a bound. */
  readonly cut: boolean
  /** The filter that is left: that of a picture. */
  readonly left?: string
}

/** Microseconds of one password. */
const PASSWORD_WORK = 1_500

interface ReadOptions {
  readonly budget: Budget
  /** The passwords that the message gives. */
  readonly passwords: PasswordTrial
  readonly signal: AbortSignal
}

export class PdfDocument {
  readonly objects: PdfObject[]
  /** Dictionaries outside of objects. */
  readonly loose: Dict[]
  /** Names that are written with hex escapes for ordinary letters, as they are written. */
  readonly disguised: Map<string, string>
  /** The document is encrypted, and neither the empty password nor one of the message opens it. */
  isLocked = false
  /** The password of the message that opened it. */
  openedBy: PasswordCandidate | undefined
  /** A sentence, where not all of it was read. */
  beyond: string | undefined
  private readonly numbered = new Map<number, PdfObject>()
  private readonly bytes: Buffer
  private readonly budget: Budget
  private readonly signal: AbortSignal
  private decryption: Decryption | undefined
  /** Bytes of streams that may still be given to decoders. */
  private packedLeft: number

  static async read(bytes: Buffer, text: string, { budget, passwords, signal }: ReadOptions): Promise<PdfDocument> {
    const document = new PdfDocument(bytes, await findObjects(text), budget, signal)
    await document.openEncryption(passwords)
    await document.unpackObjects()
    return document
  }

  private constructor(bytes: Buffer, found: Found, budget: Budget, signal: AbortSignal) {
    this.bytes = bytes
    this.objects = [...found.objects]
    this.loose = [...found.loose]
    this.disguised = new Map(found.disguised)
    this.beyond = found.beyond
    this.budget = budget
    this.signal = signal
    this.packedLeft = MAX_PASSES * bytes.length + SMALL
    for (const object of found.objects) this.number(object)
  }

  /** The value that a reference leads to. */
  resolve(value: Value | undefined): Value | undefined {
    let found = value
    for (let step = 0; found instanceof Ref && step < 8; step += 1) found = this.numbered.get(found.number)?.value
    return found instanceof Ref ? undefined : found
  }

  /** The object of a reference, which may have a stream. */
  object(value: Value | undefined): PdfObject | undefined {
    return value instanceof Ref ? this.numbered.get(value.number) : undefined
  }

  dict(value: Value | undefined): Dict | undefined {
    const found = this.resolve(value)
    return isDict(found) ? found : undefined
  }

  /** A string of an object, decrypted. */
  string(value: PdfString, owner: PdfObject | undefined): string {
    if (this.decryption === undefined || owner === undefined || owner.packed) return value.bytes
    const raw = Buffer.from(value.bytes, 'latin1')
    return this.decryption.strings(raw, owner.number, owner.generation).toString('latin1')
  }

  /** The data of a stream, decoded up to the filter of a picture. */
  async data(object: PdfObject, maxBytes: number): Promise<Decoded | undefined> {
    const { value, stream } = object
    if (!isDict(value) || stream === undefined) return undefined
    const raw = this.bytes.subarray(stream.start, this.endOf(value, stream))
    this.packedLeft -= raw.length
    if (this.packedLeft < 0) {
      this.beyond ??= 'its streams contain each other'
      return undefined
    }
    const filters = this.filters(value)
    const isCleartext = this.decryption === undefined || isTable(value)
    if (!isCleartext && raw.length > MAX_AT_ONCE) return undefined
    let bytes = isCleartext || filters[0]?.name === 'Crypt' ? raw : this.decrypted(raw, object)
    let cut = false
    for (const { name, options } of filters) {
      if (PICTURES.has(name)) return { bytes, cut, left: name }
      const decoded = await this.decode(name, options, bytes, maxBytes)
      if (decoded === undefined) return undefined
      bytes = decoded.bytes
      cut ||= decoded.cut
    }
    return { bytes: bytes.subarray(0, maxBytes), cut: cut || bytes.length > maxBytes }
  }

  private number(object: PdfObject): void {
    const known = this.numbered.get(object.number)
    if (object.number >= 0 && (known === undefined || known.at <= object.at)) this.numbered.set(object.number, object)
  }

  private decrypted(raw: Buffer, { number, generation }: PdfObject): Buffer {
    return this.decryption?.streams(raw, number, generation) ?? raw
  }

  /** A length in another object may be known only now. */
  private endOf(dict: Dict, { start, end }: { readonly start: number; readonly end: number }): number {
    const declared = dict.get('Length')
    const length = declared instanceof Ref ? this.resolve(declared) : undefined
    if (typeof length !== 'number' || length < 0 || start + length <= end) return end
    return this.bytes.subarray(start + length, start + length + 11).includes('endstream') ? start + length : end
  }

  private filters(dict: Dict): readonly { readonly name: string; readonly options: Dict | undefined }[] {
    const list = (value: Value | undefined): readonly Value[] => {
      const found = this.resolve(value)
      return found === undefined || found === null ? [] : isArray(found) ? found : [found]
    }
    const options = list(dict.get('DecodeParms') ?? dict.get('DP'))
    const names = list(dict.get('Filter') ?? dict.get('F'))
    if (names.length > MAX_FILTERS) this.beyond ??= 'a stream has more filters than are applied'
    return names
      .slice(0, MAX_FILTERS)
      .map((filter, index) => ({ name: nameOf(this.resolve(filter)), options: this.dict(options[index]) }))
  }

  /** Undefined for a filter that is not known. */
  private async decode(
    name: string,
    options: Dict | undefined,
    bytes: Buffer,
    maxBytes: number,
  ): Promise<{ readonly bytes: Buffer; readonly cut: boolean } | undefined> {
    const option = (key: string, otherwise: number) => numberOf(this.resolve(options?.get(key)), otherwise)
    const unpredicted = (plain: Buffer): Promise<Buffer> =>
      unpredict(plain, {
        predictor: option('Predictor', 1),
        colors: Math.min(32, Math.max(1, option('Colors', 1))),
        bits: option('BitsPerComponent', 8),
        columns: Math.max(1, option('Columns', 1)),
      })
    if (name === 'FlateDecode' || name === 'Fl') {
      const unpacked = await this.inflated(bytes, maxBytes)
      return { bytes: await unpredicted(unpacked.bytes), cut: unpacked.end === 'cut' }
    }
    if (name === 'Crypt') return { bytes, cut: false }
    if (bytes.length > MAX_AT_ONCE) return undefined
    const room = Math.max(0, Math.min(maxBytes, MAX_AT_ONCE, this.budget.inflate))
    const plain = simpleDecode(name, bytes, room, option('EarlyChange', 1))
    if (plain === undefined) return undefined
    this.budget.inflate -= plain.length
    return { bytes: name.startsWith('LZW') ? await unpredicted(plain) : plain, cut: plain.length >= room }
  }

  /** Some writers leave out the header of zlib, or damage it: viewers read the data all the same. */
  private async inflated(bytes: Buffer, maxBytes: number) {
    const options = { maxBytes, budget: this.budget, signal: this.signal }
    const found = await inflate(bytes, { form: 'zlib', ...options })
    return found.end === 'broken' && found.bytes.length === 0 && !this.isLocked
      ? await inflate(bytes, { form: 'raw', ...options })
      : found
  }

  private async openEncryption(passwords: PasswordTrial): Promise<void> {
    const tables = this.objects.map(({ value }) => value).filter(isDict)
    const trailers = [...this.loose, ...tables.filter(isTable)].filter(dict => dict.has('Root') || dict.has('Encrypt'))
    const encrypted = trailers.filter(dict => dict.has('Encrypt') && this.resolve(dict.get('Encrypt')) !== null)
    const holder = encrypted.at(-1)
    if (holder === undefined) return
    // A reader takes one of them, and which one depends on the reader.
    if (encrypted.length < trailers.length) this.beyond ??= 'its trailers differ on whether it is encrypted'
    const encrypt = this.dict(holder.get('Encrypt'))
    const id = trailers.map(dict => this.resolve(dict.get('ID'))).find(isArray)?.[0]
    const resolved = encrypt && new Map([...encrypt].map(([key, value]) => [key, this.resolve(value) ?? null]))
    const opens = (password: string): boolean => {
      this.decryption = resolved && decryption(resolved, id instanceof PdfString ? id.bytes : '', password)
      return this.decryption !== undefined
    }
    if (!opens('') && resolved !== undefined) this.openedBy = await passwords.open(PASSWORD_WORK, opens)
    this.isLocked = this.decryption === undefined
  }

  /** Streams of objects (§7.5.7) have the objects of most documents since PDF 1.5. */
  private async unpackObjects(): Promise<void> {
    for (const object of this.objects.slice()) {
      const { value, stream } = object
      if (stream === undefined || !isDict(value) || !this.isObjectStream(value)) continue
      const decoded = await this.data(object, MAX_OBJECT_STREAM)
      if (this.packedLeft < 0) return
      if (decoded === undefined || decoded.left !== undefined) {
        this.beyond ??= 'a stream of objects cannot be read'
        continue
      }
      if (decoded.cut) this.beyond ??= 'a stream of objects is longer than the limit'
      await this.readObjects(decoded.bytes.toString('latin1'), value, object.at)
      if (this.objects.length <= MAX_OBJECTS) continue
      this.beyond ??= 'it has more objects than are read'
      return
    }
  }

  /** Some viewers take a stream of objects without its type. */
  private isObjectStream(dict: Dict): boolean {
    return nameOf(this.resolve(dict.get('Type'))) === 'ObjStm' || (dict.has('First') && dict.has('N'))
  }

  /** A table of numbers and offsets stands in front of the objects. Without one they are read in their order. */
  private async readObjects(text: string, dict: Dict, at: number): Promise<void> {
    const first = Math.min(numberOf(this.resolve(dict.get('First'))), text.length)
    const head = new Lexer(text, 0, first)
    const body = new Lexer(text, first)
    let spent = 0
    const read = (number: number): boolean => {
      const from = body.at
      const value = body.valueAt(from)
      spent += body.at - from + 1
      if (value === END) return false
      const object: PdfObject = { number, generation: 0, value, at, packed: true }
      this.objects.push(object)
      this.number(object)
      return true
    }
    let count = 0
    let until = SLICE
    for (; spent <= MAX_PASSES * text.length && this.objects.length <= MAX_OBJECTS; count += 1) {
      const [number, offset] = [head.value(), head.value()]
      if (typeof number !== 'number' || typeof offset !== 'number') break
      body.at = Math.min(text.length, Math.max(0, first + offset))
      read(number)
      if (spent < until) continue
      await setImmediate()
      until = spent + SLICE
    }
    if (count === 0) while (this.objects.length <= MAX_OBJECTS && read(-1));
    if (spent > MAX_PASSES * text.length + count) this.beyond ??= 'its objects contain each other'
    if (body.isTooLarge) this.beyond ??= 'its objects are larger or nested deeper than the limit'
    for (const [name, raw] of body.disguised) this.disguised.set(name, raw)
    this.loose.push(...body.variants)
  }
}

/** A stream of references, whose dictionary is a trailer too (§7.5.8). */
const isTable = (dict: Dict): boolean => nameOf(dict.get('Type')) === 'XRef'

/** Filters that only pictures have. */
const PICTURES: ReadonlySet<string> = new Set(['DCTDecode', 'DCT', 'JPXDecode', 'JBIG2Decode', 'CCITTFaxDecode', 'CCF'])

function simpleDecode(name: string, bytes: Buffer, maxBytes: number, early: number): Buffer | undefined {
  switch (name) {
    case 'ASCIIHexDecode':
    case 'AHx':
      return asciiHex(bytes)
    case 'ASCII85Decode':
    case 'A85':
      return ascii85(bytes)
    case 'RunLengthDecode':
    case 'RL':
      return runLength(bytes, maxBytes)
    case 'LZWDecode':
    case 'LZW':
      return lzw(bytes, maxBytes, early)
    default:
      return undefined
  }
}
