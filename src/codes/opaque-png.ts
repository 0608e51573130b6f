/** Puts a PNG with transparent pixels on paper: ZXing takes the colours of invisible pixels for visible ones. */
import { inflateSync } from 'node:zlib'
import type { Picture } from './picture.ts'

/** PNG §11.2.1: the channels of colour types, those with opacity and the one with a palette. */
const CHANNELS: Readonly<Record<number, number>> = { 3: 1, 4: 2, 6: 4 }
/** Before `IDAT` there are few chunks. */
const MAX_CHUNKS = 10_000

/**
 * Undefined where the picture has no transparency, or is of a kind that is left to ZXing: interlaced, or with a palette
 * of less than 8 bits.
 */
export function opaquePng(file: Uint8Array): Picture | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (bytes.length < 45 || bytes.readUInt32BE(0) !== 0x89504e47) return undefined
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const [depth = 0, type = 0, , , interlace] = bytes.subarray(24, 29)
  const channels = CHANNELS[type]
  if (channels === undefined || interlace !== 0 || (depth !== 8 && (depth !== 16 || type === 3))) return undefined
  const { palette, opacities, data } = chunksOf(bytes)
  if (type === 3 && opacities.length === 0) return undefined
  const size = channels * (depth / 8)
  const rows = inflateSync(data, { maxOutputLength: (width * size + 1) * height })
  if (rows.length < (width * size + 1) * height) return undefined
  unfilter(rows, width * size, height, size)
  return composed(
    rows,
    { width, height, size },
    type === 3 ? paletteReader(palette, opacities) : channelReader(type, depth / 8),
  )
}

function chunksOf(bytes: Buffer) {
  let [palette, opacities] = [Buffer.alloc(0), Buffer.alloc(0)] as [Buffer, Buffer]
  const data: Buffer[] = []
  for (let at = 8, count = 0; at + 12 <= bytes.length && count < MAX_CHUNKS; count++) {
    const length = bytes.readUInt32BE(at)
    const name = bytes.toString('latin1', at + 4, at + 8)
    const content = bytes.subarray(at + 8, at + 8 + length)
    if (name === 'PLTE') palette = content
    else if (name === 'tRNS') opacities = content
    else if (name === 'IDAT') data.push(content)
    else if (name === 'IEND') break
    at += 12 + length
  }
  return { palette, opacities, data: Buffer.concat(data) }
}

/** PNG §9.2: each row begins with the number of its filter. */
function unfilter(rows: Buffer, length: number, height: number, size: number): void {
  for (let row = 0; row < height; row++) {
    const start = row * (length + 1) + 1
    const filter = rows[start - 1]
    for (let x = 0; x < length && filter !== 0; x++) {
      const at = start + x
      const left = x < size ? 0 : (rows[at - size] ?? 0)
      const above = row === 0 ? 0 : (rows[at - length - 1] ?? 0)
      const corner = row === 0 || x < size ? 0 : (rows[at - length - 1 - size] ?? 0)
      rows[at] = (rows[at] ?? 0) + predicted(filter, left, above, corner)
    }
  }
}

function predicted(filter: number | undefined, left: number, above: number, corner: number): number {
  if (filter === 1) return left
  if (filter === 2) return above
  if (filter === 3) return (left + above) >> 1
  const [byLeft, byAbove, byCorner] = [
    Math.abs(above - corner),
    Math.abs(left - corner),
    Math.abs(left + above - 2 * corner),
  ]
  if (byLeft <= byAbove && byLeft <= byCorner) return left
  return byAbove <= byCorner ? above : corner
}

/** The brightness and the opacity of the pixel at an offset, each to 255. */
type PixelReader = (rows: Buffer, at: number) => readonly [brightness: number, opacity: number]

const channelReader =
  (type: number, step: number): PixelReader =>
  (rows, at) =>
    type === 4
      ? [rows[at] ?? 0, rows[at + step] ?? 0]
      : [grey(rows[at] ?? 0, rows[at + step] ?? 0, rows[at + 2 * step] ?? 0), rows[at + 3 * step] ?? 0]

const paletteReader =
  (palette: Buffer, opacities: Buffer): PixelReader =>
  (rows, at) => {
    const index = rows[at] ?? 0
    const [red = 0, green = 0, blue = 0] = palette.subarray(3 * index, 3 * index + 3)
    return [grey(red, green, blue), opacities[index] ?? 255]
  }

const grey = (red: number, green: number, blue: number): number => (red * 306 + green * 601 + blue * 117) >> 10

/** On white paper; on black where what is visible is bright throughout. */
function composed(
  rows: Buffer,
  { width, height, size }: { readonly width: number; readonly height: number; readonly size: number },
  read: PixelReader,
): Picture {
  const onWhite = new Uint8Array(width * height)
  const onBlack = new Uint8Array(width * height)
  let darkest = 255
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0, at = row * (width * size + 1) + 1; column < width; column++, at += size, to++) {
      const [brightness, opacity] = read(rows, at)
      const share = opacity / 255
      onBlack[to] = brightness * share
      onWhite[to] = 255 + (brightness - 255) * share
      if (opacity > 127 && brightness < darkest) darkest = brightness
    }
  }
  return { kind: 'gray', width, height, bytes: darkest > 160 ? onBlack : onWhite }
}
