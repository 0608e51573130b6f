/** A zip archive without a directory, because it is cut off or was never finished: entries by their local headers. */
import { LOCAL_HEADER, type ZipEntry } from './zip-directory.ts'

/** Signatures of what may follow an entry (APPNOTE.TXT 4.3.7, 4.3.9, 4.3.12). */
const AFTER = [LOCAL_HEADER, Buffer.from('PK\x07\x08'), Buffer.from('PK\x01\x02')] as const
const END_OF_DIRECTORY = Buffer.from('PK\x05\x06')

/** Whether the archive ends before its directory does: programs that repair archives go by the local headers then. */
export const isCutOff = (bytes: Buffer): boolean => {
  const end = bytes.lastIndexOf(END_OF_DIRECTORY)
  return end < 0 || end + END_LENGTH > bytes.length
}
const END_LENGTH = 22

/** At most `max` entries, in their order. The last may be a part of what it was. */
export function readLocalHeaders(
  bytes: Buffer,
  max: number,
): { readonly entries: readonly ZipEntry[]; readonly more: boolean } {
  const entries: ZipEntry[] = []
  const ends = new Ends(bytes)
  let at = bytes.indexOf(LOCAL_HEADER)
  while (at >= 0 && at + 30 < bytes.length) {
    if (entries.length === max) return { entries, more: true }
    const length = bytes.readUInt16LE(at + 26)
    const start = at + 30 + length + bytes.readUInt16LE(at + 28)
    if (start > bytes.length) break
    const flags = bytes.readUInt16LE(at + 6)
    const raw = bytes.subarray(at + 30, at + 30 + length)
    const declared = bytes.readUInt32LE(at + 18)
    // Bit 3: the lengths follow the data, so that its end has to be searched for.
    const packed = (flags & 8) !== 0 ? ends.after(start) - start : Math.min(declared, bytes.length - start)
    entries.push({
      name: raw.toString((flags & 0x800) !== 0 ? 'utf8' : 'latin1').replaceAll('\\', '/'),
      raw,
      size: bytes.readUInt32LE(at + 22),
      packed,
      encrypted: (flags & 1) !== 0,
      method: bytes.readUInt16LE(at + 8),
      crc: bytes.readUInt32LE(at + 14),
      offset: at,
    })
    at = bytes.indexOf(LOCAL_HEADER, start + packed)
  }
  return { entries, more: false }
}

/** Where the next signature is. Each is searched for once over all, since entries follow each other. */
class Ends {
  readonly #bytes: Buffer
  readonly #next = AFTER.map(() => -1)

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  after(start: number): number {
    for (const [index, signature] of AFTER.entries()) {
      if ((this.#next[index] ?? 0) >= start) continue
      const found = this.#bytes.indexOf(signature, start)
      this.#next[index] = found < 0 ? this.#bytes.length : found
    }
    return Math.min(...this.#next)
  }
}
