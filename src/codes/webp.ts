/** Decodes WebP, which ZXing does not read, by libwebp in WebAssembly with an upper bound for its memory. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { boundMemory } from '../threads/wasm-memory.ts'
import { webAssembly } from '../threads/webassembly.ts'
import type { Picture } from './picture.ts'

/** Bytes of WebAssembly memory: the file, and four bytes for each pixel. */
const MAX_MEMORY = 67_108_864

/** Undefined where the decoder is not installed. @throws when the picture is damaged */
export type WebpDecoder = (file: Uint8Array) => Promise<Picture | undefined>

/** What the package exports. Its own types are those of a browser. */
interface Package {
  readonly init: (module: object) => Promise<void>
  readonly default: (file: ArrayBuffer) => Promise<BrowserPicture>
}

/** Red, green, blue and opacity of each pixel: the class `ImageData` of browsers, which the decoder makes. */
class BrowserPicture {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data
    this.width = width
    this.height = height
  }
}

/** A decoder that loads libwebp with the first picture. To be used in a thread: it sets a global name. */
export function webpDecoder(): WebpDecoder {
  let loaded: Promise<Package | undefined> | undefined
  return async file => {
    loaded ??= load()
    const found = await loaded
    return found && onWhite(await found.default(new Uint8Array(file).buffer))
  }
}

async function load(): Promise<Package | undefined> {
  const file = moduleFile()
  if (file === undefined) return undefined
  const module = await webAssembly.compile(boundMemory(await readFile(file), MAX_MEMORY))
  Reflect.set(globalThis, 'ImageData', BrowserPicture)
  const decoder = (await import('@jsquash/webp/decode.js')) as unknown as Package
  await decoder.init(module)
  return decoder
}

function moduleFile(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@jsquash/webp/codec/dec/webp_dec.wasm')
  } catch {
    return undefined
  }
}

/** Transparent pixels show the paper. */
function onWhite({ data, width, height }: BrowserPicture): Picture {
  const bytes = new Uint8Array(3 * width * height)
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const opacity = (data[from + 3] ?? 255) / 255
    for (let channel = 0; channel < 3; channel++)
      bytes[to + channel] = 255 + ((data[from + channel] ?? 255) - 255) * opacity
  }
  return { kind: 'rgb', bytes, width, height }
}
