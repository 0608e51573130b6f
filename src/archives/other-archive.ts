/** Archives of formats that are not read, and what is an archive by its name alone. */
import { crc32 } from 'node:zlib'
import type { Inspector } from './inspection.ts'

/** Bytes that may stand before an archive: WinRAR searches as many. */
const MAX_BEFORE = 4_194_304
/** Places that are examined for each of the signatures. */
const MAX_PLACES = 100

/** Programs search for the archive behind other bytes: those of a picture, or of a program that unpacks it. */
export const inspectOther: Inspector = async (bytes, { notes, nested }) => {
  const start = startOfArchive(bytes)
  if (start === undefined) return notes.beyond('it is an archive, or a part of one, in a format that is not read')
  notes.trait('polyglot', `${start} bytes stand before the archive`)
  await nested('', bytes.subarray(start))
}

/** The offset of the first archive of 7-Zip or RAR whose header has the checksum that it declares. */
function startOfArchive(bytes: Buffer): number | undefined {
  const searched = bytes.subarray(0, MAX_BEFORE)
  const starts = SIGNATURES.flatMap(([signature, isValid]) => {
    let at = searched.indexOf(signature)
    for (let place = 0; at >= 0 && place < MAX_PLACES; place += 1) {
      if (isValid(bytes.subarray(at))) return [at]
      at = searched.indexOf(signature, at + 1)
    }
    return []
  })
  return starts.length > 0 ? Math.min(...starts) : undefined
}

const SIGNATURES: readonly (readonly [signature: Buffer, isValid: (bytes: Buffer) => boolean])[] = [
  // 7-Zip, 7zFormat.txt, "SignatureHeader".
  [
    Buffer.from('377abcaf271c', 'hex'),
    bytes => bytes.length > 32 && crc32(bytes.subarray(12, 32)) === bytes.readUInt32LE(8),
  ],
  // RARLAB, RAR 5.0 archive format, "General archive block format": the size of the header is one byte.
  [
    Buffer.from('526172211a070100', 'hex'),
    bytes => bytes.length > 14 && crc32(bytes.subarray(12, 13 + (bytes[12] ?? 0))) === bytes.readUInt32LE(8),
  ],
  // RAR 4: the archive header has type 0x73 and 13 bytes.
  [
    Buffer.from('526172211a0700', 'hex'),
    bytes =>
      bytes.length > 20 && bytes[9] === 0x73 && (crc32(bytes.subarray(9, 20)) & 0xffff) === bytes.readUInt16LE(7),
  ],
]
