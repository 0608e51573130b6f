/** Searches pictures for codes within an amount of CPU, the cheapest pictures first. */
import { errorText } from '../model/errors.ts'
import { drawnInPage, drawnInText } from './drawn/page.ts'
import { opaquePng } from './opaque-png.ts'
import { type CodeAnswer, type DrawnText, type Picture, pixelsOf, type ScannedCode } from './picture.ts'
import { sizeOf } from './size.ts'
import type { WebpDecoder } from './webp.ts'
import type { Symbology, Zxing } from './zxing.ts'

/** Milliseconds of CPU for the pictures of one message. */
const MAX_TIME = 150
/** What a million pixels took at most (noise in black and white), before any is measured. */
const MS_PER_MEGAPIXEL = 18
/** What libwebp takes for a million pixels before that. */
const MS_PER_MEGAPIXEL_OF_WEBP = 25
/** Pixels up to which the symbologies are searched that are rare in mail: they take three times as long. */
const MAX_PIXELS_OF_OTHERS = 500_000

const QR: readonly Symbology[] = ['QRCode', 'MicroQRCode', 'RMQRCode']
const ALL: readonly Symbology[] = [...QR, 'Aztec', 'DataMatrix', 'PDF417']

export class CodeSearch {
  readonly #zxing: Zxing
  readonly #decodeWebp: WebpDecoder
  readonly #cpuTime: () => number
  readonly #reasons = new Set<string>()
  #drawings = 0

  /** @param cpuTime milliseconds of CPU so far */
  constructor(zxing: Zxing, decodeWebp: WebpDecoder, cpuTime: () => number) {
    this.#zxing = zxing
    this.#decodeWebp = decodeWebp
    this.#cpuTime = cpuTime
  }

  async read(pictures: readonly (Picture | DrawnText)[]): Promise<CodeAnswer> {
    const codes: (readonly ScannedCode[] | undefined)[] = pictures.map(() => undefined)
    const order = pictures
      .map((picture, index) => ({ picture, index, pixels: pixelsOf(picture) }))
      .toSorted((a, b) => a.pixels - b.pixels)
    const start = this.#cpuTime()
    for (const { picture, index, pixels } of order) {
      const left = MAX_TIME - (this.#cpuTime() - start)
      const price = MS_PER_MEGAPIXEL + (isWebp(picture) ? MS_PER_MEGAPIXEL_OF_WEBP : 0)
      if (left < (pixels / 1_000_000) * price) {
        this.#reasons.add(`the pictures need more than ${MAX_TIME} ms of CPU`)
        break
      }
      codes[index] = 'source' in picture ? await this.#searchText(picture) : await this.#search(picture, pixels)
    }
    return { codes, reasons: [...this.#reasons], drawings: this.#drawings }
  }

  async #searchText({ kind, source }: DrawnText): Promise<readonly ScannedCode[] | undefined> {
    const pictures = kind === 'html' ? await drawnInPage(source) : drawnInText(source)
    this.#drawings += pictures.length
    const found: ScannedCode[] = []
    for (const picture of pictures) {
      const codes = await this.#search(picture, pixelsOf(picture))
      if (codes === undefined) return undefined
      found.push(...codes)
    }
    return found
  }

  async #search(picture: Picture, pixels: number): Promise<readonly ScannedCode[] | undefined> {
    try {
      const decoded = await this.#decoded(picture)
      if (decoded === undefined) {
        this.#reasons.add('a picture is WebP, and @jsquash/webp is not installed')
        return undefined
      }
      return await this.#zxing(decoded, pixels <= MAX_PIXELS_OF_OTHERS ? ALL : QR)
    } catch (error) {
      this.#reasons.add(`a picture cannot be decoded: ${errorText(error)}`)
      return undefined
    }
  }

  /** What ZXing does not decode itself. Undefined where the decoder is not installed. */
  async #decoded(picture: Picture): Promise<Picture | undefined> {
    if (picture.kind !== 'file') return picture
    if (isWebp(picture)) return await this.#decodeWebp(picture.bytes)
    return opaquePng(picture.bytes) ?? picture
  }
}

const isWebp = (picture: Picture | DrawnText): boolean =>
  picture.kind === 'file' && sizeOf(picture.bytes)?.format === 'webp'
