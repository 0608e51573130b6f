/** Lessons of the past that are gone through again before a new one, so that one message cannot unteach many. */
import type { Label } from '../core/feedback.ts'
import type { Features } from './packing.ts'

export interface Example {
  readonly features: Features
  readonly label: Label
}

export interface Replay {
  /** Returns a number by which it can be removed. */
  add(example: Example): number
  /** Forgets an example, if it is still there. */
  remove(number: number): void
  /** Any of those held: the same lessons in the same order make the same choice. */
  pick(): Example | undefined
  /** From the oldest on. */
  readonly examples: readonly Example[]
}

/** Octets that all examples may hold together, and what one costs beside its features. */
const MOST_OCTETS = 7 * 1024 * 1024
const OVERHEAD = 400

const MOST_EXAMPLES = 2_000

export function newReplay(held: readonly Example[] = []): Replay {
  let examples: (Example & { readonly number: number })[] = []
  let bytes = 0
  let numbers = 0
  let dice = 0x2545f491

  const add = ({ features, label }: Example): number => {
    numbers += 1
    examples.push({ features, label, number: numbers })
    bytes += costOf(features)
    let old = 0
    for (; examples.length - old > MOST_EXAMPLES || bytes > MOST_OCTETS; old += 1)
      bytes -= costOf(examples[old]?.features ?? [])
    if (old > 0) examples.splice(0, old)
    return numbers
  }
  for (const example of held) add(example)
  return {
    add,
    remove: number => {
      examples = examples.filter(example => example.number !== number)
      bytes = examples.reduce((sum, { features }) => sum + costOf(features), 0)
    },
    pick: () => {
      // Xorshift.
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

const costOf = (features: Features): number => features.reduce((sum, { byteLength }) => sum + byteLength, OVERHEAD)
