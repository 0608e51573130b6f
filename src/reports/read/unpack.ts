/** Unpacks gzip and zip by their first bytes, whatever the file is called. */
import { inflate } from '../../archives/inflate.ts'
import { budget } from '../../archives/inspection.ts'
import { dataOf, readDirectory, type ZipEntry } from '../../archives/zip-directory.ts'
import { MAX_UNPACKED, UnreadableError } from './limits.ts'

/** An archive in an archive in an archive. */
const MAX_DEPTH = 3
const MAX_ENTRIES = 100

/** Unpacks within a budget. */
export class Unpacker {
  readonly #budget = budget({ inflate: MAX_UNPACKED, entries: MAX_ENTRIES, files: MAX_ENTRIES, bytes: 0 })
  readonly #signal = new AbortController().signal

  /** The bytes inside. @throws UnreadableError where they cannot be had */
  async unpack(bytes: Buffer, depth = 0): Promise<Buffer> {
    if (!isPacked(bytes)) return bytes
    if (depth >= MAX_DEPTH) throw new UnreadableError('it is packed more than three times')
    const inner = isGzip(bytes) ? await this.#inflate(bytes, 'gzip') : await this.#firstEntry(bytes)
    return await this.unpack(inner, depth + 1)
  }

  async #inflate(packed: Buffer, form: 'gzip' | 'raw'): Promise<Buffer> {
    const { bytes, end } = await inflate(packed, {
      ...{ form, maxBytes: MAX_UNPACKED, budget: this.#budget, signal: this.#signal },
    })
    if (end === 'cut') throw new UnreadableError(`it unpacks to more than ${MAX_UNPACKED} bytes`)
    if (end === 'broken') throw new UnreadableError('what is packed in it is damaged')
    return bytes
  }

  /** The first entry that looks like a report; archives hold one, and sometimes a signature beside it. */
  async #firstEntry(bytes: Buffer): Promise<Buffer> {
    const { entries, broken } = await readDirectory(bytes, MAX_ENTRIES)
    if (broken !== undefined) throw new UnreadableError(`the zip archive cannot be read: ${broken}`)
    const entry = entries.find(isReport)
    if (entry === undefined) throw new UnreadableError('the zip archive has no file that ends in .xml, .json or .gz')
    if (entry.encrypted) throw new UnreadableError('the zip archive needs a password')
    const data = dataOf(bytes, entry.offset, entry.packed)
    if (data === undefined) throw new UnreadableError('the zip archive is damaged')
    if (entry.method === 0) return data
    if (entry.method !== 8) throw new UnreadableError(`the zip archive is packed by method ${entry.method}`)
    return await this.#inflate(data, 'raw')
  }
}

const isReport = ({ name }: ZipEntry): boolean =>
  /\.(?:xml|json|gz)$/i.test(name) && !/(?:^|[/\\])(?:__MACOSX|\._)/.test(name)

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b
export const isPacked = (bytes: Buffer): boolean => isGzip(bytes) || bytes.toString('latin1', 0, 4) === 'PK\x03\x04'
