/** What is counted of a message body while it arrives. */

/** How the body of a message is shaped, every line end counted as CRLF. */
export interface BodyShape {
  /** Bytes of the body. */
  readonly bytes: number
  /** Line ends. */
  readonly lines: number
  /** Bytes of the longest line, without its line end. */
  readonly longestLine: number
  /** The body has bytes beyond US-ASCII. */
  readonly eightBit: boolean
  /** The body has a NUL. */
  readonly nul: boolean
  /** Lines that begin with `--`, as every MIME boundary does (RFC 2046 §5.1.1). */
  readonly boundaryLines: number
}
