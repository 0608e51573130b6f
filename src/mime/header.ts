/** The header section of a message, as it was sent and as it is read (RFC 5322, RFC 2047, RFC 6532). */

/** One field. */
export interface HeaderField {
  /** As sent, without the colon and the space before it. */
  readonly name: string
  /** `name` in lower case. */
  readonly key: string
  /** The whole field as sent: name, colon, value, folds and the last CRLF. */
  readonly raw: Buffer
  /** Where `raw` begins, in octets from the first byte of the message. */
  readonly offset: number
  /** Unfolded, white space trimmed at both ends, UTF-8 decoded (invalid octets as U+FFFD). Encoded words stay as they are. */
  readonly value: string
  /** `value` with its encoded words decoded (RFC 2047). */
  readonly text: string
}

/** What is wrong with the form of a header section. */
export interface HeaderDefect {
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
  /** In octets from the first byte of the message, where it is first seen. */
  readonly offset: number
  /** How often it was seen. */
  readonly count: number
}

export interface HeaderFields extends Iterable<HeaderField> {
  /** The decoded text of the first field of that name; the name in any case. */
  get(name: string): string | undefined
  /** Every field of that name, from the top. */
  all(name: string): readonly HeaderField[]
  /** How many fields there are. */
  readonly count: number
  /** The section as sent, without the empty line that ends it. */
  readonly raw: Buffer
  readonly defects: readonly HeaderDefect[]
}
