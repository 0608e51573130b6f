/** Searches pictures for codes within an amount of CPU, the cheapest pictures first. */
import { errorText } from '../model/errors.ts'
import { drawnInPage, drawnInText } from './drawn/page.ts'
import { opaquePng } from './opaque-png.ts'
import { type CodeAnswer, type DrawnText, type Picture, pixelsOf, type ScannedCode } from './picture.ts'
import type { Symbology, Zxing } from './zxing.ts'

/** Milliseconds of CPU for the pictures of one message. */
const MAX_TIME = 150
/** What a million pixels took at most (noise in black and white), before any is measured. */
const MS_PER_MEGAPIXEL = 18
/** Pixels up to which the symbologies are searched that are rare in mail: they take three times as long. */
const MAX_PIXELS_OF_OTHERS = 500_000

const QR: readonly Symbology[] = ['QRCode', 'MicroQRCode', 'RMQRCode']
const ALL: readonly Symbology[] = [...QR, 'Aztec', 'DataMatrix', 'PDF417']

export class CodeSearch {
  readonly #zxing: Zxing
  readonly #cpuTime: () => number
  readonly #reasons = new Set<string>()
  #drawings = 0

  /** @param cpuTime milliseconds of CPU so far */
  constructor(zxing: Zxing, cpuTime: () => number) {
    this.#zxing = zxing
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
      if (left < (pixels / 1_000_000) * MS_PER_MEGAPIXEL) {
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
      const opaque = picture.kind === 'file' ? (opaquePng(picture.bytes) ?? picture) : picture
      return await this.#zxing(opaque, pixels <= MAX_PIXELS_OF_OTHERS ? ALL : QR)
    } catch (error) {
      this.#reasons.add(`a picture cannot be decoded: ${errorText(error)}`)
      return undefined
    }
  }
}
