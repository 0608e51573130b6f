/** Reads the format and the size of a picture from its first bytes. */

/** The format and the size of a picture. */
export interface PictureSize {
  readonly format: 'png' | 'jpeg' | 'gif' | 'bmp' | 'webp'
  readonly width: number
  readonly height: number
}

/** Undefined for other formats, and for a beginning that does not tell the size. */
export function sizeOf(picture: Uint8Array): PictureSize | undefined {
  const bytes = Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength)
  if (bytes.length < 26) return undefined
  if (bytes.readUInt32BE(0) === 0x89504e47) return size('png', bytes.readUInt32BE(16), bytes.readUInt32BE(20))
  if (bytes.readUInt16BE(0) === 0xffd8) return jpeg(bytes)
  const start = bytes.toString('latin1', 0, 4)
  if (start === 'GIF8') return size('gif', bytes.readUInt16LE(6), bytes.readUInt16LE(8))
  if (start === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return webp(bytes)
  if (start.startsWith('BM')) return bmp(bytes)
  return undefined
}

const size = (format: PictureSize['format'], width: number, height: number): PictureSize | undefined =>
  width > 0 && height > 0 ? { format, width, height } : undefined

/** ITU-T T.81 §B.2: segments up to the frame header, which has the size. */
function jpeg(bytes: Buffer): PictureSize | undefined {
  let at = 2
  for (let count = 0; count < MAX_SEGMENTS && at + 9 < bytes.length; count++) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1] ?? 0
    // Fill bytes, and markers without a length.
    if (marker === 0xff) at++
    else if (marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) at += 2
    else if (isFrame(marker)) return size('jpeg', bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5))
    else at += 2 + Math.max(2, bytes.readUInt16BE(at + 2))
  }
  return undefined
}

const MAX_SEGMENTS = 1000

/** SOF0 to SOF15, without the tables DHT, JPG and DAC between them. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

/** BITMAPCOREHEADER has 16 bits for a side, all others 32; a negative height counts from the top. */
function bmp(bytes: Buffer): PictureSize | undefined {
  if (bytes.readUInt32LE(14) === 12) return size('bmp', bytes.readUInt16LE(18), bytes.readUInt16LE(20))
  return size('bmp', bytes.readInt32LE(18), Math.abs(bytes.readInt32LE(22)))
}

/** RFC 9649 §2.5 to §2.7: the canvas of the extended format, else the size of the one frame. */
function webp(bytes: Buffer): PictureSize | undefined {
  if (bytes.length < 30) return undefined
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8X':
      return size('webp', bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1)
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21)
      return size('webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1)
    }
    case 'VP8 ':
      return size('webp', bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff)
    default:
      return undefined
  }
}
