/** The frames of a file in the format of Zstandard (RFC 8878 §3.1): Node's decoder stops after the first of them. */

const [MAGIC, SKIPPABLE] = [0xfd2fb528, 0x184d2a50]
/** Frames of one file that are read. */
const MAX_FRAMES = 1000
/** Bytes of the content size, and of the dictionary, by their bits in the descriptor of the frame (§3.1.1.1). */
const SIZES = [0, 2, 4, 8]
const DICTIONARIES = [0, 1, 2, 4]
/** A block whose content is one byte, repeated (§3.1.1.2.2). */
const REPEATED = 1

export interface ZstdFrames {
  /** Without those that decoders skip. The last one may be cut off. */
  readonly frames: readonly Buffer[]
  /** `broken`: other bytes follow. `cut`: it has more frames than are read. */
  readonly end: 'whole' | 'broken' | 'cut'
}

/** Follows the headers of frames and blocks, without decompression. */
export function zstdFrames(bytes: Buffer): ZstdFrames {
  const frames: Buffer[] = []
  let at = 0
  for (let count = 0; at + 4 <= bytes.length; count += 1) {
    if (count === MAX_FRAMES) return { frames, end: 'cut' }
    const magic = bytes.readUInt32LE(at)
    const isSkipped = (magic & 0xfffffff0) >>> 0 === SKIPPABLE
    if (!isSkipped && magic !== MAGIC) return { frames, end: 'broken' }
    const end = isSkipped ? at + 8 + (at + 8 <= bytes.length ? bytes.readUInt32LE(at + 4) : 0) : frameEnd(bytes, at)
    if (!isSkipped) frames.push(bytes.subarray(at, end))
    at = end
  }
  return { frames, end: 'whole' }
}

/** The offset after the frame; that of the end of the file, where the frame is cut off. */
function frameEnd(bytes: Buffer, start: number): number {
  const descriptor = bytes[start + 4] ?? 0
  const isSingle = (descriptor & 0x20) !== 0
  const size = descriptor >> 6
  let at = start + 5 + (isSingle ? 0 : 1) + (DICTIONARIES[descriptor & 3] ?? 0)
  at += size === 0 && isSingle ? 1 : (SIZES[size] ?? 0)
  for (let isLast = false; !isLast; ) {
    if (at + 3 > bytes.length) return bytes.length
    const header = bytes.readUIntLE(at, 3)
    isLast = (header & 1) !== 0
    at += 3 + (((header >> 1) & 3) === REPEATED ? 1 : header >> 3)
  }
  return at + ((descriptor & 4) !== 0 ? 4 : 0)
}
