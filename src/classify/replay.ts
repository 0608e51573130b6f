/** Lessons of the past that are gone through again before a new one, so that one message cannot unteach many. */
import type { Label } from '../model/feedback.ts'
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

/** Bytes that all examples may hold together, and what one costs beside its features. */
const MAX_OCTETS = 6 * 1024 * 1024
const OVERHEAD = 300

const MAX_EXAMPLES = 2_000

/** One array for all views: three would cost as much again in small messages. */
interface Held {
  readonly grams: Uint16Array
  /** Where each view ends. */
  readonly ends: readonly number[]
  readonly label: Label
  readonly number: number
}

export function newReplay(held: readonly Example[] = []): Replay {
  let examples: Held[] = []
  let bytes = 0
  let numbers = 0
  let dice = 0x2545f491

  const add = ({ features, label }: Example): number => {
    numbers += 1
    const example = hold(features, label, numbers)
    examples.push(example)
    bytes += costOf(example)
    let old = 0
    for (; examples.length - old > MAX_EXAMPLES || bytes > MAX_OCTETS; old += 1) bytes -= costOf(examples[old])
    if (old > 0) examples.splice(0, old)
    return numbers
  }
  for (const example of held) add(example)
  return {
    add,
    remove: number => {
      examples = examples.filter(example => example.number !== number)
      bytes = examples.reduce((sum, example) => sum + costOf(example), 0)
    },
    pick: () => {
      // Xorshift.
      dice ^= dice << 13
      dice ^= dice >>> 17
      dice ^= dice << 5
      const held = examples[(dice >>> 0) % Math.max(examples.length, 1)]
      return held && shown(held)
    },
    get examples() {
      return examples.map(shown)
    },
  }
}

const costOf = (example: Held | undefined): number => (example?.grams.byteLength ?? 0) + OVERHEAD

function hold(features: Features, label: Label, number: number): Held {
  const ends: number[] = []
  let length = 0
  for (const view of features) {
    length += view.length
    ends.push(length)
  }
  const grams = new Uint16Array(length)
  for (const [index, view] of features.entries()) grams.set(view, (ends[index] ?? 0) - view.length)
  return { grams, ends, label, number }
}

const shown = ({ grams, ends, label }: Held): Example => ({
  features: ends.map((end, index) => grams.subarray(ends[index - 1] ?? 0, end)),
  label,
})
