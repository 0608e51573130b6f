/** Lessons of the past that are gone through again before a new one, so that one message cannot unteach many. */
import type { Label } from '../core/feedback.ts'

export interface Example {
  /** Packed features. */
  readonly octets: Uint8Array
  readonly label: Label
}

export interface Replay {
  add(example: Example): void
  /** Forgets an example, if it is still there. */
  remove(octets: Uint8Array): void
  /** Any of those held, by the state of the dice. */
  pick(): Example | undefined
  /** From the oldest on. */
  readonly examples: readonly Example[]
}

/** Octets that all examples may hold together: some 2,000 messages. */
const MOST_OCTETS = 6 * 1024 * 1024
const MOST_EXAMPLES = 2_000

/** What an example costs beside its octets. */
const OVERHEAD = 200

export function newReplay(held: readonly Example[] = []): Replay {
  const examples: Example[] = []
  let bytes = 0
  let dice = 0x2545f491

  const add = (example: Example): void => {
    examples.push(example)
    bytes += example.octets.length + OVERHEAD
    let old = 0
    for (; examples.length - old > MOST_EXAMPLES || bytes > MOST_OCTETS; old += 1)
      bytes -= (examples[old]?.octets.length ?? 0) + OVERHEAD
    if (old > 0) examples.splice(0, old)
  }
  for (const example of held) add(example)
  return {
    add,
    remove: octets => {
      const place = examples.findLastIndex(
        example => example.octets.length === octets.length && Buffer.compare(example.octets, octets) === 0,
      )
      if (place < 0) return
      examples.splice(place, 1)
      bytes -= octets.length + OVERHEAD
    },
    pick: () => {
      // Xorshift: the same lessons in the same order make the same model.
      dice ^= dice << 13
      dice ^= dice >>> 17
      dice ^= dice << 5
      return examples[(dice >>> 0) % Math.max(examples.length, 1)]
    },
    get examples() {
      return examples
    },
  }
}
