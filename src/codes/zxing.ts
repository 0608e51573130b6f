/** Loads ZXing, a reader of codes in WebAssembly, with an upper bound for its memory. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { boundMemory } from '../threads/wasm-memory.ts'
import type { Picture, ScannedCode } from './picture.ts'

/** Bytes of WebAssembly memory: the picture as a file, its pixels, and what the search needs. */
const MAX_MEMORY = 67_108_864
/** Codes of one picture, and characters of one of them. A code has at most 7089 digits. */
const [MAX_CODES, MAX_TEXT] = [8, 4096]

/** Finds the codes of one picture. */
export type Zxing = (picture: Picture, symbologies: readonly Symbology[]) => Promise<readonly ScannedCode[]>

export type Symbology = 'QRCode' | 'MicroQRCode' | 'RMQRCode' | 'Aztec' | 'DataMatrix' | 'PDF417'

/** Whether ZXing is installed. It is an optional dependency. */
export function isInstalled(): boolean {
  try {
    moduleFile()
    return true
  } catch {
    return false
  }
}

const moduleFile = (): string => createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')

/** Takes some 50 ms. @throws when ZXing is not installed, or its memory cannot be bounded */
export async function loadZxing(): Promise<Zxing> {
  const require = createRequire(import.meta.url)
  const { buffer: wasmBinary } = boundMemory(await readFile(moduleFile()), MAX_MEMORY)
  // Not `import`: a bundler would look for it where it is not installed.
  const { prepareZXingModule, readBarcodes } = require('zxing-wasm/reader') as typeof import('zxing-wasm/reader')
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true })
  return async (picture, formats) => {
    const found = await readBarcodes(inputOf(picture), { formats: [...formats], maxNumberOfSymbols: MAX_CODES })
    // ZXing reports a file that it cannot decode as one code with an error; codes with errors are not asked for.
    const failure = found.find(({ error }) => error !== '')
    if (failure) throw new Error(failure.error)
    return found.map(({ format, text }) => ({ symbology: format, text: text.slice(0, MAX_TEXT) }))
  }
}

/** Pixels as ZXing takes them: red, green, blue and opacity. */
interface Pixels {
  readonly data: Uint8ClampedArray<ArrayBuffer>
  readonly width: number
  readonly height: number
  readonly colorSpace: 'srgb'
}

/** ZXing reads files of PNG, JPEG, GIF and BMP itself. */
function inputOf(picture: Picture): Uint8Array<ArrayBuffer> | Pixels {
  if (picture.kind === 'file') return new Uint8Array(picture.bytes)
  const { kind, bytes, width, height } = picture
  const step = kind === 'gray' ? 1 : 3
  const data = new Uint8ClampedArray(4 * width * height)
  for (let from = 0, to = 0; to < data.length; from += step, to += 4) {
    const red = bytes[from] ?? 255
    data[to] = red
    data[to + 1] = step === 1 ? red : (bytes[from + 1] ?? 255)
    data[to + 2] = step === 1 ? red : (bytes[from + 2] ?? 255)
    data[to + 3] = 255
  }
  return { data, width, height, colorSpace: 'srgb' }
}
