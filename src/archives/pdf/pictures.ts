/** The pictures of a PDF, as files or as pixels in gray, for the search of codes to scan (ISO 32000-2 §8.9). */
import { setImmediate } from 'node:timers/promises'
import type { Notes } from '../inspection.ts'
import type { PdfDocument } from './document.ts'
import { type Dict, isArray, isDict, nameOf, numberOf, type PdfObject, PdfString, type Value } from './values.ts'

/** Of one file. */
const MAX_PICTURES = 16
/** A code has more pixels than this on each side. */
const MIN_SIDE = 21
/** Pixels of one picture, and bytes of them. */
const MAX_PIXELS = 4_000_000
const MAX_BYTES = 8_388_608
/** Pixels that are turned into gray before others run. */
const SLICE = 250_000

export async function readPictures(document: PdfDocument, objects: readonly PdfObject[], notes: Notes): Promise<void> {
  for (const object of objects.slice(0, MAX_PICTURES)) {
    const { value } = object
    if (!isDict(value)) continue
    const [width, height] = sizeOf(document, value)
    if (width < MIN_SIDE || height < MIN_SIDE || width * height > MAX_PIXELS) continue
    const decoded = await document.data(object, MAX_BYTES)
    if (decoded?.left === 'DCTDecode' || decoded?.left === 'DCT') {
      if (!notes.picture({ format: 'jpeg', bytes: Buffer.from(decoded.bytes) })) return
    } else if (decoded !== undefined && decoded.left === undefined) {
      const gray = await grayOf(document, value, decoded.bytes)
      if (gray !== undefined && !notes.picture({ format: 'gray', bytes: gray, width, height })) return
    }
  }
}

const sizeOf = (document: PdfDocument, dict: Dict): readonly [number, number] => [
  Math.trunc(numberOf(document.resolve(dict.get('Width') ?? dict.get('W')))),
  Math.trunc(numberOf(document.resolve(dict.get('Height') ?? dict.get('H')))),
]

/** One byte a pixel, on white paper. Undefined for colors that are not known. */
async function grayOf(document: PdfDocument, dict: Dict, bytes: Buffer): Promise<Buffer | undefined> {
  const [width, height] = sizeOf(document, dict)
  const isMask = document.resolve(dict.get('ImageMask') ?? dict.get('IM')) === true
  const bits = isMask ? 1 : numberOf(document.resolve(dict.get('BitsPerComponent') ?? dict.get('BPC')), 8)
  if (![1, 2, 4, 8, 16].includes(bits)) return undefined
  const space = isMask ? GRAY : await colorsOf(document, dict.get('ColorSpace') ?? dict.get('CS'), bits)
  if (space === undefined) return undefined
  const decode = document.resolve(dict.get('Decode') ?? dict.get('D'))
  const isInverted = isArray(decode) && numberOf(document.resolve(decode[0])) > numberOf(document.resolve(decode[1]))
  const gray = Buffer.alloc(width * height, 255)
  const row = Math.ceil((width * space.components * bits) / 8)
  const max = 2 ** Math.min(bits, 8) - 1
  for (let y = 0, done = 0; y < height && (y + 1) * row <= bytes.length; y += 1) {
    const line = bytes.subarray(y * row, (y + 1) * row)
    for (let x = 0; x < width; x += 1) {
      const shade = space.shade(line, x * space.components, bits, max)
      gray[y * width + x] = isInverted ? 255 - shade : shade
    }
    done += width
    if (done < SLICE) continue
    await setImmediate()
    done = 0
  }
  await cover(document, dict, gray)
  return gray
}

/** What a soft mask leaves out is paper. Some writers draw a code by the mask alone. */
async function cover(document: PdfDocument, dict: Dict, gray: Buffer): Promise<void> {
  const object = document.object(dict.get('SMask'))
  if (object === undefined || !isDict(object.value) || object.value.has('SMask')) return
  const [width, height] = sizeOf(document, object.value)
  if (width * height !== gray.length) return
  const decoded = await document.data(object, MAX_BYTES)
  const mask = decoded?.left === undefined && decoded ? await grayOf(document, object.value, decoded.bytes) : undefined
  if (mask === undefined) return
  for (let at = 0; at < gray.length; at += 1) {
    const opaque = mask[at] ?? 255
    gray[at] = Math.round(((gray[at] ?? 0) * opaque + 255 * (255 - opaque)) / 255)
  }
}

interface Colors {
  readonly components: number
  /** From 0, black, to 255. `first` is the index of the first component in the line. */
  shade(line: Buffer, first: number, bits: number, max: number): number
}

/** One component of a line; of 16 bits the upper half. */
function component(line: Buffer, index: number, bits: number): number {
  if (bits === 8) return line[index] ?? 0
  if (bits === 16) return line[2 * index] ?? 0
  const at = index * bits
  return ((line[at >> 3] ?? 0) >> (8 - bits - (at & 7))) & (2 ** bits - 1)
}

const GRAY: Colors = {
  components: 1,
  shade: (line, first, bits, max) => Math.round((component(line, first, bits) * 255) / max),
}
/** Ink: more of it is darker. */
const INK: Colors = { components: 1, shade: (...at) => 255 - GRAY.shade(...at) }
const RGB: Colors = {
  components: 3,
  shade: (line, first, bits, max) => {
    const red = component(line, first, bits)
    const green = component(line, first + 1, bits)
    return Math.round(((red * 299 + green * 587 + component(line, first + 2, bits) * 114) * 255) / (1000 * max))
  },
}
const CMYK: Colors = {
  components: 4,
  shade: (line, first, bits, max) => {
    const light = (index: number) => 1 - component(line, first + index, bits) / max
    return Math.round(255 * light(3) * (0.3 * light(0) + 0.59 * light(1) + 0.11 * light(2)))
  },
}

async function colorsOf(document: PdfDocument, value: Value | undefined, bits: number): Promise<Colors | undefined> {
  const space = document.resolve(value)
  if (isArray(space)) {
    const [kind, second] = space
    switch (nameOf(document.resolve(kind))) {
      case 'ICCBased':
        return COMPONENTS.get(numberOf(document.resolve(document.dict(second)?.get('N'))))
      case 'Indexed':
      case 'I':
        return indexed(document, space, bits)
      case 'Separation':
        return INK
      default:
        return NAMED.get(nameOf(document.resolve(kind)))
    }
  }
  return NAMED.get(nameOf(space))
}

const COMPONENTS: ReadonlyMap<number, Colors> = new Map([
  [1, GRAY],
  [3, RGB],
  [4, CMYK],
])
const NAMED: ReadonlyMap<string, Colors> = new Map([
  ['DeviceGray', GRAY],
  ['CalGray', GRAY],
  ['G', GRAY],
  ['DeviceRGB', RGB],
  ['CalRGB', RGB],
  ['RGB', RGB],
  ['DeviceCMYK', CMYK],
  ['CMYK', CMYK],
])

/** A table of colors: `[/Indexed base last table]`. */
async function indexed(document: PdfDocument, space: readonly Value[], bits: number): Promise<Colors | undefined> {
  const [, base, , table] = space
  const below = document.resolve(base)
  const isIndexed = isArray(below) && nameOf(document.resolve(below[0])) === 'Indexed'
  const colors = isIndexed || bits > 8 ? undefined : await colorsOf(document, base, 8)
  if (colors === undefined) return undefined
  const object = document.object(table)
  const found = document.resolve(table)
  const decoded = object?.stream === undefined ? undefined : await document.data(object, 4096)
  const bytes = found instanceof PdfString ? Buffer.from(document.string(found, object), 'latin1') : decoded?.bytes
  if (bytes === undefined) return undefined
  const shades = Array.from({ length: 256 }, (_, index) => colors.shade(bytes, index * colors.components, 8, 255))
  return { components: 1, shade: (line, first) => shades[component(line, first, bits)] ?? 255 }
}
