/** The types for pictures that may show a code to scan, and for what was read of them. */
import { sizeOf } from './size.ts'

/** One picture: a whole file, or pixels row by row from the top. */
export type Picture =
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  | {
      /** One byte a pixel, or three: red, green, blue. */
      readonly kind: 'gray' | 'rgb'
      readonly bytes: Uint8Array
      readonly width: number
      readonly height: number
    }

/** A text in which codes may be drawn, as it was written. */
export interface DrawnText {
  readonly kind: 'html' | 'plain'
  readonly source: string
}

/** A code to scan. */
export interface ScannedCode {
  /** The symbology, as ZXing names it: `QRCode`, `Aztec`, `DataMatrix`, `PDF417`. */
  readonly symbology: string
  /** The text in the code, cut to 4096 characters. */
  readonly text: string
}

/** What the thread is sent: the pictures and drawings of one message. */
export interface CodeTask {
  readonly pictures: readonly (Picture | DrawnText)[]
}

/** What the thread answers. */
export interface CodeAnswer {
  /** The codes of each picture, in the order of the pictures; undefined where it was not read. */
  readonly codes: readonly (readonly ScannedCode[] | undefined)[]
  /** Why pictures were not read, each reason once. */
  readonly reasons: readonly string[]
  /** The number of drawings that may be codes, read or not. */
  readonly drawings: number
}

/** The number of pixels; 0 where the size cannot be read. Of a text, as many as take as long. */
export function pixelsOf(picture: Picture | DrawnText): number {
  switch (picture.kind) {
    case 'file': {
      const { width, height } = sizeOf(picture.bytes) ?? { width: 0, height: 0 }
      return width * height
    }
    case 'gray':
    case 'rgb':
      return picture.width * picture.height
    case 'html':
    case 'plain':
      return picture.source.length
  }
}
