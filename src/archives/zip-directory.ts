/** The central directory of a zip archive (APPNOTE.TXT 4.3.12), and the packed bytes that each entry points to. */
import type { Entry, ZipFile } from 'yauzl'
import { errorText } from '../model/errors.ts'

/** The signature of a local file header (APPNOTE.TXT 4.3.7). */
export const LOCAL_HEADER = Buffer.from('PK\x03\x04', 'latin1')

/** One entry, as the central directory describes it. */
export interface ZipEntry {
  readonly name: string
  /** The bytes of the name in the central directory. */
  readonly raw: Buffer
  readonly size: number
  readonly packed: number
  readonly encrypted: boolean
  readonly method: number
  /** The CRC-32 that the directory declares for the plain bytes. */
  readonly crc: number
  /** Where its local file header begins. */
  readonly offset: number
}

/** At most `max` entries of the directory, as far as yauzl can read it. */
export async function readDirectory(
  bytes: Buffer,
  max: number,
): Promise<{ readonly entries: readonly ZipEntry[]; readonly broken?: string; readonly more: boolean }> {
  const yauzl = await import('yauzl')
  const entries: ZipEntry[] = []
  const options = { lazyEntries: true, decodeStrings: true, validateEntrySizes: false, strictFileNames: false } as const
  try {
    const file = await new Promise<ZipFile>((resolve, reject) => {
      yauzl.fromBuffer(bytes, options, (error, opened) => (error ? reject(error) : resolve(opened)))
    })
    const more = await new Promise<boolean>((resolve, reject) => {
      file.on('error', reject)
      file.on('end', () => resolve(false))
      file.on('entry', (entry: Entry) => {
        if (entries.length >= max) return resolve(true)
        entries.push({
          name: entry.fileName,
          raw: entry.fileNameRaw,
          size: entry.uncompressedSize,
          packed: entry.compressedSize,
          encrypted: (entry.generalPurposeBitFlag & 1) !== 0,
          method: entry.compressionMethod,
          crc: entry.crc32,
          offset: entry.relativeOffsetOfLocalHeader,
        })
        file.readEntry()
      })
      file.readEntry()
    })
    return { entries, more }
  } catch (error) {
    return { entries, broken: errorText(error).slice(0, 120), more: false }
  }
}

/**
 * The packed bytes of an entry; undefined where no local file header stands, or the bytes end before the entry does.
 */
export function dataOf(bytes: Buffer, offset: number, packed: number): Buffer | undefined {
  if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== 0x04034b50) return undefined
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
  return start + packed <= bytes.length ? bytes.subarray(start, start + packed) : undefined
}

const END_OF_DIRECTORY = Buffer.from('PK\x05\x06')

/**
 * Where the archive begins by the end record of its directory (APPNOTE.TXT 4.3.16): before it may stand anything.
 * Undefined where the record is missing or contradicts itself.
 */
export function startOf(bytes: Buffer): number | undefined {
  const end = bytes.lastIndexOf(END_OF_DIRECTORY)
  if (end < 0 || end + 22 > bytes.length) return undefined
  const start = end - bytes.readUInt32LE(end + 12) - bytes.readUInt32LE(end + 16)
  return start >= 0 ? start : undefined
}

/** Where the archive ends by the same record, which a comment may follow. */
export function endOf(bytes: Buffer): number | undefined {
  const end = bytes.lastIndexOf(END_OF_DIRECTORY)
  return end < 0 || end + 22 > bytes.length ? undefined : end + 22 + bytes.readUInt16LE(end + 20)
}
