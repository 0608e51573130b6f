/** `parts`: the tree of the message as every plausible reader would see it. */
import type { Ambiguity, Part, PartDefect } from '../mime/part.ts'

export interface Parts {
  /** In the order of the message; another reading of a part follows what every reader sees of it. */
  readonly all: readonly Part[]
  /** Where readers see different messages. */
  readonly ambiguities: readonly Ambiguity[]
  /** Where looking stopped: `too-costly` means that nothing was read at all. */
  readonly defects: readonly PartDefect[]
  /**
   * The decoded octets of a part, from the first on and at most `limit`; nothing for a part that only holds others.
   * Decodes in slices, so that the loop is never held for long.
   */
  bytes(part: Part, limit: number): Promise<Buffer>
}
