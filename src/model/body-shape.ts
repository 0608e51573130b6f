/** What is counted of a body while it arrives. */

/** How the body of a message is shaped, every line end counted as CRLF. */
export interface BodyShape {
  readonly bytes: number
  /** Line ends. */
  readonly lines: number
  /** Bytes of the longest line, without its line end. */
  readonly longestLine: number
  /** There are bytes beyond US-ASCII. */
  readonly eightBit: boolean
  /** There is a NUL. */
  readonly nul: boolean
  /** Lines that begin with `--`, as every MIME boundary does (RFC 2046 §5.1.1). */
  readonly boundaryLines: number
}
