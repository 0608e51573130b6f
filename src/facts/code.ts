/** The value of the fact `codes`. */

/** One code to scan. */
export interface Code {
  /** The text in the code, cut to 4096 characters: often a URL. */
  readonly text: string
  /** The symbology, as ZXing names it: `QRCode`, `Aztec`, `DataMatrix`, `PDF417`. */
  readonly symbology: string
  /** Where it is shown: in a picture, in one of an attached document, or drawn in characters, cells or SVG. */
  readonly from: 'picture' | 'document' | 'drawing'
  /** Of the part that shows it; see `parts`. */
  readonly path: string
}

/** The value of the fact `codes`. */
export interface Codes {
  /** In the order of the message, each text once for a part. */
  readonly all: readonly Code[]
  /** The number of pictures that were not searched: too large, of a format that is not decoded, or damaged. */
  readonly unread: number
  /** Why they were not searched: phrases for the operator, each once. */
  readonly reasons: readonly string[]
  /** The number of drawings that may be codes, read or not. Honest texts have hardly any. */
  readonly drawings: number
}
