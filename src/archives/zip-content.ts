/** The plain bytes of the entries of a zip archive, checked against what the directory declares. */
import { crc32 } from 'node:zlib'
import { lazyModule } from '../model/lazy.ts'
import { inflate } from './inflate.ts'
import type { Inspector } from './inspection.ts'
import type { OpenedZip } from './passwords/zip.ts'
import { dataOf, type ZipEntry } from './zip-directory.ts'

/** Bytes that are inflated of one entry, if the budget allows it. */
const MAX_ENTRY = 33_554_432
/** Methods (APPNOTE.TXT 4.4.5). 7-Zip unpacks the others. */
const [STORED, DEFLATED, ZSTD] = [0, 8, 93]

export const NEEDS_PASSWORD = 'entries of the archive need a password'

/** Packed bytes, decrypted where they were encrypted. */
interface Packed {
  readonly data: Buffer
  readonly method: number
}

const rareMethods = lazyModule(() => import('./unpack/zip-methods.ts'))

export class ZipContent {
  readonly #bytes: Buffer
  readonly #opened: OpenedZip | undefined
  readonly #to: Parameters<Inspector>[1]
  /** The entries come from local headers: what is cut off has no end and no checksum. */
  readonly #isCut: boolean

  constructor(bytes: Buffer, opened: OpenedZip | undefined, to: Parameters<Inspector>[1], isCut: boolean) {
    this.#bytes = bytes
    this.#opened = opened
    this.#to = to
    this.#isCut = isCut
  }

  /** At most `maxBytes` of an entry; undefined where they cannot be read, which is noted. */
  async read(entry: ZipEntry, maxBytes = MAX_ENTRY): Promise<Buffer | undefined> {
    const packed = await this.#packed(entry)
    if (packed === undefined) return undefined
    const { data, method } = packed
    if (method === STORED) return await this.#stored(entry, data, maxBytes)
    if (method === DEFLATED) return await this.#inflated(entry, data, 'raw', maxBytes)
    if (method === ZSTD) return await this.#inflated(entry, data, 'zstd', maxBytes)
    const { unpackRareMethod } = await rareMethods()
    return await unpackRareMethod(entry, packed, this.#bytes, this.#to)
  }

  async #packed(entry: ZipEntry): Promise<Packed | undefined> {
    const { offset, packed, method, encrypted } = entry
    if (encrypted) {
      const opened = await this.#opened?.entry(entry)
      if (opened === undefined) this.#to.notes.trait('encrypted', NEEDS_PASSWORD)
      return opened
    }
    const data = dataOf(this.#bytes, offset, packed)
    return data && { data, method }
  }

  async #stored(entry: ZipEntry, data: Buffer, maxBytes: number): Promise<Buffer> {
    const isWhole = data.length <= maxBytes
    if (entry.encrypted || !isWhole || isChecked(entry, data)) return data
    const { bytes, end } = await inflate(data, { ...this.#to, form: 'raw', maxBytes })
    // Readers that follow the entry see the file, and scanners that follow the directory see noise (CVE-2026-0866).
    if (end === 'whole' && bytes.length > 0) {
      this.#note('directory-mismatch', entry, 'is declared as stored, and is deflated')
      return bytes
    }
    this.#note('unscannable', entry, 'has another checksum than the archive declares')
    return data
  }

  async #inflated(entry: ZipEntry, data: Buffer, form: 'raw' | 'zstd', maxBytes: number): Promise<Buffer> {
    const { notes } = this.#to
    const { bytes, end } = await inflate(data, { ...this.#to, form, maxBytes })
    if (end === 'cut') {
      if (maxBytes === MAX_ENTRY || bytes.length < maxBytes) notes.beyond('it holds more than may be inflated')
      return bytes
    }
    if (end === 'broken') {
      if (data.length > 0 && isChecked(entry, data)) {
        this.#note('directory-mismatch', entry, 'is declared as compressed, and is stored')
        return data
      }
      this.#note('unscannable', entry, 'is damaged or cut off')
    } else if (bytes.length !== entry.size && !this.#isCut)
      notes.trait('directory-mismatch', 'an entry has another length than the directory declares')
    else if (!entry.encrypted && !this.#isCut && !isChecked(entry, bytes))
      this.#note('unscannable', entry, 'has another checksum than the archive declares')
    return bytes
  }

  #note(trait: 'directory-mismatch' | 'unscannable', { name }: ZipEntry, sentence: string): void {
    this.#to.notes.trait(trait, `${name.slice(-80)} ${sentence}`)
  }
}

const isChecked = ({ size, crc }: ZipEntry, plain: Buffer): boolean => plain.length === size && crc32(plain) === crc
