/** The first bytes of the body as they were sent, which the classifier examines. */
import { MAX_HEAD_LENGTH } from '../../classify/features.ts'
import { collapseBlankBytes } from '../../mime/decode/blanks.ts'
import { type Reader, type Reading, reading } from '../../model/fact.ts'

/** The most bytes that are read when the body begins with blanks. */
const MAX_READ = 1_048_576
/** Bytes that are examined at once: the first of them are enough for most messages. */
const [FIRST_SLICE, SLICE] = [4_096, 65_536]

/**
 * Collected while the message arrives: to open the stored message, and to close it after its first bytes, takes as
 * long as all else that the classifier does.
 */
export const bodyHead: Reading<Buffer> = {
  ...reading('bodyHead', ({ header }) => new HeadReader(header.bodyOffset)),
  find: async message => {
    const reader = new HeadReader(0)
    for await (const chunk of message.open(message.header.bodyOffset) as AsyncIterable<Buffer>) {
      reader.chunk(chunk)
      if (reader.isComplete) break
    }
    return reader.end()
  },
}

class HeadReader implements Reader<Buffer> {
  readonly #pieces: Buffer[] = []
  #length = 0
  /** Bytes of the body that were examined. */
  #examined = 0
  /** Bytes of the header section that are still to come. */
  #before: number

  /** @param before how many bytes come before the body */
  constructor(before: number) {
    this.#before = before
  }

  get isComplete(): boolean {
    return this.#length >= MAX_HEAD_LENGTH || this.#examined >= MAX_READ
  }

  chunk(bytes: Buffer): void {
    let at = Math.min(this.#before, bytes.length)
    this.#before -= at
    while (at < bytes.length && !this.isComplete) {
      const slice = bytes.subarray(at, at + (this.#examined === 0 ? FIRST_SLICE : SLICE))
      // A copy, because the bytes belong to the message.
      const piece = Buffer.from(collapseBlankBytes(slice))
      this.#pieces.push(piece)
      this.#length += piece.length
      this.#examined += slice.length
      at += slice.length
    }
  }

  end(): Buffer {
    return Buffer.concat(this.#pieces).subarray(0, MAX_HEAD_LENGTH)
  }
}
