/** The bytes of a client that were not used yet, and the command lines in them. */

const LF = 10
const CR = 13
const NONE = Buffer.alloc(0)

/** Why there is no line: it has not arrived as a whole, or it is none that SMTP allows (RFC 5321 §2.3.8). */
export type NoLine = 'incomplete' | 'too-long' | 'malformed'

export class Input {
  #bytes: Buffer = NONE
  /** Bytes at the beginning that hold no line end: they are not searched again. */
  #searched = 0

  get length(): number {
    return this.#bytes.length
  }

  get bytes(): Buffer {
    return this.#bytes
  }

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
  }

  /** So many bytes were used. @returns the same number */
  take(count: number): number {
    this.#bytes = count === this.#bytes.length ? NONE : this.#bytes.subarray(count)
    this.#searched = 0
    return count
  }

  /** Takes the next command line, without its CRLF. A bare CR, a bare LF or a NUL makes it malformed. */
  line(maxLength: number): Buffer | NoLine {
    const end = this.#bytes.indexOf(LF, this.#searched)
    if ((end < 0 ? this.#bytes.length : end + 1) > maxLength) return 'too-long'
    if (end < 0) {
      this.#searched = this.#bytes.length
      return 'incomplete'
    }
    const line = this.#bytes.subarray(0, Math.max(0, end - 1))
    const isWhole = this.#bytes[end - 1] === CR && !line.includes(0) && !line.includes(CR)
    this.take(end + 1)
    return isWhole ? line : 'malformed'
  }
}
