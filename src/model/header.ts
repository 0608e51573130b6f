/** The header section of a message, as it was sent and as it is read (RFC 5322, RFC 2047, RFC 6532). */

/** One field. */
export interface HeaderField {
  /** As sent, without the colon and the space before it. Empty when there is no colon. */
  readonly name: string
  /** `name` in lower case. */
  readonly key: string
  /** The whole field as sent: name, colon, value, folds and the last CRLF. Every line end is CRLF. */
  readonly raw: Buffer
  /** Where `raw` begins, in bytes from the first byte of the message. */
  readonly offset: number
  /**
   * Unfolded, white space trimmed at both ends, UTF-8 decoded (invalid bytes as U+FFFD). Encoded words stay as they
   * are.
   */
  readonly value: string
  /** `value` with its encoded words decoded (RFC 2047). */
  readonly text: string
}

/** What is wrong with the form of a header section. */
export interface HeaderDefect {
  /** What is wrong. `too-large` and `too-many-fields`: a part was not examined. */
  readonly kind:
    | 'too-large'
    | 'too-many-fields'
    | 'line-too-long'
    | 'nul'
    | 'control'
    | 'bare-cr'
    | 'bare-lf'
    | 'eight-bit'
    | 'invalid-utf8'
    | 'no-colon'
    | 'bad-name'
    | 'space-before-colon'
    | 'leading-fold'
    | 'empty-fold'
    | 'missing-end'
  /** In bytes from the first byte of the message, where it is first seen. */
  readonly offset: number
  /** How often it was seen. */
  readonly count: number
}

/** The fields of a header section, from the top. */
export interface HeaderFields extends Iterable<HeaderField> {
  /** The decoded text of the first field of that name; the name in any case. */
  get(name: string): string | undefined
  /** Every field of that name, from the top. */
  all(name: string): readonly HeaderField[]
  /** How many fields there are. */
  readonly count: number
  /**
   * The section as it will be delivered, without the empty line that ends it. These are the bytes that were sent; only
   * a bare CR or LF (a defect) has become CRLF, because what is judged must be what is delivered.
   */
  readonly raw: Buffer
  /** Where the body begins, in bytes from the first byte of the message with every line end as CRLF. */
  readonly bodyOffset: number
  /** The bytes of the longest line, without its line end. */
  readonly longestLine: number
  /** What is wrong with its form. */
  readonly defects: readonly HeaderDefect[]
}

/** How much of a header section is looked at. What lies beyond is a defect, never an exception. */
export interface HeaderLimits {
  /** Bytes of the whole section. @default 131072 */
  readonly bytes?: number
  /** Fields that are split off; later ones stay in `raw` only. @default 1000 */
  readonly fields?: number
  /** Bytes of one line, beyond which it is a defect. @default 65536 */
  readonly line?: number
}

/** What ended a header section: the empty line, the limit of bytes, or the end of the message. */
export type HeaderEnd = 'empty-line' | 'limit' | 'message'

/** RFC 5322 §3.6.8: printable US-ASCII without the colon, and no space. */
export const isFieldName = (name: string): boolean => /^[!-9;-~]+$/.test(name)
