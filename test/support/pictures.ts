/** Draws codes to scan, and writes pictures of them as PNG and BMP. */
import { crc32, deflateSync } from 'node:zlib'
import { encode } from 'uqr'

/** Grey pixels, row by row from the top. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly bytes: Uint8Array
}

/** The modules of a QR code, dark ones true, with a quiet zone of `border` modules. */
export const modulesOf = (text: string, border = 4): readonly (readonly boolean[])[] => encode(text, { border }).data

/** Pixels of modules, each `scale` wide. */
export function pixelsOf(
  modules: readonly (readonly boolean[])[],
  {
    scale = 4,
    dark = 0,
    light = 255,
  }: { readonly scale?: number; readonly dark?: number; readonly light?: number } = {},
): Pixels {
  const [width, height] = [(modules[0]?.length ?? 0) * scale, modules.length * scale]
  const bytes = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      bytes[y * width + x] = modules[Math.floor(y / scale)]?.[Math.floor(x / scale)] ? dark : light
    }
  }
  return { width, height, bytes }
}

/** Grey PNG, 8 bits a pixel. */
export function png({ width, height, bytes }: Pixels): Buffer {
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) rows.set(bytes.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** BMP, 24 bits a pixel. */
export function bmp({ width, height, bytes }: Pixels): Buffer {
  const row = Math.ceil((width * 3) / 4) * 4
  const file = Buffer.alloc(54 + row * height)
  file.write('BM', 'latin1')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(54, 10)
  file.writeUInt32LE(40, 14)
  file.writeInt32LE(width, 18)
  file.writeInt32LE(height, 22)
  file.writeUInt16LE(1, 26)
  file.writeUInt16LE(24, 28)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      file.fill(bytes[(height - 1 - y) * width + x] ?? 0, 54 + y * row + x * 3, 54 + y * row + x * 3 + 3)
    }
  }
  return file
}
