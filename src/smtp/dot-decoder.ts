/** Finds the end of DATA and undoes dot-stuffing (RFC 5321 §4.5.2) in the bytes as they arrive, in place. */

const CR = 13
const LF = 10
const DOT = 46
const CRLF_DOT = Buffer.from('\r\n.')

/**
 * Where the bytes so far have left off. Only CRLF begins a line: a dot behind a bare LF is content (CVE-2023-51764).
 */
const IN_LINE = 0
const AFTER_CR = 1
const LINE_START = 2
const AFTER_DOT = 3
const AFTER_DOT_CR = 4

/** What a chunk holds of the message. */
export interface Decoded {
  /** The content, in the buffer that was pushed. */
  readonly content: Buffer
  /**
   * The bytes of the chunk that were used, when the end of the data lies in it. What follows belongs to the next
   * command.
   */
  readonly end: number | undefined
  /** A CR that the chunk before held back belongs in front of `content`. */
  readonly owedCr: boolean
}

/**
 * Decodes one message. `push` overwrites its chunk: the caller owns the buffer. The ordinary chunk, in which no line
 * begins with a dot, is found by one native search and handed back as it is.
 */
export class DotDecoder {
  #state = LINE_START

  push(chunk: Buffer): Decoded {
    if (this.#state === IN_LINE || this.#state === LINE_START) {
      const plain = this.#state === IN_LINE || chunk[0] !== DOT
      if (plain && chunk.indexOf(CRLF_DOT) < 0) {
        this.#state = stateAfter(chunk, this.#state)
        return { content: chunk, end: undefined, owedCr: false }
      }
    }
    return this.#decode(chunk)
  }

  /** Byte by byte from the first place where a dot may begin a line. */
  #decode(chunk: Buffer): Decoded {
    let state = this.#state
    let owedCr = false
    let from = 0
    if (state === IN_LINE || (state === LINE_START && chunk[0] !== DOT)) {
      // All up to the CRLF before the first dot is content as it stands.
      from = chunk.indexOf(CRLF_DOT) + 2
      state = LINE_START
    }
    let out = from
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      switch (state) {
        case LINE_START:
          if (byte === DOT) {
            state = AFTER_DOT
            continue
          }
          break
        case AFTER_DOT:
          // The first dot of a line is stuffing, whatever follows it, or a part of the end of the data.
          if (byte === CR) {
            state = AFTER_DOT_CR
            continue
          }
          break
        case AFTER_DOT_CR:
          if (byte === LF) {
            this.#state = LINE_START
            return { content: chunk.subarray(0, out), end: at + 1, owedCr }
          }
          // `.CR` and another byte: the dot was stuffing, the CR is content.
          if (out < at) chunk[out++] = CR
          else owedCr = true
          break
        default:
          break
      }
      chunk[out++] = byte
      if (byte === CR) state = AFTER_CR
      else if (byte === LF && state === AFTER_CR) state = LINE_START
      else state = IN_LINE
    }
    this.#state = state
    return { content: chunk.subarray(0, out), end: undefined, owedCr }
  }
}

/** Only called for chunks without CRLF DOT: what the last bytes mean for the next chunk. */
function stateAfter(chunk: Buffer, state: number): number {
  const last = chunk.at(-1)
  if (last === undefined) return state
  if (last === CR) return AFTER_CR
  return last === LF && chunk.at(-2) === CR ? LINE_START : IN_LINE
}
